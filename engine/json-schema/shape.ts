/**
 * What is known, before any run, about the value at a path. A path is present, absent or unknown; only an absent one is
 * reported.
 */
export type Shape =
  /** Any value, or none. */
  | { readonly kind: 'anything'; readonly is?: ScalarKind }
  /** A string, a number, a boolean or null, which has no keys. */
  | { readonly kind: 'scalar'; readonly is?: ScalarKind }
  /** An object with these keys, and with others if it is open. */
  | {
      readonly kind: 'object'
      readonly keys: ReadonlyMap<string, Shape>
      readonly open: boolean
      /** Whether other keys are in lower case, as those of headers are. */
      readonly isLowerCase?: boolean
      /** The shape of other keys, if it is known. */
      readonly others?: Shape
    }
  | { readonly kind: 'list'; readonly items: Shape }

/**
 * The kind of what has no keys: it is of this kind, or missing. Of anything, it says so of what is neither a list nor a map.
 * `lower` is text without capitals.
 */
export type ScalarKind = 'text' | 'lower' | 'number' | 'boolean'

export const anything: Shape = { kind: 'anything' }
export const scalar: Shape = { kind: 'scalar' }
export const textShape: Shape = { kind: 'scalar', is: 'text' }
export const lowerCaseShape: Shape = { kind: 'scalar', is: 'lower' }
export const numberShape: Shape = { kind: 'scalar', is: 'number' }
/** Each key has a text, or a list of texts. */
export const textsShape: Shape = {
  kind: 'object',
  keys: new Map(),
  open: true,
  others: { kind: 'anything', is: 'text' },
}
/** Headers by name. */
export const headersShape: Shape = { kind: 'object', keys: new Map(), open: true, isLowerCase: true }

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
  if (b.kind === 'scalar') return a.kind !== 'scalar' ? { ...a } : a.is === b.is ? { ...a } : scalar
  if (a.kind === 'scalar') return { ...b }
  if (a.kind === 'list' && b.kind === 'list') return listShape(joinShapes(a.items, b.items))
  if (a.kind !== 'object' || b.kind !== 'object') return anything
  const keys = new Map(a.keys)
  for (const [key, shape] of b.keys) {
    const other = keys.get(key)
    keys.set(key, other === undefined ? shape : joinShapes(other, shape))
  }
  const isLowerCase = (!a.open || a.isLowerCase) && (!b.open || b.isLowerCase)
  const others = a.others === b.others ? a.others : undefined
  return {
    kind: 'object',
    keys,
    open: a.open || b.open,
    ...(isLowerCase && { isLowerCase }),
    ...(others && { others }),
  }
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
      return { index, key, known: knownKeys(current, key) }
    }
    current = below
  }
  return undefined
}

function knownKeys(shape: Shape, key: string): readonly string[] {
  if (shape.kind !== 'object') return []
  return shape.open ? [key.toLowerCase()] : [...shape.keys.keys()]
}

/** The shape at the path; `undefined` if the path cannot exist. */
export function shapeAt(shape: Shape, segments: readonly string[]): Shape | undefined {
  return segments.reduce<Shape | undefined>((below, key) => below && shapeBelow(below, key), shape)
}

function shapeBelow(shape: Shape, key: string): Shape | undefined {
  if (shape.kind === 'object')
    return shape.keys.get(key) ?? (mayHave(shape, key) ? (shape.others ?? anything) : undefined)
  if (shape.kind === 'list') return isIndex(key) ? shape.items : key === 'length' ? scalar : undefined
  // A string has a length and characters, and this scalar may be a string.
  return shape.kind === 'anything' || key === 'length' || isIndex(key) ? anything : undefined
}

function mayHave({ open, isLowerCase }: Shape & { kind: 'object' }, key: string): boolean {
  return open && !(isLowerCase && key !== key.toLowerCase())
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
    ...(shape.kind === 'object' && shape.isLowerCase && { isLowerCase: true }),
    ...(shape.kind === 'object' && shape.others && { others: shape.others }),
  }
}

function isIndex(key: string): boolean {
  return /^\d+$/.test(key)
}
