import { Type } from 'typebox'
import type { ActionCatalog } from '../../contracts/actions.ts'
import { defineError } from '../../contracts/errors.ts'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import { anything, objectShape } from '../../engine/json-schema/shape.ts'
import { shapeOfSchema } from '../../engine/json-schema/shape-of-schema.ts'
import { defineNode, type NodeCheck } from '../../engine/node.ts'
import { PathTo, Value } from '../../engine/schema.ts'
import { didYouMean } from '../../engine/source/nearest-name.ts'
import { platformRefusal, resultOf } from '../parts/call-platform.ts'
import { mayRefuse } from '../parts/refuse.ts'

export const api = defineNode({
  type: 'api',
  losant: { type: 'LosantApiNode' },
  summary: 'Calls an action of the platform, such as `devices.post`.',
  description: `The call is made inside the process, on behalf of the application; \`applicationId\` is filled in. The value at \`result\` is
\`{ result }\`, or \`{ error: { type, statusCode, message } }\` if the platform refused.

A refused call takes \`else\`. Without an \`else\` it fails the run, since the nodes that follow would work on a result that does not exist.`,
  config: Type.Object({
    call: Type.String({
      description: 'The action, as `resource.action`. `docs/reference/api/README.md` lists them.',
      examples: ['devices.post', 'device.get'],
    }),
    with: Type.Optional(Value({ description: "The action's parameters, as an object.", fits: { callIn: 'call' } })),
    result: Type.Optional(PathTo({ description: 'Where the outcome goes.' })),
  }),
  ...mayRefuse(platformRefusal, ({ call }, actions) => {
    const action = actionNamed(call, actions)
    return action ? objectShape({ result: shapeOfSchema(action.result) }) : anything
  }),
  check,
  compile: ({ call, with: parameters, result }, { wired }) => {
    return async (payload, run) => {
      const outcome = await run.services.api(call, parametersOf(call, parameters?.(payload)))
      result?.set(payload, outcome)
      if (!('error' in outcome)) return 'then'
      if (!wired.has('else')) resultOf(call, outcome)
      return 'else'
    }
  },
  examples: [
    {
      title: 'Make a device',
      yaml: `type: api
call: devices.post
with:
  device:
    name: << data.body.deviceName >>
    tags:
      - { key: owner, value: << experience.user.id >> }
result: data.newDevice`,
      payload: { data: { body: { deviceName: 'Fern' } }, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: { 'devices.post': { result: { deviceId: '6a1c2d3e4f5a6b7c8d9e0f1b', name: 'Fern' } } },
      expect: {
        output: 'then',
        payload: { 'data.newDevice.result': { deviceId: '6a1c2d3e4f5a6b7c8d9e0f1b', name: 'Fern' } },
      },
    },
    {
      title: 'A refused call, answered by else',
      yaml: `type: api
call: device.get
with: { deviceId: << data.params.deviceId >> }
result: data.device
else:
  - type: reply
    status: << data.device.error.statusCode >>
    body: { error: << data.device.error.message >> }`,
      payload: { data: { params: { deviceId: '6a1c2d3e4f5a6b7c8d9e0f1b' } } },
      answers: { 'device.get': { error: { type: 'NotFound', statusCode: 404, message: 'Device was not found' } } },
      expect: { output: 'else', payload: { 'data.device.error.statusCode': 404 } },
    },
    {
      title: 'A refused call without an else',
      yaml: `type: api
call: device.delete
with: { deviceId: << data.deviceId >> }`,
      payload: { data: { deviceId: '6a1c2d3e4f5a6b7c8d9e0f1b' } },
      answers: { 'device.delete': { error: { type: 'NotFound', statusCode: 404, message: 'Device was not found' } } },
      expect: { error: 'device.delete was refused with 404: Device was not found' },
    },
  ],
})

const badParameters = defineError<{ call: string }>(
  'FLOW_API_PARAMETERS',
  500,
  ({ call }) => `The parameters of ${call} are not an object.`,
)

function parametersOf(call: string, value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badParameters({ call })
  return value as Readonly<Record<string, unknown>> // an object, by the line above
}

function actionNamed(call: unknown, actions: ActionCatalog) {
  return typeof call === 'string' && Object.hasOwn(actions, call) ? actions[call] : undefined
}

function check({ config, actions, checker, report }: NodeCheck): void {
  const call = String(config.call)
  const action = actionNamed(call, actions)
  if (action) {
    const complaints = checker.check(action.params, config.with ?? {}, { hasTemplate })
    for (const complaint of complaints) {
      const at = config.with === undefined ? ['call'] : ['with', ...complaint.at]
      report({ ...complaint, at })
    }
    return
  }
  report({
    code: 'FLOW_UNKNOWN_CALL',
    at: ['call'],
    message: `The platform has no action "${call}".`,
    hint: didYouMean(call, Object.keys(actions)) ?? 'docs/reference/api/README.md lists them all.',
  })
}
