import { Type } from 'typebox'
import { defineNode, type NodeCheck } from '../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { callAndSettle, platformRefusal } from '../parts/call-platform.ts'
import { flag } from '../parts/flag.ts'
import { misplaced } from '../parts/misplaced.ts'
import { mayRefuse } from '../parts/refuse.ts'
import { invalidateExistingTokens } from '../parts/token-fields.ts'
import { userBody } from '../parts/user-body.ts'
import { userShape } from '../parts/user-shape.ts'

export const updateUser = defineNode({
  type: 'update-user',
  losant: { type: 'UpdateExperienceUserNode' },
  summary: 'Changes an experience user.',
  description: `A field that is not given, or whose template gives nothing, stays as it is. Tags and groups are replaced as a whole.

A new password invalidates the tokens that the user was given before: the user has to sign in again, or gets a new token
from a \`generate-token\` that follows. \`keepTokens\` keeps them valid. \`invalidateExistingTokens\` invalidates them
without a new password.

The value at \`result\` is the user, without any secret, or \`{ error: { type, statusCode, message } }\` if the platform refused, such as
404 for a user who does not exist and 409 for an address that is taken. A refusal takes \`else\`; without an \`else\` it fails the run.`,
  config: Type.Object({
    user: ValueOf(Type.String(), { description: 'ID or e-mail address.', examples: ['<< experience.user.id >>'] }),
    email: Type.Optional(Value({ description: 'New e-mail address.' })),
    password: Type.Optional(Value({ description: 'New password, as the user typed it.' })),
    firstName: Type.Optional(Value({ description: 'First name.' })),
    lastName: Type.Optional(Value({ description: 'Last name.' })),
    tags: Type.Optional(Value({ description: 'User tags, as a map from key to text.' })),
    groups: Type.Optional(
      Value({ description: 'IDs of the experience groups that replace those that the user is in.' }),
    ),
    keepTokens: flag('Keeps earlier tokens valid despite a new password.'),
    invalidateExistingTokens,
    result: Type.Optional(PathTo({ description: 'Where the user, or the refusal, goes.' })),
  }),
  ...mayRefuse(platformRefusal, userShape),
  check: checkTokens,
  compile: (config, { wired }) => {
    const { user, keepTokens, invalidateExistingTokens, result, ...fields } = config
    return async (payload, run) => {
      const experienceUser = {
        ...userBody(fields, payload),
        ...(keepTokens ? { keepTokens } : {}),
        ...(invalidateExistingTokens ? { tokenCutoff: new Date(run.services.clock.now()).toISOString() } : {}),
      }
      const params = { experienceUserId: user(payload), experienceUser }
      return callAndSettle(run, 'experienceUser.patch', params, { payload, result, wired })
    }
  },
  examples: [
    {
      title: 'A new name for the user who asks',
      yaml: `type: update-user
user: << experience.user.id >>
firstName: << data.body.firstName >>
result: data.user`,
      payload: { data: { body: { firstName: 'Ada' } }, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: { 'experienceUser.patch': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f1a', firstName: 'Ada' } } },
      expect: { output: 'then', payload: { 'data.user.firstName': 'Ada' } },
    },
    {
      title: 'An address that is taken',
      yaml: `type: update-user
user: << experience.user.id >>
email: << data.body.email >>
result: data.user
else: refused`,
      payload: {
        data: { body: { email: 'bob@lom.example' } },
        experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } },
      },
      answers: {
        'experienceUser.patch': { error: { type: 'Conflict', statusCode: 409, message: 'Email already exists' } },
      },
      expect: { output: 'else', payload: { 'data.user.error.statusCode': 409 } },
    },
  ],
})

function checkTokens({ config, report }: NodeCheck): void {
  if (config.keepTokens !== true) return
  const problem =
    config.password === undefined
      ? 'keepTokens needs `password`: nothing else invalidates tokens.'
      : config.invalidateExistingTokens === true && '`invalidateExistingTokens` contradicts keepTokens.'
  if (problem) misplaced(report, 'keepTokens', problem)
}
