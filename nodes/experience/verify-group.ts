import { Type } from 'typebox'
import { defineNode, type Run } from '../../engine/node.ts'
import { Value } from '../../engine/schema.ts'
import { findByAction } from '../parts/call-platform.ts'
import { isId } from '../parts/device-selection.ts'
import { findUser } from '../parts/find-user.ts'

export const verifyGroup = defineNode({
  type: 'verify-group',
  losant: { type: 'VerifyExperienceGroupNode' },
  summary: 'Checks whether an experience user is a member of a group.',
  description: `\`then\` is taken if the user is in the group or in one of the groups above it, \`else\` if not, or if the user or the group does
not exist. To restrict a whole endpoint to a group, the endpoint's \`access: { groups: [ … ] }\` is shorter.`,
  config: Type.Object({
    user: Value({ description: 'ID or e-mail address.', examples: ['<< experience.user.id >>'] }),
    group: Value({ description: 'ID of the experience group.' }),
  }),
  outputs: ['else', 'then'],
  guards: true,
  compile: ({ user, group }) => {
    return async (payload, run) => {
      const named = user(payload)
      const groupId = group(payload)
      if (typeof named !== 'string' || typeof groupId !== 'string') return 'else'
      const found = await findUser(run, named)
      const memberships = new Set(found?.experienceGroups?.map(({ id }) => id))
      return memberships.size > 0 && (await isInOrAbove(run, groupId, memberships)) ? 'then' : 'else'
    }
  },
  examples: [
    {
      title: 'A member of the group above',
      yaml: `type: verify-group
user: << experience.user.id >>
group: 5f1c2d3e4f5a6b7c8d9e0f22
then: welcome`,
      payload: { data: {}, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: {
        'experienceUser.get': {
          result: {
            id: '5f1c2d3e4f5a6b7c8d9e0f1a',
            experienceGroups: [{ id: '5f1c2d3e4f5a6b7c8d9e0f11', name: 'house' }],
          },
        },
        'experienceGroup.get': {
          result: { id: '5f1c2d3e4f5a6b7c8d9e0f22', name: 'kitchen', parentId: '5f1c2d3e4f5a6b7c8d9e0f11' },
        },
      },
      expect: { output: 'then' },
    },
    {
      title: 'A user who is in no group',
      yaml: `type: verify-group
user: << experience.user.id >>
group: 5f1c2d3e4f5a6b7c8d9e0f22
then: welcome`,
      payload: { data: {}, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: { 'experienceUser.get': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f1a', experienceGroups: [] } } },
      expect: { output: 'else' },
    },
  ],
})

/** Whether the group, or one above it, is among `memberships`. Stops at a group that it has seen: groups may be moved into a circle while it reads them. */
async function isInOrAbove(run: Run, groupId: string, memberships: ReadonlySet<string>): Promise<boolean> {
  const seen = new Set<string>()
  let next: string | undefined = groupId
  while (next !== undefined && isId(next) && !seen.has(next)) {
    seen.add(next)
    const group = await findByAction(run, 'experienceGroup.get', { experienceGroupId: next })
    // A group that does not exist has no members, even if a user still lists its ID.
    if (group === null) return false
    if (memberships.has(next)) return true
    next = (group as { parentId?: string }).parentId // boundary: the platform's answer
  }
  return false
}
