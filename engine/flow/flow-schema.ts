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
  limits: Type.Optional(
    Type.Object(
      {
        seconds: Type.Optional(
          Type.Number({
            minimum: 0.001,
            maximum: 86_400,
            description: 'A run that takes longer fails. A client gets 504.',
          }),
        ),
        visits: Type.Optional(Type.Integer({ minimum: 1, description: 'How many nodes a run may visit.' })),
        bodyBytes: Type.Optional(
          Type.Integer({ minimum: 0, description: 'A request with a longer body, decompressed, is answered 413.' }),
        ),
      },
      { description: 'Limits of this flow. They can only lower those of the settings.' },
    ),
  ),
  on: Type.Unknown(),
  nodes: Type.Unknown(),
})
