/**
 * Copies values at one moment, and finds what has changed since. Snapshots are immutable, so a later one shares with the earlier one whatever
 * has not changed.
 */

/** JSON, and what else a payload may hold: dates, bytes, `undefined`, `NaN`. A `Cut` stands for what was left out. */
export type Snapshot =
  | string
  | number
  | boolean
  | bigint
  | null
  | undefined
  | Date
  | Uint8Array
  | Cut
  | readonly Snapshot[]
  | SnapshotMap

export interface SnapshotMap {
  readonly [key: string]: Snapshot
}

/** Takes the place of a value that was too large. */
export class Cut {
  /** The beginning of the text. */
  readonly kept: string
  /** Length of the text; `undefined` if the value was not a text. */
  readonly size: number | undefined

  constructor(kept = '', size?: number) {
    this.kept = kept
    this.size = size
  }
}

/** How much space and work is left for the snapshots of one run. */
export interface Budget {
  /** About as many bytes of JSON. */
  bytes: number
  /** How many more values are compared. */
  comparisons: number
  /** Longer texts and keys are cut. The default is 32 Ki. */
  readonly characters?: number
  /** Whether something was left out. */
  isCut: boolean
}

/** A path and its new value. Without `value`, the path was removed. */
export interface Change {
  readonly path: readonly string[]
  readonly value?: Snapshot
}

function charactersOf({ characters = 32 * 1024 }: Budget): number {
  return characters
}

/** The mark at the end of a text that was cut. A text is allowed to be longer by it, so that it is not cut again. */
const markCharacters = 40
/** Shown in place of what was left out. */
export const cutMark = '[cut]'

/** How a cut value is shown. */
export function cutText({ kept, size }: Cut): string {
  return size === undefined ? cutMark : `${kept}… [cut: ${size} characters]`
}
const deepest = 100

export function takeSnapshot(value: unknown, budget: Budget, depth = 0): Snapshot {
  switch (typeof value) {
    case 'string':
      return takeText(value, budget)
    case 'object':
      if (value !== null) return takeObject(value, budget, depth)
      budget.bytes -= 8
      return null
    case 'number':
    case 'boolean':
    case 'undefined':
    case 'bigint':
      budget.bytes -= 8
      return value
    default:
      return `[${typeof value}]`
  }
}

export function takeText(text: string, budget: Budget): string | Cut {
  const isTooLong = isLong(text, budget)
  const kept = isTooLong ? charactersOf(budget) : text.length
  if (budget.bytes < kept) return cut(budget)
  budget.bytes -= kept + 2
  if (!isTooLong) return text
  budget.isCut = true
  return new Cut(text.slice(0, kept), text.length)
}

function isLong(text: string, budget: Budget): boolean {
  return text.length > charactersOf(budget) + markCharacters
}

/** The key in the snapshot. Two long keys of the same length that begin alike become one. */
function keptKey(key: string, budget: Budget): string {
  if (!isLong(key, budget)) return key
  budget.isCut = true
  return cutText(new Cut(key.slice(0, charactersOf(budget)), key.length))
}

/** Charges keys before they are kept. Returns whether there was room for them. */
function charge(keys: readonly string[], budget: Budget): boolean {
  for (const key of keys) budget.bytes -= key.length + 4
  if (budget.bytes >= 0) return true
  budget.isCut = true
  return false
}

function takeObject(value: object, budget: Budget, depth: number): Snapshot {
  if (budget.bytes <= 0 || depth > deepest) return cut(budget)
  budget.bytes -= 2
  if (value instanceof Date) return new Date(value)
  if (value instanceof Uint8Array) {
    if (value.length > charactersOf(budget) || value.length > budget.bytes) return cut(budget)
    budget.bytes -= value.length
    return Uint8Array.from(value)
  }
  if (Array.isArray(value)) {
    const items: Snapshot[] = []
    for (const item of value) {
      if (budget.bytes <= 0) {
        items.push(cut(budget))
        break
      }
      items.push(takeSnapshot(item, budget, depth + 1))
    }
    return items
  }
  const copy: Record<string, Snapshot> = {}
  for (const key of Object.keys(value)) {
    const name = keptKey(key, budget)
    if (!charge([name], budget)) break
    setOwn(copy, name, takeSnapshot(read(value, key), budget, depth + 1))
  }
  return copy
}

function cut(budget: Budget): Cut {
  budget.isCut = true
  return new Cut()
}

/** The snapshot of `value`, given the one before; each difference is added to `changes`. */
export function nextSnapshot(
  before: Snapshot,
  value: unknown,
  budget: Budget,
  changes: Change[],
  path: string[] = [],
): Snapshot {
  if (Object.is(before, value) || isSpent(budget)) return before
  if (typeof value === 'object' && value !== null && typeof before === 'object' && before !== null) {
    if (before instanceof Cut) return before
    if (Array.isArray(value) && Array.isArray(before)) return nextList(before, value, budget, changes, path)
    if (isMap(value) && isSnapshotMap(before)) return nextMap(before, value, budget, changes, path)
    if (isSameLeaf(before, value)) return before
  }
  if (before instanceof Cut && typeof value === 'string' && value.length === before.size) {
    if (value.startsWith(before.kept)) return before
  }
  return note(value, budget, changes, path)
}

function nextMap(before: SnapshotMap, value: object, budget: Budget, changes: Change[], path: string[]): SnapshotMap {
  let after: Record<string, Snapshot> | undefined
  const keys = Object.keys(value)
  let known = 0
  for (const key of keys) {
    if (isSpent(budget)) return after ?? before
    const name = keptKey(key, budget)
    const isKnown = Object.hasOwn(before, name)
    const was = isKnown ? before[name] : undefined
    const item = read(value, key)
    if (isKnown) {
      known++
      if (was === item) continue
    }
    path.push(name)
    const is = isKnown ? nextSnapshot(was, item, budget, changes, path) : note(item, budget, changes, path)
    path.pop()
    if (isKnown && is === was) continue
    after ??= { ...before }
    setOwn(after, name, is)
  }
  const keysBefore = Object.keys(before)
  if (known === keysBefore.length) return after ?? before
  after ??= { ...before }
  const names = new Set(keys.map((key) => keptKey(key, budget)))
  for (const key of keysBefore) {
    if (names.has(key)) continue
    if (isSpent(budget)) return after
    noteGone([...path, key], budget, changes)
    delete after[key]
  }
  return after
}

function nextList(
  before: readonly Snapshot[],
  value: readonly unknown[],
  budget: Budget,
  changes: Change[],
  path: string[],
): readonly Snapshot[] {
  const isCut = before.at(-1) instanceof Cut && before.length < value.length
  if (isCut) return before
  let after: Snapshot[] | undefined
  for (let index = 0; index < value.length; index++) {
    if (isSpent(budget)) return after ?? before
    const isKnown = index < before.length
    const was = before[index]
    if (isKnown && was === value[index]) continue
    path.push(String(index))
    const is = isKnown
      ? nextSnapshot(was, value[index], budget, changes, path)
      : note(value[index], budget, changes, path)
    path.pop()
    if (isKnown && is === was) continue
    after ??= [...before]
    after[index] = is
  }
  if (value.length >= before.length) return after ?? before
  for (let index = before.length - 1; index >= value.length; index--) {
    noteGone([...path, String(index)], budget, changes)
  }
  return (after ?? before).slice(0, value.length)
}

/** Uses up one comparison. Once none is left, no more changes are noted. */
function isSpent(budget: Budget): boolean {
  if (--budget.comparisons >= 0 && budget.bytes > 0) return false
  budget.isCut = true
  return true
}

function note(value: unknown, budget: Budget, changes: Change[], path: readonly string[]): Snapshot {
  const isKept = charge(path, budget)
  const is = takeSnapshot(value, budget, path.length)
  if (isKept) changes.push({ path: [...path], value: is })
  return is
}

function noteGone(path: readonly string[], budget: Budget, changes: Change[]): void {
  if (charge(path, budget)) changes.push({ path })
}

function isSameLeaf(before: object, value: object): boolean {
  if (before instanceof Date && value instanceof Date) return Object.is(before.getTime(), value.getTime())
  return before instanceof Uint8Array && value instanceof Uint8Array && Buffer.compare(before, value) === 0
}

function isMap(value: object): boolean {
  return !(Array.isArray(value) || value instanceof Date || value instanceof Uint8Array)
}

export function isSnapshotMap(value: Snapshot): value is SnapshotMap {
  return typeof value === 'object' && value !== null && isMap(value) && !(value instanceof Cut)
}

function read(value: object, key: string): unknown {
  return Reflect.get(value, key)
}

/** Sets a key, `__proto__` like any other. */
export function setOwn<Value>(target: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
}
