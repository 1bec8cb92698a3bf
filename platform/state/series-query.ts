/** A query over time, and the rows of its result. */
import type { TimeZone } from '../../contracts/time-zone.ts'
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

/** Whether values are weighed by how long they last. */
export function isWeighed(aggregation: Aggregation): aggregation is Weighed {
  return aggregation.type === 'TIMEATVALUE' || aggregation.type === 'TIME_WEIGHTED_AVERAGE'
}

export interface SeriesQuery {
  /** Devices, as a condition on the table `devices`. */
  readonly devices: Condition
  /** All attributes of the devices by default. */
  readonly attributes: readonly string[] | undefined
  /** Milliseconds since 1970. `end` does not belong to the range. */
  readonly start: number
  readonly end: number
  /** The length of a stretch in milliseconds. Without it the whole range is one stretch. */
  readonly resolution: number | undefined
  /** The zone at whose midnights stretches begin. The resolution is then a multiple of a day. By default they begin at multiples of the resolution. */
  readonly timeZone?: TimeZone | undefined
  readonly aggregation: Aggregation
  readonly order: 'asc' | 'desc'
  /** One series per attribute over all devices, instead of one per attribute and device. */
  readonly acrossDevices: boolean
}

/** One value of the result. Computed values are in `number`. */
export interface SeriesRow extends Stored {
  /** In a series over all devices, any one of them. */
  readonly device_id: string
  readonly attribute: string
  readonly data_type: string
  /** When the stretch begins. */
  readonly bucket: number
  /** The sum of the numbers in the stretch, `null` if there are none. Only for series over all devices. */
  readonly sum: number | null
  /** The number of points in the stretch. Only for series over all devices. */
  readonly count: number
}

export function tooMuch(problem: string, cause?: unknown) {
  return invalid({ problem: `query asks for too much: ${problem}` }, { cause })
}
