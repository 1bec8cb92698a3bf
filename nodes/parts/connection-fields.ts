/** Fields of nodes that act through a connection of `application.yaml`, or within a time limit. */
import { Type } from 'typebox'
import { ValueOf } from '../../engine/schema.ts'

export const connectionField = (description = 'A name under `connections` of `application.yaml`.') =>
  Type.String({ minLength: 1, description })

/** The time limits of the connections themselves assume at most 30 seconds. */
export const timeoutField = Type.Optional(
  ValueOf(Type.Number({ exclusiveMinimum: 0, maximum: 30 }), {
    description: 'How long the request may take in all.',
    default: 10,
    acceptsDigits: true,
  }),
)
