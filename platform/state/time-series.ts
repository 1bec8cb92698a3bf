/** Aggregates what devices reported over stretches of time, in SQL that both databases take. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { allOf, type Condition } from '../resources/conditions.ts'
import type { Tables } from '../store/tables.ts'
import type { Stored } from './convert-value.ts'
import { named, time } from './read-states.ts'
import { timeWeights } from './time-weights.ts'

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
  | { readonly type: (typeof aggregations)[number] }
  | { readonly type: 'TIMEATVALUE'; readonly value: string | number | boolean }

export interface SeriesQuery {
  /** Devices, as a condition on the table `devices`. */
  readonly devices: Condition
  /** All that the devices have, where it is not given. */
  readonly attributes: readonly string[] | undefined
  /** Milliseconds since 1970; `end` is not within the range. */
  readonly start: number
  readonly end: number
  /** Milliseconds of one point; `undefined` makes one of the whole range. */
  readonly resolution: number | undefined
  readonly aggregation: Aggregation
  readonly order: 'asc' | 'desc'
  /** One series an attribute over all devices together, in place of one for each. */
  readonly acrossDevices: boolean
  /** Points that may be read, and values that may come out: past them the query gives up. */
  readonly maxPoints: number
  readonly maxValues: number
}

/** One value. `number` and `text` as they are stored; a computed one is a number. */
export interface SeriesRow extends Stored {
  /** Empty where the series is over all devices. */
  readonly device_id: string
  readonly attribute: string
  readonly data_type: string
  /** When the stretch begins that it stands for. */
  readonly bucket: number
  /** Of the numbers in it; `null` for text. */
  readonly sum: number | null
  readonly count: number
}

/** Points of the range with the stretch that each falls into. */
export interface Points {
  readonly source: RawBuilder<unknown>
  readonly series: RawBuilder<unknown>
  readonly bucketOf: (moment: RawBuilder<unknown>) => RawBuilder<unknown>
}

/** Values in their order; one more than `maxValues`, or counts that add up to more than `maxPoints`, say that it was too much. */
export async function readSeries(db: Kysely<Tables>, query: SeriesQuery): Promise<SeriesRow[]> {
  const { aggregation, acrossDevices, order, maxValues } = query
  const weighs = aggregation.type === 'TIMEATVALUE' || aggregation.type === 'TIME_WEIGHTED_AVERAGE'
  const values = weighs ? timeWeights(query, bucketOf(query)) : aggregate(aggregation.type, query)
  const device = acrossDevices ? sql`'' as device_id` : sql`device_id`
  const { rows } = await sql<SeriesRow>`select ${device}, attribute, data_type, bucket, number, text, sum, count
    from (${values}) as found
    where number is not null or text is not null
    order by bucket ${sql.raw(order)}, attribute ${acrossDevices ? sql`` : sql`, device_id`}
    limit ${sql.lit(maxValues + 1)}`.execute(db)
  return rows
}

/** When the stretch begins that a moment is in: whole multiples of the resolution since 1970, so that points stay where they are as time goes on. */
function bucketOf({ resolution, start }: SeriesQuery) {
  if (resolution === undefined) return () => time(start)
  return (moment: RawBuilder<unknown>) => sql`${moment} / ${time(resolution)} * ${time(resolution)}`
}

function aggregate(type: Exclude<Aggregation['type'], 'TIMEATVALUE'>, query: SeriesQuery): RawBuilder<unknown> {
  const series = query.acrossDevices ? sql`attribute, data_type` : sql`device_id, attribute, data_type`
  const isAny = type === 'COUNT' || type === 'FIRST' || type === 'LAST'
  const points = readPoints(query, isAny ? allOf([]) : sql`p.number is not null`)
  const grouped = (value: RawBuilder<unknown>, source = points) =>
    sql`select ${series}, bucket, ${value} as number, cast(null as text) as text, sum(number) as sum, count(*) as count
      from (${source}) as points group by ${series}, bucket`
  const inOrder = (order: RawBuilder<unknown>) =>
    sql`select points.*, row_number() over (partition by ${series}, bucket order by ${order}) as place,
        count(*) over (partition by ${series}, bucket) as total
      from (${points}) as points`
  switch (type) {
    case 'COUNT':
      return grouped(sql`count(*)`)
    case 'MAX':
      return grouped(sql`max(number)`)
    case 'MIN':
      return grouped(sql`min(number)`)
    case 'SUM':
      return grouped(sql`sum(number)`)
    case 'MEAN':
      return grouped(sql`avg(number)`)
    case 'MEDIAN':
      // The middle one, or the mean of the two in the middle.
      return sql`select ${series}, bucket,
          avg(case when place in ((total + 1) / 2, (total + 2) / 2) then number end) as number,
          cast(null as text) as text, sum(number) as sum, count(*) as count
        from (${inOrder(sql`number`)}) as ranked group by ${series}, bucket`
    case 'STD_DEV':
      // Of the population, as Losant has it. Around the mean, not by the squares' sum: that loses its digits where values are large and close.
      return grouped(
        sql`sqrt(avg((number - mean) * (number - mean)))`,
        sql`select points.*, avg(number) over (partition by ${series}, bucket) as mean from (${points}) as points`,
      )
    case 'FIRST':
    case 'LAST':
      return sql`select ${series}, bucket, number, text, number as sum, total as count
        from (${inOrder(type === 'FIRST' ? sql`time, device_id` : sql`time desc, device_id`)}) as ranked where place = 1`
    case 'TIME_WEIGHTED_AVERAGE':
      return timeWeights(query, bucketOf(query))
  }
}

/** The points that are read; one more than may be. */
function readPoints(query: SeriesQuery, condition: Condition): RawBuilder<unknown> {
  return sql`select p.device_id, p.attribute, a.data_type, p.time, p.number, p.text,
      ${bucketOf(query)(sql`p.time`)} as bucket
    from device_attributes a
    join device_states p on p.device_id = a.device_id and p.attribute = a.name
      and p.time >= ${time(query.start)} and p.time < ${time(query.end)}
    where a.device_id in (select devices.id from devices where ${query.devices})
      and ${named(query.attributes)} and ${condition}
    limit ${sql.lit(query.maxPoints + 1)}`
}
