import { Type } from 'typebox'
import type { UserRecord, Users } from '../../contracts/users.ts'
import { shapeOfSchema } from '../../engine/json-schema/shape-of-schema.ts'
import { defineNode, type NodeCheck } from '../../engine/node.ts'
import { PathTo, Value } from '../../engine/schema.ts'
import { defined } from '../parts/defined.ts'
import { lacking } from '../parts/misplaced.ts'
import { invalidateExistingTokens, tokenData, tokenLifetime } from '../parts/token-fields.ts'
import { userShape } from '../parts/user-shape.ts'
import { written } from '../parts/written.ts'

export const authenticate = defineNode({
  type: 'authenticate',
  losant: { type: 'ExperienceUserAuthNode' },
  summary: 'Checks the password or the token of an experience user.',
  description: `\`then\` is taken if the credentials are valid, \`else\` if not. Nothing tells an unknown address from a wrong
password, and a field that the client left out, or sent as something other than text, fails in the same way.

| given | valid if |
|---|---|
| \`email\` and \`password\` | the password is the user's |
| \`token\` | the token is valid |
| \`token\` and \`email\` | the token is valid and belongs to this user |
| all three | the token is valid, or the password is the user's |

The platform limits wrong guesses: past the limit, the run fails with status 429.`,
  config: Type.Object({
    email: Type.Optional(Value({ description: 'E-mail address.' })),
    password: Type.Optional(Value({ description: 'Password.' })),
    token: Type.Optional(Value({ description: 'A token that the user was given before.' })),
    result: Type.Optional(PathTo({ description: 'Where the user goes, without any secret.' })),
    tokenResult: Type.Optional(PathTo({ description: 'Where a new token for the user goes.' })),
    ttlSeconds: tokenLifetime,
    tokenData,
    invalidateExistingTokens,
  }),
  outputs: ['else', 'then'],
  guards: true,
  refusesWith: [429],
  writes: ({ result, tokenResult }, output) =>
    output === 'else'
      ? []
      : [...written(result, userShape), ...written(tokenResult, shapeOfSchema({ type: 'string' }))],
  check: checkCredentials,
  compile: (config) => {
    const { email, password, token, result, tokenResult, ttlSeconds, tokenData } = config
    const { invalidateExistingTokens = false } = config
    return async (payload, run) => {
      const { users } = run.services
      const given = { email: email?.(payload), password: password?.(payload), token: token?.(payload) }
      const content = defined({ ttlSeconds: ttlSeconds?.(payload), data: tokenData?.(payload) })

      const byToken = token ? await userOfToken(users, given.token) : null
      const isTokenEnough = !email || password !== undefined || isSameAddress(byToken?.email, given.email)
      const user = (isTokenEnough ? byToken : null) ?? (password ? await userOfPassword(users, given) : null)
      if (!user) return 'else'

      if (tokenResult || invalidateExistingTokens || password) {
        const signed = await users.signToken({
          user: user.id,
          ...content,
          invalidateExistingTokens,
          isLogin: true,
        })
        // The user was deleted while the password was checked.
        if (signed === null) return 'else'
        tokenResult?.set(payload, signed)
      }
      result?.set(payload, user)
      return 'then'
    }
  },
  examples: [
    {
      title: 'Sign in',
      yaml: `type: authenticate
email: << data.body.email >>
password: << data.body.password >>
result: data.user
tokenResult: data.token`,
      payload: { data: { body: { email: 'ada@lom.example', password: 'correct horse battery' } } },
      users: [{ id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example', password: 'correct horse battery' }],
      expect: {
        output: 'then',
        payload: { 'data.user.email': 'ada@lom.example', 'data.token': 'token of 5f1c2d3e4f5a6b7c8d9e0f1a' },
      },
    },
    {
      title: 'A wrong password',
      yaml: `type: authenticate
email: << data.body.email >>
password: << data.body.password >>
else:
  - type: reply
    status: 401
    body: { error: Unauthorized }`,
      payload: { data: { body: { email: 'ada@lom.example', password: 'wrong' } } },
      users: [{ id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example', password: 'correct horse battery' }],
      expect: { output: 'else' },
    },
    {
      title: 'A field that the client left out',
      yaml: `type: authenticate
email: << data.body.email >>
password: << data.body.password >>`,
      payload: { data: { body: null } },
      expect: { output: 'else' },
    },
    {
      title: 'A token from a link',
      yaml: `type: authenticate
token: << data.query.token >>
result: data.user`,
      payload: { data: { query: { token: 'token of 5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      users: [{ id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example', password: 'correct horse battery' }],
      expect: { output: 'then', payload: { 'data.user.id': '5f1c2d3e4f5a6b7c8d9e0f1a' } },
    },
  ],
})

async function userOfToken(users: Users, token: unknown): Promise<UserRecord | null> {
  return typeof token === 'string' ? users.verifyToken(token) : null
}

async function userOfPassword(users: Users, given: { email: unknown; password: unknown }): Promise<UserRecord | null> {
  if (typeof given.email !== 'string' || typeof given.password !== 'string') return null
  return users.verifyPassword(given.email, given.password)
}

/** Whether two addresses are the same but for upper and lower case. */
function isSameAddress(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' && a.toLowerCase() === b.toLowerCase()
}

function checkCredentials({ config, report }: NodeCheck): void {
  const { email, password, token } = config
  if (password !== undefined && email === undefined) {
    report({ code: 'FLOW_MISSING_FIELD', at: ['password'], atKey: true, message: 'A password needs an email.' })
  } else if (email !== undefined && password === undefined && token === undefined) {
    const message = 'An email needs a password or a token.'
    report({ code: 'FLOW_MISSING_FIELD', at: ['email'], atKey: true, message })
  } else if (email === undefined && token === undefined) {
    lacking(report, 'The node has no credentials to check.', 'Give email and password, or token.')
  }
}
