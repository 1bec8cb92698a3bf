import { Type } from 'typebox'
import type { MarkOptions } from '../../engine/schema.ts'

/** One of these strings, which no template may compute. */
export function choice<const Values extends readonly string[]>(values: Values, options: MarkOptions = {}) {
  return Type.Unsafe<Values[number]>({ anyOf: values.map((value) => ({ const: value })), ...options })
}

/** An optional `choice`. */
export function oneOf<const Values extends readonly string[]>(values: Values, options: MarkOptions) {
  return Type.Optional(choice(values, options))
}
