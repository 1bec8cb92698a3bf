import { Type } from 'typebox'
import { defineNode } from '../../engine/node.ts'
import { PathTo, Value } from '../../engine/schema.ts'
import { callAndSettle, platformRefusal } from '../parts/call-platform.ts'
import { mayRefuse } from '../parts/refuse.ts'
import { userBody } from '../parts/user-body.ts'
import { userShape } from '../parts/user-shape.ts'

export const createUser = defineNode({
  type: 'create-user',
  losant: { type: 'CreateExperienceUserNode' },
  summary: 'Creates an experience user.',
  description: `The value at \`result\` is the user, without any secret, or \`{ error: { type, statusCode, message } }\` where the
platform refused, such as 409 for an e-mail address that is taken, and 429 if too many users signed up from one network address
(\`FLOWPOT_SIGN_UPS_PER_HOUR\`). A refusal takes \`else\`; without an \`else\` it fails the run.`,
  config: Type.Object({
    email: Value({ description: 'E-mail address; no two users have the same.' }),
    password: Value({ description: 'The password, as the user typed it. Only its hash is stored.' }),
    firstName: Type.Optional(Value({ description: 'First name.' })),
    lastName: Type.Optional(Value({ description: 'Last name.' })),
    tags: Type.Optional(Value({ description: 'User tags, as a map from key to text.' })),
    groups: Type.Optional(Value({ description: 'IDs of the experience groups that the user joins.' })),
    result: Type.Optional(PathTo({ description: 'Where the user, or the refusal, goes.' })),
  }),
  ...mayRefuse(platformRefusal, userShape),
  compile: ({ result, ...fields }, { wired }) => {
    return (payload, run) => {
      const params = { experienceUser: userBody(fields, payload) }
      return callAndSettle(run, 'experienceUsers.post', params, { payload, result, wired })
    }
  },
  examples: [
    {
      title: 'Sign up',
      yaml: `type: create-user
email: << data.body.email >>
password: << data.body.password >>
firstName: << data.body.firstName >>
result: data.user`,
      payload: { data: { body: { email: 'ada@lom.example', password: 'correct horse battery' } } },
      answers: { 'experienceUsers.post': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example' } } },
      expect: { output: 'then', payload: { 'data.user.id': '5f1c2d3e4f5a6b7c8d9e0f1a' } },
    },
    {
      title: 'An address that is taken',
      yaml: `type: create-user
email: << data.body.email >>
password: << data.body.password >>
result: data.user
else: refused`,
      payload: { data: { body: { email: 'ada@lom.example', password: 'correct horse battery' } } },
      answers: {
        'experienceUsers.post': { error: { type: 'Conflict', statusCode: 409, message: 'Email already exists' } },
      },
      expect: { output: 'else', payload: { 'data.user.error.statusCode': 409 } },
    },
  ],
})
