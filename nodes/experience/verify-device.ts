import { Type } from 'typebox'
import { defineNode } from '../../engine/node.ts'
import { Value } from '../../engine/schema.ts'
import { checkSelection, isId } from '../parts/device-selection.ts'
import { findUser } from '../parts/find-user.ts'
import { readPage } from '../parts/list-items.ts'

export const verifyDevice = defineNode({
  type: 'verify-device',
  losant: { type: 'VerifyDeviceNode' },
  summary: 'Checks whether a device is associated with an experience user or group.',
  description: `\`then\` is taken if it is, \`else\` if not, or if the device, the user or the group does not exist. A device belongs to a user through
groups: it is associated with a group that the user is in, or with a group below it. A tag that names an owner does not
associate a device; if devices are tagged with their owner, use \`get-device\` and a \`conditional\`.`,
  config: Type.Object({
    deviceId: Value({ description: 'ID of the device.' }),
    user: Type.Optional(
      Value({
        description: 'ID or e-mail address of the experience user.',
        examples: ['<< experience.user.id >>'],
      }),
    ),
    group: Type.Optional(Value({ description: 'ID of the experience group.' })),
  }),
  outputs: ['else', 'then'],
  guards: true,
  check: (check) => checkSelection(check, ['user', 'group']),
  compile: ({ deviceId, user, group }) => {
    return async (payload, run) => {
      const id = deviceId(payload)
      if (typeof id !== 'string' || !isId(id)) return 'else'
      const owner = (user ?? group)?.(payload)
      if (typeof owner !== 'string') return 'else'
      const ownerId = user ? (await findUser(run, owner))?.id : owner
      if (ownerId === undefined || !isId(ownerId)) return 'else'

      const query = { id, [user ? 'experienceUserId' : 'experienceGroupId']: ownerId }
      const { items } = await readPage(run, 'devices.get', { query, perPage: 1, excludeConnectionInfo: true })
      return items.length > 0 ? 'then' : 'else'
    }
  },
  examples: [
    {
      title: "A device of one of the user's groups",
      yaml: `type: verify-device
deviceId: << data.params.id >>
user: << experience.user.id >>
else:
  - type: reply
    status: 403
    body: { error: Forbidden }`,
      payload: {
        data: { params: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' } },
        experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } },
      },
      answers: {
        'experienceUser.get': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } },
        'devices.get': { result: { items: [{ id: '6a1c2d3e4f5a6b7c8d9e0f1b' }], count: 1, totalCount: 1 } },
      },
      expect: { output: 'then' },
    },
    {
      title: 'A device that is in no group of the user',
      yaml: `type: verify-device
deviceId: << data.params.id >>
group: << data.groupId >>
else: forbidden`,
      payload: { data: { params: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' }, groupId: '5f1c2d3e4f5a6b7c8d9e0f1a' } },
      answers: { 'devices.get': { result: { items: [], count: 0, totalCount: 0 } } },
      expect: { output: 'else' },
    },
  ],
})
