import { toText } from '../../../engine/values/coerce.ts'

/** A copy whose maps and lists Handlebars prints as our templates do, which do not write `[object Object]`. */
export function printable<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  const copy = Array.isArray(value)
    ? value.map(printable)
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, printable(item)]))
  Object.defineProperty(copy, 'toString', { value: () => toText(value), enumerable: false })
  // A list was mapped to a list, and a map to a map.
  return copy as Value
}
