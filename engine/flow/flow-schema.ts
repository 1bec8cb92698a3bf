/** The keys of a flow's file. */
import { Type } from 'typebox'

export const defaultRetrySeconds = 10

/** `on` and `nodes` are checked by the trigger types and node types. */
export const flowSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255, description: 'Different from that of every other flow.' }),
  description: Type.Optional(Type.String({ maxLength: 32_767, description: 'For people.' })),
  inOrder: Type.Optional(
    Type.Boolean({
      description: 'Whether runs that the same device, topic or clock started go one after another, and not at once.',
      default: false,
    }),
  ),
  retry: Type.Optional(
    Type.Object(
      {
        times: Type.Integer({ minimum: 1, maximum: 20, description: 'How often at most.' }),
        seconds: Type.Optional(
          Type.Number({
            minimum: 0.1,
            maximum: 86_400,
            default: defaultRetrySeconds,
            description: 'Before the first of them; twice as long before each further one.',
          }),
        ),
      },
      { description: 'Tries a run again that failed and that nobody waits for.' },
    ),
  ),
  on: Type.Unknown(),
  nodes: Type.Unknown(),
})
