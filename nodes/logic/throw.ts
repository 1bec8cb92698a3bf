import { Type } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import { defineNode } from '../../engine/node.ts'
import { Template } from '../../engine/schema.ts'

const thrown = defineError<{ message: string }>('FLOW_THROWN', 500, ({ message }) => message)

export const throwNode = defineNode({
  type: 'throw',
  losant: { type: 'ThrowErrorNode' },
  summary: 'Fails the run with an error.',
  description: `Every branch of the run stops. Then the \`error\` triggers in scope fire, with the message at \`data.errorInfo.error.message\`.
An endpoint request that nothing has answered by then gets 500, and the client never sees the message.`,
  config: Type.Object({
    message: Type.Optional(
      Template({
        description: 'What went wrong, for the log and the error triggers.',
        default: 'The flow threw an error.',
      }),
    ),
  }),
  outputs: [],
  compile: ({ message }) => {
    return (payload) => {
      throw thrown({ message: message?.(payload) || 'The flow threw an error.' })
    }
  },
  examples: [
    {
      title: 'A message from the payload',
      yaml: `type: throw
message: The tank << data.tank >> has no sensor.`,
      payload: { data: { tank: 'north' } },
      expect: { error: 'The tank north has no sensor.' },
    },
    {
      title: 'No message',
      yaml: 'type: throw',
      payload: {},
      expect: { error: 'The flow threw an error.' },
    },
  ],
})
