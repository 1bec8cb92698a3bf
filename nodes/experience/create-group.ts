import { Type } from 'typebox'
import { defineNode } from '../../engine/node.ts'
import { PathTo, Value } from '../../engine/schema.ts'
import { callAndSettle, platformRefusal, shapeOfResult } from '../parts/call-platform.ts'
import { checkBody } from '../parts/check-body.ts'
import { mayRefuse } from '../parts/refuse.ts'

export const createGroup = defineNode({
  type: 'create-group',
  losant: { type: 'CreateExperienceGroupNode' },
  summary: 'Creates an experience group.',
  description: `The value at \`result\` is the group, or \`{ error: { type, statusCode, message } }\` if the platform refused. A refusal takes
\`else\`; without an \`else\` it fails the run. Several groups may have the same name.`,
  config: Type.Object({
    group: Value({
      description:
        'The group: `name`, and `description`, `parentId`, `experienceUserIds`, `deviceIds`, `deviceTags`, `deviceQueryJson`, `groupTags` as needed.',
      fits: { call: 'experienceGroups.post', parameter: 'experienceGroup' },
    }),
    result: Type.Optional(PathTo({ description: 'Where the group, or the refusal, goes.' })),
  }),
  ...mayRefuse(platformRefusal, (_, actions) => shapeOfResult(actions, 'experienceGroups.post')),
  check: (check) => checkBody(check, 'experienceGroups.post', 'group', 'experienceGroup'),
  compile: ({ group, result }, { wired }) => {
    return (payload, run) => {
      const params = { experienceGroup: group(payload) }
      return callAndSettle(run, 'experienceGroups.post', params, { payload, result, wired })
    }
  },
  examples: [
    {
      title: 'A household for the user who asks',
      yaml: `type: create-group
group:
  name: << data.body.name >>
  experienceUserIds: [ << experience.user.id >> ]
result: data.group`,
      payload: {
        data: { body: { name: 'Lovelace' } },
        experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } },
      },
      answers: { 'experienceGroups.post': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f22', name: 'Lovelace' } } },
      expect: { output: 'then', payload: { 'data.group.name': 'Lovelace' } },
    },
    {
      title: 'A group above that does not exist',
      yaml: `type: create-group
group: { name: kitchen, parentId: << data.body.parentId >> }
result: data.group
else: refused`,
      payload: { data: { body: { parentId: '5f1c2d3e4f5a6b7c8d9e0f11' } } },
      answers: {
        'experienceGroups.post': { error: { type: 'Validation', statusCode: 400, message: 'parentId names no group' } },
      },
      expect: { output: 'else', payload: { 'data.group.error.statusCode': 400 } },
    },
  ],
})
