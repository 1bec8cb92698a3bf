import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { callAndSettle, platformRefusal, settle } from '../parts/call-platform.ts'
import { defined } from '../parts/defined.ts'
import { mayRefuse } from '../parts/refuse.ts'

export const deviceState = defineNode({
  type: 'device-state',
  losant: { type: 'DeviceChangeStateNode' },
  summary: 'Reports state on behalf of a device.',
  description: `The state is stored, and fires triggers, as if the device had reported it. Attributes that the device does not have are
dropped; values are converted to the type of their attribute.

The value at \`result\` is \`{ success: true }\`, or \`{ error: { type, statusCode, message } }\` if the platform refused. A refusal
takes \`else\`; without an \`else\` it fails the run.`,
  config: Type.Object({
    deviceId: ValueOf(Type.String(), { description: 'ID of the device.' }),
    state: Value({ description: 'Values by attribute, as a map.' }),
    time: Type.Optional(
      Value({
        description: "The time of the state: ISO text, or milliseconds since 1970. Defaults to the payload's `time`.",
      }),
    ),
    meta: Type.Optional(Value({ description: 'Stored with the state, and passed to the triggers that it fires.' })),
    flowVersion: Type.Optional(ValueOf(Type.String(), { description: 'Version of the flow that the device runs.' })),
    result: Type.Optional(PathTo({ description: 'Where the outcome goes.' })),
  }),
  ...mayRefuse(platformRefusal, objectShape({ success: scalar })),
  compile: ({ deviceId, state, time, meta, flowVersion, result }, { wired }) => {
    return async (payload, run) => {
      const site = { payload, result, wired }
      const at = time ? time(payload) : payload.time
      if (time && (at ?? null) === null) {
        // Without a time, the platform would take the current one, which is not what the flow says.
        const error = { type: 'Validation', statusCode: 400, message: 'time is missing.' }
        return settle({ error }, { call: 'device.sendState', ...site })
      }
      const deviceState = defined({
        data: state(payload),
        time: at instanceof Date ? at.toISOString() : at,
        meta: meta?.(payload),
        flowVersion: flowVersion?.(payload),
      })
      const params = { deviceId: deviceId(payload), deviceState }
      return callAndSettle(run, 'device.sendState', params, site)
    }
  },
  examples: [
    {
      title: 'A value that the flow computed',
      yaml: `type: device-state
deviceId: << data.deviceId >>
state:
  moisture: << data.mean >>`,
      payload: { data: { deviceId: '6a1c2d3e4f5a6b7c8d9e0f1b', mean: 0.42 } },
      answers: { 'device.sendState': { result: { success: true } } },
      expect: { output: 'then' },
    },
    {
      title: 'At the time that came with it',
      yaml: `type: device-state
deviceId: << data.body.deviceId >>
state: << data.body.values >>
time: << data.body.time >>
result: data.reported
else: refused`,
      payload: {
        data: { body: { deviceId: '6a1c2d3e4f5a6b7c8d9e0f1b', values: { moisture: 0.42 }, time: 1767323045678 } },
      },
      answers: {
        'device.sendState': { error: { type: 'NotFound', statusCode: 404, message: 'Device was not found' } },
      },
      expect: { output: 'else', payload: { 'data.reported.error.statusCode': 404 } },
    },
  ],
})
