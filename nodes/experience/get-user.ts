import { Type } from 'typebox'
import { unknown } from '../../engine/check/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { defineError } from '../../errors.ts'

const refused = defineError<{ message: string }>(
  'FLOW_GET_USER_REFUSED',
  500,
  ({ message }) => `The user cannot be read: ${message}`,
)

export const getUser = defineNode({
  type: 'get-user',
  losant: 'GetExperienceUserNode',
  summary: 'Reads an experience user by ID or e-mail address.',
  description: 'What stands at `result` is the user, without any secret, or `null` where there is none.',
  config: Type.Object({
    user: ValueOf(Type.String(), { description: 'ID or e-mail address.', examples: ['<< data.params.userId >>'] }),
    result: PathTo({ description: 'Where the user goes.' }),
  }),
  outputs: ['next'],
  writes: ({ result }) => [{ path: String(result), shape: unknown }],
  compile: ({ user, result }) => {
    return async (payload, run) => {
      const outcome = await run.services.api('experienceUser.get', { experienceUserId: user(payload) })
      // 400 is what the platform says to what can be neither an ID nor an address: that names nobody either.
      if ('error' in outcome && ![400, 404].includes(outcome.error.statusCode)) {
        throw refused({ message: outcome.error.message })
      }
      result.set(payload, 'error' in outcome ? null : outcome.result)
      return 'next'
    }
  },
  examples: [
    {
      title: 'By ID',
      yaml: `type: get-user
user: << data.params.userId >>
result: data.user`,
      payload: { data: { params: { userId: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: { 'experienceUser.get': { result: { id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example' } } },
      expect: { output: 'next', payload: { 'data.user.email': 'ada@lom.example' } },
    },
    {
      title: 'Nobody',
      yaml: `type: get-user
user: nobody@lom.example
result: data.user`,
      payload: { data: {} },
      answers: {
        'experienceUser.get': { error: { type: 'NotFound', statusCode: 404, message: 'User was not found' } },
      },
      expect: { output: 'next', payload: { 'data.user': null } },
    },
  ],
})
