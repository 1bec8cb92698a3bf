import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { callAndSettle, platformRefusal } from '../parts/call-platform.ts'
import { defined } from '../parts/defined.ts'
import { present } from '../parts/device-selection.ts'
import { checkManyDevices, compileManyDevices, manyDevices } from '../parts/many-devices.ts'
import { mayRefuse } from '../parts/refuse.ts'

export const deviceCommand = defineNode({
  type: 'device-command',
  losant: { type: 'DeviceSendCommandNode' },
  summary: 'Sends a command to one device or several.',
  description: `Connected devices get the command at once, and it is recorded for every device that it was sent to; the run does not wait
for what the device does with it. \`deviceIds\` and \`deviceTags\` may be combined: a device then needs to match only one of them.

The value at \`result\` is \`{ success: true }\`, or \`{ error: { type, statusCode, message } }\` if the platform refused, such as 404
for a device that does not exist. A refusal takes \`else\`; without an \`else\` it fails the run.`,
  config: Type.Object({
    ...manyDevices,
    command: ValueOf(Type.String(), { description: 'Name of the command.' }),
    payload: Type.Optional(Value({ description: 'Data that is sent with the command.' })),
    result: Type.Optional(PathTo({ description: 'Where the outcome goes.' })),
  }),
  ...mayRefuse(platformRefusal, objectShape({ success: scalar })),
  check: checkManyDevices,
  compile: (config, { wired }) => {
    const { deviceId, command, payload: content, result } = config
    const select = compileManyDevices(config)
    return async (payload, run) => {
      const named = defined({ name: command(payload), payload: content?.(payload) })
      const site = { payload, result, wired }
      if (deviceId) {
        const params = { deviceId: present('deviceId', deviceId(payload)), deviceCommand: named }
        return callAndSettle(run, 'device.sendCommand', params, site)
      }
      const devices = await select(payload, run)
      if (devices)
        return callAndSettle(run, 'devices.sendCommand', { multiDeviceCommand: { ...named, ...devices } }, site)
      result?.set(payload, { success: true })
      return 'then'
    }
  },
  examples: [
    {
      title: 'What the client asks for',
      yaml: `type: device-command
deviceId: << data.params.id >>
command: << data.body.name >>
payload: << data.body.payload >>
result: data.sent`,
      payload: {
        data: {
          params: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' },
          body: { name: 'water', payload: { seconds: 5 } },
        },
      },
      answers: { 'device.sendCommand': { result: { success: true } } },
      expect: { output: 'then', payload: { 'data.sent.success': true } },
    },
    {
      title: 'Every pot on a floor',
      yaml: `type: device-command
deviceTags:
  - { key: floor, value: << data.floor >> }
command: blink`,
      payload: { data: { floor: '2' } },
      answers: { 'devices.sendCommand': { result: { success: true } } },
      expect: { output: 'then' },
    },
    {
      title: 'A floor that is missing',
      yaml: `type: device-command
deviceTags:
  - { key: floor, value: << data.floor >> }
command: blink`,
      payload: { data: {} },
      expect: { error: 'deviceTags[0].value is missing' },
    },
  ],
})
