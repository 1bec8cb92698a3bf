import { anything, objectShape, scalar } from '../../../engine/json-schema/shape.ts'
import { toText } from '../../../engine/values/coerce.ts'
import { maxIndex, type Path } from '../../../engine/values/path.ts'
import { needed, type Operation } from '../../parts/operations.ts'
import { copyOf, recordOf } from '../../parts/payload-values.ts'
import { inOrder, type Order } from './sort-values.ts'

/** The fields of the operation, rendered. */
export interface ArrayArguments {
  readonly value: unknown
  /** Counts from the end if it is negative. */
  readonly index: number
  readonly start: number | undefined
  /** Excluded. */
  readonly end: number | undefined
  readonly order: Order
  /** The value at `by` in an item. */
  readonly keyOf: (item: unknown) => unknown
  readonly keeps: (item: unknown, index: number) => boolean
}

/** The changed list, or what was found in it. */
export type ArrayOutcome =
  | { readonly list: readonly unknown[]; readonly removed?: unknown }
  | { readonly found: unknown }

export interface ArrayOperation extends Operation {
  readonly run: (list: readonly unknown[], args: ArrayArguments) => ArrayOutcome
}

/** Keys that come with the items. */
const map = objectShape({}, true)

/** The operations, named as in Losant. */
export const arrayOperations = {
  compact: {
    meaning: 'The list without `false`, `0`, `NaN`, empty texts and `null`.',
    run: (items) => ({ list: items.filter(Boolean) }),
  },
  concat: {
    meaning:
      'The list with the items of `value` after its own, or with `value` itself if it is not a list. A missing one adds nothing.',
    required: ['value'],
    run: (items, { value }) => ({ list: value === undefined ? items : items.concat(copyOf(value)) }),
  },
  deduplicate: {
    meaning: 'The list without duplicate texts, numbers and booleans; the first of each stays.',
    run: (items) => ({ list: [...new Set(items)] }),
  },
  deduplicateBy: {
    meaning: 'The list without items that have the same value at `by`; the first of each stays.',
    required: ['by'],
    run: (items, { keyOf }) => ({ found: firstByKey(items, keyOf) }),
  },
  filter: {
    meaning: 'The items for which `where` is truthy.',
    required: ['where'],
    run: (items, { keeps }) => ({ found: items.filter(keeps) }),
  },
  flatten: {
    meaning: 'The list with every nested list, however deep, replaced by its items.',
    run: (items) => ({ list: items.flat(Number.POSITIVE_INFINITY) }),
  },
  groupBy: {
    meaning: 'A map from each value at `by` to the list of items that have it.',
    required: ['by'],
    shape: map,
    run: (items, { keyOf }) => ({ found: recordOf(groupByKey(items, keyOf)) }),
  },
  indexOf: {
    meaning: 'The index of the first item that equals `value`, or -1.',
    required: ['value'],
    shape: scalar,
    run: (items, { value }) => ({ found: value === undefined ? -1 : items.indexOf(value) }),
  },
  insertAt: {
    meaning: 'The list with `value` before the item at `index`.',
    required: ['value', 'index'],
    run: (items, { value, index }) => ({ list: items.toSpliced(index, 0, copyOf(needed('value', value))) }),
  },
  keyBy: {
    meaning: 'A map from each value at `by` to the last item that has it.',
    required: ['by'],
    shape: map,
    run: (items, { keyOf }) => ({ found: recordOf(items.map((item) => [toText(keyOf(item)), item])) }),
  },
  length: { meaning: 'The number of items.', shape: scalar, run: (items) => ({ found: items.length }) },
  lookupAt: {
    meaning: 'The item at `index`. If there is none, nothing is at `result` afterwards.',
    required: ['index'],
    shape: anything,
    run: (items, { index }) => ({ found: items.at(index) }),
  },
  pop: {
    meaning: 'The list without its last item, which goes to `removed`.',
    optional: ['removed'],
    run: (items) => ({ list: items.slice(0, -1), removed: items.at(-1) }),
  },
  push: {
    meaning: 'The list with `value` at its end.',
    required: ['value'],
    run: (items, { value }) => ({ list: [...items, copyOf(needed('value', value))] }),
  },
  removeAt: {
    meaning: 'The list without the item at `index`, which goes to `removed`.',
    required: ['index'],
    optional: ['removed'],
    run: (items, { index }) =>
      isWithin(items, index) ? { list: items.toSpliced(index, 1), removed: items.at(index) } : { list: items },
  },
  replaceAt: {
    meaning:
      'The list with `value` in place of the item at `index`, which goes to `removed`. Past its end, `null` fills the gap.',
    required: ['value', 'index'],
    optional: ['removed'],
    run: (items, { value, index }) => ({
      list: replaceAt(items, index, copyOf(needed('value', value))),
      removed: items.at(index),
    }),
  },
  reverse: { meaning: 'The list in reverse.', run: (items) => ({ list: items.toReversed() }) },
  shift: {
    meaning: 'The list without its first item, which goes to `removed`.',
    optional: ['removed'],
    run: (items) => ({ list: items.slice(1), removed: items[0] }),
  },
  slice: {
    meaning: 'The items from `start` up to `end`, which is not among them.',
    optional: ['start', 'end'],
    run: (items, { start, end }) => ({ list: items.slice(start, end) }),
  },
  sort: {
    meaning: 'The list in `order`: numbers, then texts, then `false` and `true`; anything else comes last.',
    optional: ['order'],
    run: (items, { order }) => ({ found: inOrder(items, order) }),
  },
  sortBy: {
    meaning: 'The list in the `order` of the values at `by`.',
    required: ['by'],
    optional: ['order'],
    run: (items, { order, keyOf }) => ({ found: inOrder(items, order, keyOf) }),
  },
  sum: {
    meaning: 'The sum of its numbers; other items are ignored.',
    shape: scalar,
    run: (items) => ({ found: items.reduce((sum: number, item) => (typeof item === 'number' ? sum + item : sum), 0) }),
  },
  unshift: {
    meaning: 'The list with `value` at its beginning.',
    required: ['value'],
    run: (items, { value }) => ({ list: [copyOf(needed('value', value)), ...items] }),
  },
} satisfies Record<string, ArrayOperation>

export function keyAt(by: Path | undefined): ArrayArguments['keyOf'] {
  // A path can read any value, although its type asks for a payload.
  return (item) => by?.get(item as Record<string, unknown>)
}

function isWithin(items: readonly unknown[], index: number): boolean {
  return index < items.length && index >= -items.length
}

function replaceAt(items: readonly unknown[], index: number, value: unknown): readonly unknown[] {
  const at = index < 0 ? items.length + index : index
  if (at < 0) throw new Error(`index ${index} is before the beginning of a list of ${items.length}.`)
  if (at >= maxIndex) throw new Error(`index ${index} is past ${maxIndex}.`)
  const gap = Array.from({ length: Math.max(0, at - items.length) }, () => null)
  return [...items, ...gap].toSpliced(at, 1, value)
}

function firstByKey(items: readonly unknown[], keyOf: (item: unknown) => unknown): readonly unknown[] {
  const seen = new Set<unknown>()
  return items.filter((item) => {
    const key = keyOf(item)
    return !seen.has(key) && seen.add(key)
  })
}

function groupByKey(items: readonly unknown[], keyOf: (item: unknown) => unknown): ReadonlyMap<string, unknown[]> {
  const groups = new Map<string, unknown[]>()
  for (const item of items) {
    const key = toText(keyOf(item))
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}
