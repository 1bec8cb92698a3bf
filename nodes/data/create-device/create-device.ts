import { Type } from 'typebox'
import { defineNode } from '../../../engine/node.ts'
import { PathTo, Value } from '../../../engine/schema.ts'
import { callAndSettle, platformRefusal } from '../../parts/call-platform.ts'
import { checkBody } from '../../parts/check-body.ts'
import { deviceShape } from '../../parts/device-shape.ts'
import { flag } from '../../parts/flag.ts'
import { mayRefuse } from '../../parts/refuse.ts'
import { byName } from './by-name.ts'

export const createDevice = defineNode({
  type: 'create-device',
  losant: { type: 'CreateDeviceNode' },
  summary: 'Creates a device.',
  description: `The value at \`result\` is the device, or \`{ error: { type, statusCode, message } }\` if the platform refused. A
refusal takes \`else\`; without an \`else\` it fails the run.`,
  config: Type.Object({
    device: Value({
      description:
        'The device: `name`, and `description`, `deviceClass`, `tags`, `attributes`, `gatewayId`, `parentId`, `systemInterval`, `keepDuplicates` as needed.',
      fits: { call: 'devices.post', parameter: 'device' },
    }),
    tagsAsObject: flag('Gives tags as a map from key to a list of values.'),
    attributesAsObject: flag('Gives attributes as a map by name.'),
    result: Type.Optional(PathTo({ description: 'Where the device, or the refusal, goes.' })),
  }),
  ...mayRefuse(platformRefusal, deviceShape),
  check: (check) => checkBody(check, 'devices.post', 'device'),
  compile: ({ device, tagsAsObject = false, attributesAsObject = false, result }, { wired }) => {
    const show = (created: unknown) => byName(created, { tagsAsObject, attributesAsObject })
    return (payload, run) =>
      callAndSettle(run, 'devices.post', { device: device(payload) }, { payload, result, wired, show })
  },
  examples: [
    {
      title: 'A pot that is tagged with its owner',
      yaml: `type: create-device
device:
  name: << data.body.name >>
  tags:
    - { key: owner, value: << experience.user.id >> }
  attributes:
    - { name: moisture, dataType: number }
tagsAsObject: true
result: data.device`,
      payload: { data: { body: { name: 'Fern' } }, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: {
        'devices.post': {
          result: { id: '6a1c2d3e4f5a6b7c8d9e0f1b', tags: [{ key: 'owner', value: '5f1c2d3e4f5a6b7c8d9e0f1a' }] },
        },
      },
      expect: { output: 'then', payload: { 'data.device.tags': { owner: ['5f1c2d3e4f5a6b7c8d9e0f1a'] } } },
    },
    {
      title: 'A refused device, answered by else',
      yaml: `type: create-device
device: << data.body >>
result: data.device
else:
  - type: reply
    status: << data.device.error.statusCode >>
    body: { error: << data.device.error.message >> }`,
      payload: { data: { body: {} } },
      answers: {
        'devices.post': { error: { type: 'Validation', statusCode: 400, message: 'device.name is missing' } },
      },
      expect: { output: 'else', payload: { 'data.device.error.statusCode': 400 } },
    },
  ],
})
