import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { callAndSettle, platformRefusal } from '../parts/call-platform.ts'
import { mayRefuse } from '../parts/refuse.ts'

export const deleteUser = defineNode({
  type: 'delete-user',
  losant: { type: 'DeleteExperienceUserNode' },
  summary: 'Deletes an experience user.',
  description: `The user's tokens are invalid from then on. What belongs to the user, such as tagged devices, is kept.

The value at \`result\` is \`true\`, or \`{ error: { type, statusCode, message } }\` if the platform refused, such as 404 for a user
who does not exist. A refusal takes \`else\`; without an \`else\` it fails the run.`,
  config: Type.Object({
    user: ValueOf(Type.String(), { description: 'ID or e-mail address.', examples: ['<< experience.user.id >>'] }),
    result: Type.Optional(PathTo({ description: 'Where the outcome goes.' })),
  }),
  ...mayRefuse(platformRefusal, scalar),
  compile: ({ user, result }, { wired }) => {
    return (payload, run) => {
      const site = { payload, result, wired, show: () => true }
      return callAndSettle(run, 'experienceUser.delete', { experienceUserId: user(payload) }, site)
    }
  },
  examples: [
    {
      title: 'The user who asks',
      yaml: `type: delete-user
user: << experience.user.id >>
result: data.deleted`,
      payload: { data: {}, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: { 'experienceUser.delete': { result: { success: true } } },
      expect: { output: 'then', payload: { 'data.deleted': true } },
    },
    {
      title: 'A user who does not exist',
      yaml: `type: delete-user
user: nobody@lom.example
else: end`,
      payload: { data: {} },
      answers: {
        'experienceUser.delete': { error: { type: 'NotFound', statusCode: 404, message: 'User was not found' } },
      },
      expect: { output: 'else' },
    },
  ],
})
