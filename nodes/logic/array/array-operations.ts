import { anything, listShape, objectShape, scalar } from '../../../engine/json-schema/shape.ts'
import { toText } from '../../../engine/values/coerce.ts'
import { maxIndex, type Path } from '../../../engine/values/path.ts'
import { needed, type Operation } from '../../parts/operations.ts'
import { copyOf, recordOf } from '../../parts/payload-values.ts'
import { inOrder, type Order } from './sort-values.ts'

/** The fields of the operation, rendered. */
export interface ArrayArguments {
  readonly value: unknown
  /** From the end where it is negative. */
  readonly index: number
  readonly start: number | undefined
  /** Excluded. */
  readonly end: number | undefined
  readonly order: Order
  /** What stands at `by` in an item. */
  readonly keyOf: (item: unknown) => unknown
  readonly keeps: (item: unknown, index: number) => boolean
}

/** What comes of the list itself, or else what is found in it. */
export type ArrayOutcome =
  | { readonly list: readonly unknown[]; readonly removed?: unknown }
  | { readonly found: unknown }

export interface ArrayOperation extends Operation {
  readonly run: (list: readonly unknown[], args: ArrayArguments) => ArrayOutcome
}

const list = listShape(anything)
/** Keys that come with the items. */
const map = objectShape({}, true)

/** Named as in Losant. */
export const arrayOperations = {
  compact: {
    meaning: 'The list without `false`, `0`, `NaN`, empty texts and `null`.',
    shape: list,
    run: (items) => ({ list: items.filter(Boolean) }),
  },
  concat: {
    meaning:
      'The list with the items of `value` after its own, or with `value` where it is no list. A missing one adds nothing.',
    required: ['value'],
    shape: list,
    run: (items, { value }) => ({ list: value === undefined ? items : items.concat(copyOf(value)) }),
  },
  deduplicate: {
    meaning: 'The list with the first alone of equal texts, numbers, booleans.',
    shape: list,
    run: (items) => ({ list: [...new Set(items)] }),
  },
  deduplicateBy: {
    meaning: 'The list with the first alone of the items that have the same at `by`.',
    required: ['by'],
    shape: list,
    run: (items, { keyOf }) => ({ found: firstByKey(items, keyOf) }),
  },
  filter: {
    meaning: 'The items for which `where` is truthy.',
    required: ['where'],
    shape: list,
    run: (items, { keeps }) => ({ found: items.filter(keeps) }),
  },
  flatten: {
    meaning: 'The list with the items of every list in it, however deep, in its place.',
    shape: list,
    run: (items) => ({ list: items.flat(Number.POSITIVE_INFINITY) }),
  },
  groupBy: {
    meaning: 'A map of lists: by what stands at `by`, the items that have it.',
    required: ['by'],
    shape: map,
    run: (items, { keyOf }) => ({ found: recordOf(groupByKey(items, keyOf)) }),
  },
  indexOf: {
    meaning: 'Where `value` first stands: 0 is the beginning, -1 nowhere.',
    required: ['value'],
    shape: scalar,
    run: (items, { value }) => ({ found: value === undefined ? -1 : items.indexOf(value) }),
  },
  insertAt: {
    meaning: 'The list with `value` before the item at `index`.',
    required: ['value', 'index'],
    shape: list,
    run: (items, { value, index }) => ({ list: items.toSpliced(index, 0, copyOf(needed('value', value))) }),
  },
  keyBy: {
    meaning: 'A map: by what stands at `by`, the last item that has it.',
    required: ['by'],
    shape: map,
    run: (items, { keyOf }) => ({ found: recordOf(items.map((item) => [toText(keyOf(item)), item])) }),
  },
  length: { meaning: 'How many items it has.', shape: scalar, run: (items) => ({ found: items.length }) },
  lookupAt: {
    meaning: 'The item at `index`. Where there is none, nothing stands at `result` afterwards.',
    required: ['index'],
    shape: anything,
    run: (items, { index }) => ({ found: items.at(index) }),
  },
  pop: {
    meaning: 'The list without its last item, which goes to `removed`.',
    optional: ['removed'],
    shape: list,
    run: (items) => ({ list: items.slice(0, -1), removed: items.at(-1) }),
  },
  push: {
    meaning: 'The list with `value` at its end.',
    required: ['value'],
    shape: list,
    run: (items, { value }) => ({ list: [...items, copyOf(needed('value', value))] }),
  },
  removeAt: {
    meaning: 'The list without the item at `index`, which goes to `removed`.',
    required: ['index'],
    optional: ['removed'],
    shape: list,
    run: (items, { index }) =>
      isWithin(items, index) ? { list: items.toSpliced(index, 1), removed: items.at(index) } : { list: items },
  },
  replaceAt: {
    meaning:
      'The list with `value` in place of the item at `index`, which goes to `removed`. Past its end, `null` fills the gap.',
    required: ['value', 'index'],
    optional: ['removed'],
    shape: list,
    run: (items, { value, index }) => ({
      list: replaceAt(items, index, copyOf(needed('value', value))),
      removed: items.at(index),
    }),
  },
  reverse: {
    meaning: 'The list from its end to its beginning.',
    shape: list,
    run: (items) => ({ list: items.toReversed() }),
  },
  shift: {
    meaning: 'The list without its first item, which goes to `removed`.',
    optional: ['removed'],
    shape: list,
    run: (items) => ({ list: items.slice(1), removed: items[0] }),
  },
  slice: {
    meaning: 'The items from `start` up to `end`, which is not among them.',
    optional: ['start', 'end'],
    shape: list,
    run: (items, { start, end }) => ({ list: items.slice(start, end) }),
  },
  sort: {
    meaning: 'The list in `order`: numbers, then texts, then `false` and `true`; what is none of these comes last.',
    optional: ['order'],
    shape: list,
    run: (items, { order }) => ({ found: inOrder(items, order) }),
  },
  sortBy: {
    meaning: 'The list in the `order` of what stands at `by`.',
    required: ['by'],
    optional: ['order'],
    shape: list,
    run: (items, { order, keyOf }) => ({ found: inOrder(items, order, keyOf) }),
  },
  sum: {
    meaning: 'The sum of its numbers; what is no number is left out.',
    shape: scalar,
    run: (items) => ({ found: items.reduce((sum: number, item) => (typeof item === 'number' ? sum + item : sum), 0) }),
  },
  unshift: {
    meaning: 'The list with `value` at its beginning.',
    required: ['value'],
    shape: list,
    run: (items, { value }) => ({ list: [copyOf(needed('value', value)), ...items] }),
  },
} satisfies Record<string, ArrayOperation>

export function keyAt(by: Path | undefined): ArrayArguments['keyOf'] {
  // A path reads any value, though a payload is what it mostly reads.
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
