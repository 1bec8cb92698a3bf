/** Finds where a value differs from the expected one, path by path. */
import { inspect } from 'node:util'
import type { DocumentPath } from '../../engine/source/position.ts'
import { AnyValue, Match, Partially } from './matchers.ts'

export interface Difference {
  /** From the compared value on: keys of maps and indexes of lists. */
  readonly path: DocumentPath
  readonly expected: string
  readonly actual: string
}

const nothing = 'nothing'

/** Compares whole values, except for what matchers leave open. A key whose value is `undefined` counts as missing. */
export function differencesOf(expected: unknown, actual: unknown, path: DocumentPath = []): Difference[] {
  if (expected instanceof Partially) return differencesOfPart(expected.value, actual, path)
  if (isLeaf(expected) || isLeaf(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    return fits(expected, actual) ? [] : [{ path, expected: show(expected), actual: show(actual) }]
  }
  const keys = [...new Set([...keysOf(expected), ...keysOf(actual)])]
  return keys.flatMap((key) => differencesOf(at(expected, key), at(actual, key), [...path, key]))
}

function differencesOfPart(expected: unknown, actual: unknown, path: DocumentPath): Difference[] {
  if (isLeaf(expected)) return differencesOf(expected, actual, path)
  if (isLeaf(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    return [{ path, expected: show(new Partially(expected)), actual: show(actual) }]
  }
  if (!Array.isArray(expected)) {
    return keysOf(expected).flatMap((key) => differencesOf(at(expected, key), at(actual, key), [...path, key]))
  }
  const items = Object.values(actual)
  return expected.flatMap((item: unknown, index) => {
    const isThere = items.some((candidate) => differencesOf(item, candidate).length === 0)
    return isThere
      ? []
      : [{ path: [...path, index], expected: `an item ${show(item)}`, actual: `among ${show(actual)}` }]
  })
}

function fits(expected: unknown, actual: unknown): boolean {
  if (expected instanceof AnyValue) return actual !== undefined
  if (expected instanceof Match) return typeof actual === 'string' && new RegExp(expected.pattern, 'u').test(actual)
  return Object.is(expected, actual)
}

function isLeaf(value: unknown): value is string | number | boolean | null | undefined | AnyValue | Match {
  return typeof value !== 'object' || value === null || value instanceof AnyValue || value instanceof Match
}

function keysOf(value: object): (string | number)[] {
  return Array.isArray(value)
    ? [...value.keys()]
    : Object.entries(value).flatMap(([key, held]) => (held === undefined ? [] : [key]))
}

function at(value: object, key: string | number): unknown {
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

export function show(value: unknown): string {
  if (value === undefined) return nothing
  if (value instanceof AnyValue) return 'any value'
  if (value instanceof Match) return `a text that matches ${value.pattern}`
  if (value instanceof Partially) return `${show(value.value)} among others`
  return inspect(plain(value), { depth: 8, breakLength: 100, compact: 3, maxStringLength: 1000, maxArrayLength: 50 })
}

/** Shows matchers within a value as they are written in a test. */
function plain(value: unknown): unknown {
  if (value instanceof AnyValue) return written('!any')
  if (value instanceof Match) return written(`!match ${value.pattern}`)
  if (value instanceof Partially) return plain(value.value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, plain(held)]))
}

function written(text: string) {
  return { [inspect.custom]: () => text }
}

/** `body.items[0].name`. */
export function pathText(path: DocumentPath): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('')
}
