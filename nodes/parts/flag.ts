import { Type } from 'typebox'

/** An optional boolean, which no template may compute. */
export const flag = (description: string, byDefault = false) =>
  Type.Optional(Type.Boolean({ description, default: byDefault }))
