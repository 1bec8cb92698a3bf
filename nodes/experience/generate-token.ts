import { Type } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { defined } from '../parts/defined.ts'
import { flag } from '../parts/flag.ts'
import { invalidateExistingTokens, tokenData, tokenLifetime } from '../parts/token-fields.ts'

const unknownUser = defineError<{ user: string }>(
  'FLOW_TOKEN_UNKNOWN_USER',
  500,
  ({ user }) => `There is no experience user ${JSON.stringify(user)} to sign a token for.`,
)

export const generateToken = defineNode({
  type: 'generate-token',
  losant: { type: 'ExperienceUserTokenNode' },
  summary: 'Signs a token for an experience user, without a password.',
  description: `Whoever holds the token acts as the user, so make sure that the flow knows who is asking. A user who does not exist fails
the run; if that can happen, use \`get-user\` first.`,
  config: Type.Object({
    user: ValueOf(Type.String(), { description: 'ID or e-mail address.', examples: ['<< experience.user.id >>'] }),
    result: PathTo({ description: 'Where the token goes.' }),
    ttlSeconds: tokenLifetime,
    data: tokenData,
    treatAsLogin: flag("Records the time as the user's last login."),
    invalidateExistingTokens,
  }),
  outputs: ['next'],
  writes: ({ result }) => [{ path: String(result), shape: scalar }],
  compile: ({ user, result, ttlSeconds, data, treatAsLogin = false, invalidateExistingTokens = false }) => {
    return async (payload, run) => {
      const name = user(payload)
      const token = await run.services.users.signToken({
        user: name,
        ...defined({ ttlSeconds: ttlSeconds?.(payload), data: data?.(payload) }),
        invalidateExistingTokens,
        isLogin: treatAsLogin,
      })
      if (token === null) throw unknownUser({ user: name })
      result.set(payload, token)
      return 'next'
    }
  },
  examples: [
    {
      title: 'A token for the user who asks, good for an hour',
      yaml: `type: generate-token
user: << experience.user.id >>
ttlSeconds: 3600
result: data.token`,
      payload: { data: {}, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      users: [{ id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example', password: 'correct horse battery' }],
      expect: { output: 'next', payload: { 'data.token': 'token of 5f1c2d3e4f5a6b7c8d9e0f1a' } },
    },
    {
      title: 'A user who does not exist',
      yaml: `type: generate-token
user: nobody@lom.example
result: data.token`,
      payload: { data: {} },
      expect: { error: 'There is no experience user "nobody@lom.example"' },
    },
  ],
})
