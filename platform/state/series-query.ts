/** What a query over time asks for, and what it answers. */

import { invalid } from '../base/refusals.ts'
import type { Condition } from '../records/conditions.ts'
import type { Stored } from './convert-value.ts'

export const aggregations = [
  'FIRST',
  'LAST',
  'COUNT',
  'MAX',
  'MIN',
  'MEDIAN',
  'MEAN',
  'SUM',
  'STD_DEV',
  'TIME_WEIGHTED_AVERAGE',
] as const

export type Aggregation =
  | { readonly type: Exclude<(typeof aggregations)[number], 'TIME_WEIGHTED_AVERAGE'> }
  | { readonly type: 'TIME_WEIGHTED_AVERAGE' }
  | { readonly type: 'TIMEATVALUE'; readonly value: string | number | boolean }

export type Weighed = Extract<Aggregation, { type: 'TIMEATVALUE' | 'TIME_WEIGHTED_AVERAGE' }>

/** Whether a value counts by how long it stood. */
export function isWeighed(aggregation: Aggregation): aggregation is Weighed {
  return aggregation.type === 'TIMEATVALUE' || aggregation.type === 'TIME_WEIGHTED_AVERAGE'
}

export interface SeriesQuery {
  /** Devices, as a condition on the table `devices`. */
  readonly devices: Condition
  /** All that the devices have, where it is not given. */
  readonly attributes: readonly string[] | undefined
  /** Milliseconds since 1970; `end` is not within the range. */
  readonly start: number
  readonly end: number
  /** Milliseconds of one stretch; `undefined` makes one of the whole range. */
  readonly resolution: number | undefined
  readonly aggregation: Aggregation
  readonly order: 'asc' | 'desc'
  /** One series an attribute over all devices together, in place of one for each. */
  readonly acrossDevices: boolean
}

/** One value. `number` and `text` as they are stored; a computed one is a number. */
export interface SeriesRow extends Stored {
  /** Of a series over all devices, one of them. */
  readonly device_id: string
  readonly attribute: string
  readonly data_type: string
  /** When the stretch begins that it stands for. */
  readonly bucket: number
  /** Of a series over all devices: of the numbers in it, `null` where there are none. */
  readonly sum: number | null
  /** Of a series over all devices: the points that it was computed from. */
  readonly count: number
}

export function tooMuch(problem: string, cause?: unknown) {
  return invalid({ problem: `query asks for too much: ${problem}` }, { cause })
}
