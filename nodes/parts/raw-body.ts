/** The request as it was sent, for flows that verify a signature. */
import { anything, scalar } from '../../engine/json-schema/shape.ts'
import { flag } from './flag.ts'

export const rawBodyField = flag(
  'Adds the request as it was sent: its body at `data.rawBody`, its path and query at `data.url`.',
)

export const rawBodyShape = { rawBody: anything, url: scalar }
