/** What a trigger hands on of a request as it was sent, for flows that verify a signature. */
import { Type } from 'typebox'
import { anything, scalar } from '../../engine/json-schema/shape.ts'

export const rawBodyField = Type.Optional(
  Type.Boolean({
    default: false,
    description:
      'Whether the request as it was sent is there as well: its body at `data.rawBody`, its path and query at `data.url`.',
  }),
)

export const rawBodyShape = { rawBody: anything, url: scalar }
