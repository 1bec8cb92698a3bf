import { anything, listShape, scalar } from '../../../engine/json-schema/shape.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { kindOf } from '../../parts/kind-of.ts'
import type { Operation } from '../../parts/operations.ts'
import { recordOf } from '../../parts/payload-values.ts'

type Entries = Readonly<Record<string, unknown>>

interface Kind extends Operation {
  /** The field that it needs, or JSON in its place. */
  readonly input?: 'with' | 'keys'
}

interface OnMap extends Kind {
  readonly of: 'map'
  readonly run: (source: Entries, args: ObjectArguments) => unknown
}

interface OnList extends Kind {
  readonly of: 'list'
  readonly run: (source: readonly unknown[], args: ObjectArguments) => unknown
}

export type ObjectOperation = OnMap | OnList

/** The fields of the operation, rendered. */
export interface ObjectArguments {
  readonly with: Entries
  readonly keys: readonly string[]
}

const withOrJson = { input: 'with', required: [['with', 'json']] } as const
const keysOrJson = { input: 'keys', required: [['keys', 'json']] } as const

/** The operations, named as in Losant. */
export const objectOperations = {
  assign: {
    meaning: 'The map with the keys of `with`, which win over its own.',
    ...withOrJson,
    of: 'map',
    run: (source, args) => ({ ...source, ...args.with }),
  },
  entries: {
    meaning: 'A list of `[key, value]`.',
    shape: listShape(listShape(anything)),
    of: 'map',
    run: (source) => Object.entries(source),
  },
  fromPairs: {
    meaning: 'The map of a list of `[key, value]`; of two pairs with the same key, the last one wins.',
    of: 'list',
    run: (source) => recordOf(source.map(pairOf)),
  },
  keys: {
    meaning: 'A list of its keys.',
    shape: listShape(scalar),
    of: 'map',
    run: (source) => Object.keys(source),
  },
  mergeDeep: {
    meaning: 'The same as `assign`, but maps that both have are merged too, and lists item by item.',
    ...withOrJson,
    of: 'map',
    run: (source, args) => mergeDeep(source, args.with),
  },
  omit: {
    meaning: 'The map without the `keys`.',
    ...keysOrJson,
    of: 'map',
    run: (source, { keys }) => {
      const omitted = new Set(keys)
      return recordOf(Object.entries(source).filter(([key]) => !omitted.has(key)))
    },
  },
  pick: {
    meaning: 'The map with only the `keys`, as far as it has them.',
    ...keysOrJson,
    of: 'map',
    run: (source, { keys }) =>
      recordOf(keys.filter((key) => Object.hasOwn(source, key)).map((key) => [key, source[key]])),
  },
  values: {
    meaning: 'A list of its values.',
    shape: listShape(anything),
    of: 'map',
    run: (source) => Object.values(source),
  },
  zipObject: {
    meaning: 'A map from each of the `keys` to the item at the same index of the list.',
    ...keysOrJson,
    of: 'list',
    run: (source, { keys }) => recordOf(keys.slice(0, source.length).map((key, index) => [key, source[index]])),
  },
} satisfies Record<string, ObjectOperation>

/** Runs the operation. A missing source counts as empty. Throws if the source is not of the type that the operation takes. */
export function operate(operation: ObjectOperation, source: unknown, args: ObjectArguments): unknown {
  if (operation.of === 'list') {
    const list = source ?? []
    if (!Array.isArray(list)) throw new Error(`source must be a list, not ${kindOf(source)}.`)
    return operation.run(list, args)
  }
  const entries = source ?? {}
  if (!isMap(entries) || entries instanceof Date) throw new Error(`source must be a map, not ${kindOf(source)}.`)
  return operation.run(entries, args)
}

function pairOf(pair: unknown, index: number): readonly [string, unknown] {
  const [key, value] = Array.isArray(pair) ? (pair as readonly unknown[]) : []
  if (typeof key === 'string' || typeof key === 'number') return [String(key), value]
  throw new Error(`source[${index}] must be a pair of key and value.`)
}

/** Merges `over` into `under`; the values of `over` win. */
function mergeDeep(under: unknown, over: unknown): unknown {
  if (Array.isArray(under) && Array.isArray(over)) {
    const longer = under.length > over.length ? under : over
    return longer.map((_, index) => (index < over.length ? mergeDeep(under[index], over[index]) : under[index]))
  }
  if (!isMergeable(under) || !isMergeable(over)) return over
  const merged = Object.entries(over).map(
    ([key, value]) => [key, Object.hasOwn(under, key) ? mergeDeep(under[key], value) : value] as const,
  )
  return recordOf([...Object.entries(under), ...merged])
}

function isMergeable(value: unknown): value is Entries {
  return isMap(value) && !(value instanceof Date)
}
