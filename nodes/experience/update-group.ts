import { Type } from 'typebox'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import { defineNode, type NodeCheck, type Run } from '../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { platformRefusal, settle, shapeOfResult } from '../parts/call-platform.ts'
import { checkBody } from '../parts/check-body.ts'
import { findUser } from '../parts/find-user.ts'
import { lacking, onlyOne } from '../parts/misplaced.ts'
import { mayRefuse } from '../parts/refuse.ts'

const members = ['membersToAdd', 'membersToRemove', 'membersReplacement']
const Members = Type.Array(Type.String(), { maxItems: 1000 })

export const updateGroup = defineNode({
  type: 'update-group',
  losant: { type: 'UpdateExperienceGroupNode' },
  summary: 'Changes an experience group or its members.',
  description: `Fields that \`group\` does not have stay as they are. Members are given by ID or e-mail address. Adding a member again, or
removing a user who is not a member or does not exist, changes nothing; adding a user who does not exist is refused.

The value at \`result\` is the group, or \`{ error: { type, statusCode, message } }\` if the platform refused. A refusal takes
\`else\`; without an \`else\` it fails the run. Members are changed by reading the list and writing it back: if two runs do so
at the same moment, one may undo the other.`,
  config: Type.Object({
    groupId: ValueOf(Type.String(), { description: 'ID of the group.' }),
    group: Type.Optional(
      Value({
        description: 'The fields to change: `name`, `description`, `deviceIds`, `groupTags` …',
        fits: { call: 'experienceGroup.patch', parameter: 'experienceGroup' },
      }),
    ),
    membersToAdd: Type.Optional(ValueOf(Members, { description: 'Users to add.' })),
    membersToRemove: Type.Optional(ValueOf(Members, { description: 'Users to remove.' })),
    membersReplacement: Type.Optional(ValueOf(Members, { description: 'Users who become the only members.' })),
    result: Type.Optional(PathTo({ description: 'Where the group, or the refusal, goes.' })),
  }),
  ...mayRefuse(platformRefusal, (_, actions) => shapeOfResult(actions, 'experienceGroup.patch')),
  check: (check) => {
    checkBody(check, 'experienceGroup.patch', 'group', 'experienceGroup')
    checkMembers(check)
  },
  compile: (config, { wired }) => {
    const { groupId, group, membersToAdd, membersToRemove, membersReplacement, result } = config
    return async (payload, run) => {
      const experienceGroupId = groupId(payload)
      const settling = { call: 'experienceGroup.patch', payload, result, wired }
      const changes: Members = {
        add: membersToAdd?.(payload) ?? [],
        remove: membersToRemove?.(payload) ?? [],
        replacement: membersReplacement?.(payload),
      }
      const members = await membersAfter(run, experienceGroupId, changes)
      if (members && 'error' in members) return settle(members, settling)
      const changed = group?.(payload)
      // Anything but a map is passed on unchanged, for the platform to refuse.
      const isMap = typeof changed === 'object' && changed !== null && !Array.isArray(changed)
      const experienceGroup = isMap || changed === undefined ? { ...changed, ...members } : changed
      const outcome = await run.services.api('experienceGroup.patch', { experienceGroupId, experienceGroup })
      return settle(outcome, settling)
    }
  },
  examples: [
    {
      title: 'A new member',
      yaml: `type: update-group
groupId: << data.params.groupId >>
membersToAdd: [ << data.body.email >> ]
result: data.group`,
      payload: {
        data: { params: { groupId: '5f1c2d3e4f5a6b7c8d9e0f22' }, body: { email: 'ada@lom.example' } },
      },
      answers: {
        'experienceGroup.get': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f22', experienceUserIds: [] } },
        'experienceUser.get': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example' } },
        'experienceGroup.patch': { result: { experienceUserIds: ['5f1c2d3e4f5a6b7c8d9e0f1a'] } },
      },
      expect: { output: 'then', payload: { 'data.group.experienceUserIds': ['5f1c2d3e4f5a6b7c8d9e0f1a'] } },
    },
    {
      title: 'A new name',
      yaml: `type: update-group
groupId: << data.params.groupId >>
group: { name: << data.body.name >> }
result: data.group
else: refused`,
      payload: { data: { params: { groupId: '5f1c2d3e4f5a6b7c8d9e0f22' }, body: { name: 'kitchen' } } },
      answers: {
        'experienceGroup.patch': { error: { type: 'NotFound', statusCode: 404, message: 'Group was not found' } },
      },
      expect: { output: 'else', payload: { 'data.group.error.statusCode': 404 } },
    },
  ],
})

interface Members {
  readonly add: readonly string[]
  readonly remove: readonly string[]
  readonly replacement: readonly string[] | undefined
}

type Refusal = Extract<ApiOutcome, { error: unknown }>

/** The members after the changes; `undefined` if there are none to make, or the refusal of the platform. */
async function membersAfter(
  run: Run,
  experienceGroupId: string,
  { add, remove, replacement }: Members,
): Promise<{ experienceUserIds: string[] } | Refusal | undefined> {
  if (!replacement && add.length === 0 && remove.length === 0) return undefined
  const ids = new Set<string>()
  if (!replacement) {
    const outcome = await run.services.api('experienceGroup.get', { experienceGroupId })
    if ('error' in outcome) return outcome
    // Boundary: what the platform answers.
    for (const id of (outcome.result as { experienceUserIds: string[] }).experienceUserIds) ids.add(id)
  }
  for (const member of replacement ?? add) {
    const user = await findUser(run, member)
    if (!user)
      return { error: { type: 'Validation', statusCode: 400, message: `There is no experience user ${member}` } }
    ids.add(user.id)
  }
  for (const member of remove) {
    const user = await findUser(run, member)
    if (user) ids.delete(user.id)
  }
  return { experienceUserIds: [...ids] }
}

function checkMembers(node: NodeCheck): void {
  const { config, report } = node
  if (config.group === undefined && members.every((field) => config[field] === undefined)) {
    lacking(report, 'The node does not say what to change.', 'Give group or members.')
  }
  onlyOne(node, ['membersReplacement', 'membersToAdd'])
  onlyOne(node, ['membersReplacement', 'membersToRemove'])
}
