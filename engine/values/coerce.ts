/**
 * JavaScript's coercions for values of a payload. A payload is JSON that a client may have sent: `{ "toString": 1 }` in it
 * must not throw a TypeError out of a template or an expression, so no method of an object is ever called, but a Date's.
 */

/**
 * What stands in a text for a value: nothing for null and undefined, items joined by commas for a list of texts and numbers, as Handlebars
 * prints them; JSON for a map, and for a list that holds maps or lists. Nothing for what is nested too deep to be written as JSON.
 */
export function toText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'undefined':
      return ''
    case 'object':
      if (value === null) return ''
      if (value instanceof Date) return Date.prototype.toString.call(value)
      return Array.isArray(value) && !value.some(isStructure) ? value.map(toText).join() : toJson(value)
    default:
      return String(value)
  }
}

function isStructure(value: unknown): boolean {
  return isObject(value) && !(value instanceof Date)
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}

export type Primitive = string | number | boolean | bigint | symbol | null | undefined

/** What an operator sees of a value. A Date is its milliseconds, but text where JavaScript prefers text (`+`, `==`). */
export function toPrimitive(value: unknown, prefer: 'number' | 'text' = 'number'): Primitive {
  if (value instanceof Date && prefer === 'number') return Date.prototype.getTime.call(value)
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') return toText(value)
  return value as Primitive // all that is left once objects and functions are gone
}

export function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number(toPrimitive(value))
}

/** `==`. Two objects are equal if they are the same one. */
export function equalsLoosely(left: unknown, right: unknown): boolean {
  if (isObject(left) && isObject(right)) return left === right
  if (left === null || left === undefined || right === null || right === undefined)
    return (left ?? null) === (right ?? null)
  // biome-ignore lint/suspicious/noDoubleEquals: this is what `==` in an expression means
  return toPrimitive(left, 'text') == toPrimitive(right, 'text')
}

/** `<`, `<=`, `>` and `>=`; never true where one side is no number and not both are text. */
export function compare(left: unknown, right: unknown, operator: '<' | '<=' | '>' | '>='): boolean {
  const a = toPrimitive(left)
  const b = toPrimitive(right)
  const [x, y] = typeof a === 'string' && typeof b === 'string' ? [a, b] : [Number(a), Number(b)]
  switch (operator) {
    case '<':
      return x < y
    case '<=':
      return x <= y
    case '>':
      return x > y
    case '>=':
      return x >= y
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
