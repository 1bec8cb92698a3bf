/**
 * JavaScript's coercions for values of a payload. A client may have sent them, and a `{ "toString": 1 }` must not throw a
 * TypeError out of a template or an expression. So no method of an object is ever called, except a Date's.
 */

/**
 * A value as a part of a text. Null and undefined are empty. The items of a list of texts and numbers are joined by commas, as in
 * Handlebars. A map is written as JSON, and so is a list that contains maps or lists; one that is nested too deep for that is empty.
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

/** A value as an operator sees it. A Date is its milliseconds, or text for operators that prefer text (`+`, `==`). */
export function toPrimitive(value: unknown, prefer: 'number' | 'text' = 'number'): Primitive {
  if (value instanceof Date && prefer === 'number') return Date.prototype.getTime.call(value)
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') return toText(value)
  return value as Primitive // objects and functions are excluded above
}

export function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number(toPrimitive(value))
}

/** `==`. Two objects are only equal if they are the same object. */
export function equalsLoosely(left: unknown, right: unknown): boolean {
  if (isObject(left) && isObject(right)) return left === right
  if (left === null || left === undefined || right === null || right === undefined)
    return (left ?? null) === (right ?? null)
  // biome-ignore lint/suspicious/noDoubleEquals: this is what `==` in an expression means
  return toPrimitive(left, 'text') == toPrimitive(right, 'text')
}

/** `<`, `<=`, `>` and `>=`. Unless both sides are text they are compared as numbers, and the result is false if one is not a number. */
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
