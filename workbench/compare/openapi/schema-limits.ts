/** Finds limits of single values that are narrower in a new schema than in the old one. */
import { isDeepStrictEqual } from 'node:util'
import type { Part } from './references.ts'

const lowest = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']
const highest = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']
/** A changed one may reject what was accepted before, so every change is reported. */
const fixed = ['pattern', 'format', 'multipleOf']

/** A sentence each, without its subject: `has a maximum of 5 now, was 9`. */
export function narrowedLimits(before: Part, after: Part): readonly string[] {
  return [
    ...narrowedValues(valuesOf(before), valuesOf(after)),
    ...lowest.flatMap((key) => narrowed(key, before[key], after[key], 1)),
    ...highest.flatMap((key) => narrowed(key, before[key], after[key], -1)),
    ...fixed.flatMap((key) =>
      after[key] === undefined || after[key] === before[key] ? [] : `has the ${key} ${String(after[key])} now`,
    ),
    ...(after.uniqueItems === true && before.uniqueItems !== true ? ['takes no item twice now'] : []),
  ]
}

function narrowed(key: string, before: unknown, after: unknown, direction: 1 | -1): readonly string[] {
  if (typeof after !== 'number') return []
  if (typeof before !== 'number') return [`has a ${key} of ${after} now`]
  return (after - before) * direction > 0 ? [`has a ${key} of ${after} now, was ${before}`] : []
}

function valuesOf({ enum: values, const: value }: Part): readonly unknown[] | undefined {
  if (value !== undefined) return [value]
  return Array.isArray(values) ? values : undefined
}

function narrowedValues(before: readonly unknown[] | undefined, after: readonly unknown[] | undefined) {
  if (!after) return []
  if (!before) return [`takes nothing but ${after.map((value) => JSON.stringify(value)).join(', ')} now`]
  return before
    .filter((value) => !after.some((other) => isDeepStrictEqual(value, other)))
    .map((value) => `no longer takes ${JSON.stringify(value)}`)
}
