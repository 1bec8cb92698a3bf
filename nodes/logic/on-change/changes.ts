/** Whether a value has changed since earlier runs, and what the next one is compared with. */
import { isDeepStrictEqual } from 'node:util'
import { numberOf } from '../../parts/number-of.ts'

/** The value to compare with, and when it came. */
export interface Reference {
  /** `undefined` if the watched value was missing. */
  readonly value?: unknown
  readonly time: number
}

export interface Comparison {
  readonly hasChanged: boolean
  readonly reference: Reference | undefined
}

export type Direction = 'either' | 'up' | 'down'

export interface Threshold {
  /** In percent of the reference, or in units of the value itself. */
  readonly least: number
  readonly isPercent: boolean
  readonly direction: Direction
}

export function compareAny(before: Reference | undefined, current: Reference): Comparison {
  if (before === undefined) return { hasChanged: false, reference: current }
  const hasChanged = !isDeepStrictEqual(before.value, asStored(current.value))
  return { hasChanged, reference: hasChanged ? current : before }
}

/** The value as it comes back from the store, where a date, for example, is text. */
function asStored(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** Anything but a number counts as unchanged, and is not remembered. In percent, every change from 0 is infinite. */
export function compareNumbers(
  before: Reference | undefined,
  current: Reference,
  { least, isPercent, direction }: Threshold,
): Comparison {
  const from = numberOf(before?.value)
  const to = numberOf(current.value)
  if (to === undefined) return { hasChanged: false, reference: before }
  if (from === undefined) return { hasChanged: false, reference: current }
  const change = isPercent ? ((to - from) / Math.abs(from)) * 100 : to - from
  const way = direction === 'either' ? Math.abs(change) : direction === 'up' ? change : -change
  const hasChanged = way >= least
  return { hasChanged, reference: hasChanged || way < 0 ? current : before }
}
