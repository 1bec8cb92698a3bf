/** The keys of a flow's file. */
import { Type } from 'typebox'

export const defaultRetrySeconds = 10

/** `on` and `nodes` are checked by the trigger types and node types. */
export const flowSchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255, description: 'A name that no other flow has.' }),
  description: Type.Optional(Type.String({ maxLength: 32_767, description: 'For people.' })),
  inOrder: Type.Optional(
    Type.Boolean({
      description:
        'Whether runs that the same device, topic or clock started run one after another, and not at the same time.',
      default: false,
    }),
  ),
  retry: Type.Optional(
    Type.Object(
      {
        times: Type.Integer({ minimum: 1, maximum: 20, description: 'How often at most the run is tried again.' }),
        seconds: Type.Optional(
          Type.Number({
            minimum: 0.1,
            maximum: 86_400,
            default: defaultRetrySeconds,
            description: 'The pause before the first retry. It doubles with each further one.',
          }),
        ),
      },
      { description: 'Tries a failed run again, if no client waits for it.' },
    ),
  ),
  on: Type.Unknown(),
  nodes: Type.Unknown(),
})
