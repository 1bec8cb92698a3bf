/**
 * What is known, before any run, about the value at a path. A path is present, absent or unknown; only an absent one is
 * reported.
 */
export type Shape =
  /** Any value, or none. */
  | { readonly kind: 'anything' }
  /** A string, a number, a boolean or null, which has no keys. */
  | { readonly kind: 'scalar' }
  /** An object with these keys, and with others if it is open. */
  | { readonly kind: 'object'; readonly keys: ReadonlyMap<string, Shape>; readonly open: boolean }
  | { readonly kind: 'list'; readonly items: Shape }

export const anything: Shape = { kind: 'anything' }
export const scalar: Shape = { kind: 'scalar' }

export function objectShape(keys: Readonly<Record<string, Shape>>, open = false): Shape {
  return { kind: 'object', keys: new Map(Object.entries(keys)), open }
}

export function listShape(items: Shape): Shape {
  return { kind: 'list', items }
}

/**
 * The shape after either of two ways was taken. A key that only one of them writes stays possible. Where the two differ, the
 * result is a new object, since what is kept about one of them by identity (`schemaOfShape`) does not hold for both.
 */
export function joinShapes(a: Shape, b: Shape): Shape {
  if (a === b) return a
  if (b.kind === 'scalar') return a.kind === 'scalar' ? scalar : { ...a }
  if (a.kind === 'scalar') return { ...b }
  if (a.kind === 'list' && b.kind === 'list') return listShape(joinShapes(a.items, b.items))
  if (a.kind !== 'object' || b.kind !== 'object') return anything
  const keys = new Map(a.keys)
  for (const [key, shape] of b.keys) {
    const other = keys.get(key)
    keys.set(key, other === undefined ? shape : joinShapes(other, shape))
  }
  return { kind: 'object', keys, open: a.open || b.open }
}

/** The first segment of a path that cannot exist. */
export interface Absence {
  /** Index of the segment. */
  readonly index: number
  readonly key: string
  /** The keys that are known there, to find the nearest name. */
  readonly known: readonly string[]
}

/** Finds the key of the path that is absent; `undefined` if the path is present or unknown. */
export function findAbsence(shape: Shape, segments: readonly string[]): Absence | undefined {
  let current = shape
  for (const [index, key] of segments.entries()) {
    const below = shapeBelow(current, key)
    if (below === undefined) {
      return { index, key, known: current.kind === 'object' ? [...current.keys.keys()] : [] }
    }
    current = below
  }
  return undefined
}

/** The shape at the path; `undefined` if the path cannot exist. */
export function shapeAt(shape: Shape, segments: readonly string[]): Shape | undefined {
  return segments.reduce<Shape | undefined>((below, key) => below && shapeBelow(below, key), shape)
}

function shapeBelow(shape: Shape, key: string): Shape | undefined {
  if (shape.kind === 'object') return shape.keys.get(key) ?? (shape.open ? anything : undefined)
  if (shape.kind === 'list') return isIndex(key) ? shape.items : key === 'length' ? scalar : undefined
  // A string has a length and characters, and this scalar may be a string.
  return shape.kind === 'anything' || key === 'length' || isIndex(key) ? anything : undefined
}

/** `shape` after `value` was written at the path. Parts that do not change are shared. */
export function writeShape(shape: Shape, segments: readonly string[], value: Shape): Shape {
  const [key, ...rest] = segments
  if (key === undefined) return value
  if (shape.kind === 'list') {
    if (!isIndex(key)) return anything
    return listShape(joinShapes(shape.items, writeShape(shape.items, rest, value)))
  }
  const keys: ReadonlyMap<string, Shape> = shape.kind === 'object' ? shape.keys : new Map()
  const below = writeShape(keys.get(key) ?? (shape.kind === 'object' && !shape.open ? scalar : anything), rest, value)
  return {
    kind: 'object',
    keys: new Map(keys).set(key, below),
    open: shape.kind === 'anything' || (shape.kind === 'object' && shape.open),
  }
}

function isIndex(key: string): boolean {
  return /^\d+$/.test(key)
}
