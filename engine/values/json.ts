/** JSON as a payload may hold it. */
import { isObject } from './coerce.ts'

/** How many levels JSON may have that comes into a payload: what copies or writes one recurses. */
export const deepestJson = 100

/**
 * Throws a `SyntaxError` that says why in a sentence: the text is no JSON, is nested too deep, or has a key that would
 * reach every object of the process once it is merged into another.
 */
export function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new SyntaxError(`The text is no JSON: ${cause instanceof Error ? cause.message : cause}.`, { cause })
  }
  checkBelow(value, deepestJson)
  return value
}

function checkBelow(value: unknown, levels: number): void {
  if (!isObject(value)) return
  if (levels === 0) throw new SyntaxError(`The JSON is nested deeper than ${deepestJson} levels.`)
  const holdsPrototype = isObject(value.constructor) && Object.hasOwn(value.constructor, 'prototype')
  if (Object.hasOwn(value, '__proto__') || holdsPrototype) {
    throw new SyntaxError('The JSON has a key that is not allowed, such as __proto__.')
  }
  for (const item of Object.values(value)) checkBelow(item, levels - 1)
}
