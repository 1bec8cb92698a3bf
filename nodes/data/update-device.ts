import { Type } from 'typebox'
import { defineNode } from '../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { callAndSettle, platformRefusal } from '../parts/call-platform.ts'
import { checkBody } from '../parts/check-body.ts'
import { deviceShape } from '../parts/device-shape.ts'
import { mayRefuse } from '../parts/refuse.ts'

export const updateDevice = defineNode({
  type: 'update-device',
  losant: { type: 'UpdateDeviceNode' },
  summary: 'Changes a device.',
  description: `Fields that \`device\` does not have, or whose template gives nothing, stay as they are. Tags and attributes are replaced as a whole: to
add one, read the device first. An attribute that is removed, or gets another type, loses its history.

The value at \`result\` is the device, or \`{ error: { type, statusCode, message } }\` if the platform refused. A refusal takes
\`else\`; without an \`else\` it fails the run.`,
  config: Type.Object({
    deviceId: ValueOf(Type.String(), { description: 'ID of the device.' }),
    device: Value({
      description: 'The fields to change: `name`, `tags`, `attributes` …',
      fits: { call: 'device.patch', parameter: 'device' },
    }),
    result: Type.Optional(PathTo({ description: 'Where the device, or the refusal, goes.' })),
  }),
  ...mayRefuse(platformRefusal, (_, actions) => deviceShape({}, actions)),
  check: (check) => checkBody(check, 'device.patch', 'device'),
  compile: ({ deviceId, device, result }, { wired }) => {
    return (payload, run) => {
      const params = { deviceId: deviceId(payload), device: device(payload) }
      return callAndSettle(run, 'device.patch', params, { payload, result, wired })
    }
  },
  examples: [
    {
      title: 'A new name',
      yaml: `type: update-device
deviceId: << data.device.id >>
device: { name: << data.body.name >> }
result: data.device`,
      payload: {
        data: { device: { id: '6a1c2d3e4f5a6b7c8d9e0f1b', name: 'Fern' }, body: { name: 'Fern in the hall' } },
      },
      answers: { 'device.patch': { result: { id: '6a1c2d3e4f5a6b7c8d9e0f1b', name: 'Fern in the hall' } } },
      expect: { output: 'then', payload: { 'data.device.name': 'Fern in the hall' } },
    },
    {
      title: 'A device that has been deleted',
      yaml: `type: update-device
deviceId: << data.device.id >>
device: { name: << data.body.name >> }
result: data.changed
else: gone`,
      payload: { data: { device: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' }, body: { name: 'Fern' } } },
      answers: { 'device.patch': { error: { type: 'NotFound', statusCode: 404, message: 'Device was not found' } } },
      expect: { output: 'else', payload: { 'data.changed.error.statusCode': 404 } },
    },
  ],
})
