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

/** Values in their order; one more than `maxValues`, or counts that add up to more than `maxPoints`, say that it was too much. */
export async function readSeries(db: Kysely<Tables>, query: SeriesQuery): Promise<SeriesRow[]> {
  const { aggregation, acrossDevices, order, maxValues } = query
  const values = isWeighed(aggregation) ? timeWeights(query, bucketOf(query)) : aggregate(aggregation.type, query)
  const device = acrossDevices ? sql`''` : sql`min(device_id)`
  const { rows } = await sql<SeriesRow>`${series(query)},
    names as (
      select n, ${device} as device_id, min(name) as attribute, min(data_type) as data_type from series group by n
    ),
    found as (${values})
    select names.device_id, names.attribute, names.data_type,
      found.bucket, found.number, found.text, found.sum, found.count
    from found join names on names.n = found.n
    where found.number is not null or found.text is not null
    order by found.bucket ${sql.raw(order)}, found.n
    limit ${sql.lit(maxValues + 1)}`.execute(db)
  return rows
}

/** The series by number, since rows are sorted several times faster by a number than by two texts. */
function series({ devices, attributes, acrossDevices }: SeriesQuery): RawBuilder<unknown> {
  const by = acrossDevices ? sql`a.name, a.data_type` : sql`a.name, a.device_id`
  return sql`with recursive series as materialized (
    select a.device_id, a.name, a.data_type, dense_rank() over (order by ${by}) as n from device_attributes a
    where a.device_id in (select devices.id from devices where ${devices}) and ${named(attributes)}
  )`
}

/** Attributes of devices that the query is about. */
export async function countSeries(
  db: Kysely<Tables>,
  query: Pick<SeriesQuery, 'devices' | 'attributes'>,
): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*) as total from device_attributes a
    where a.device_id in (select devices.id from devices where ${query.devices}) and ${named(query.attributes)}`.execute(
    db,
  )
  return Number(rows[0]?.total ?? 0)
}

/** When the stretch begins that a moment is in: whole multiples of the resolution since 1970, so that points stay where they are as time goes on. */
function bucketOf({ resolution, start }: SeriesQuery) {
  if (resolution === undefined) return () => time(start)
  return (moment: RawBuilder<unknown>) => sql`${moment} / ${time(resolution)} * ${time(resolution)}`
}

function aggregate(type: Exclude<Aggregation['type'], Weighed['type']>, query: SeriesQuery): RawBuilder<unknown> {
  const isAny = type === 'COUNT' || type === 'FIRST' || type === 'LAST'
  const points = readPoints(query, isAny ? allOf([]) : sql`p.number is not null`)
  const grouped = (value: RawBuilder<unknown>, source = points) =>
    sql`select n, bucket, ${value} as number, cast(null as text) as text, sum(number) as sum, count(*) as count
      from (${source}) as points group by n, bucket`
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
      return grouped(
        sql`avg(case when place in ((total + 1) / 2, (total + 2) / 2) then number end)`,
        sql`select n, bucket, number, row_number() over (partition by n, bucket order by number) as place,
          count(*) over (partition by n, bucket) as total from (${points}) as points`,
      )
    case 'STD_DEV':
      // Of the population, as Losant has it. Around the mean, not by the squares' sum: that loses its digits where values are large and close.
      return grouped(
        sql`sqrt(avg((number - mean) * (number - mean)))`,
        sql`select n, bucket, number, avg(number) over (partition by n, bucket) as mean from (${points}) as points`,
      )
    case 'FIRST':
    case 'LAST':
      return atEdge(type === 'FIRST' ? sql`min(time)` : sql`max(time)`, points)
  }
}

/** The point at the first or last time of each stretch; of several devices' at that time, that of the first device. */
function atEdge(edge: RawBuilder<unknown>, points: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select n, bucket, number, text, number as sum, count
    from (
      select edges.n, edges.bucket, edges.count, p.number, p.text,
        row_number() over (partition by edges.n, edges.bucket order by s.device_id) as place
      from (select n, bucket, ${edge} as time, count(*) as count from (${points}) as points group by n, bucket) as edges
      cross join series s cross join device_states p
      where s.n = edges.n and p.device_id = s.device_id and p.attribute = s.name and p.time = edges.time
    ) as ranked where place = 1`
}

/** The points that are read; one more than may be. */
function readPoints(query: SeriesQuery, condition: Condition): RawBuilder<unknown> {
  return sql`select s.n, p.time, p.number, ${bucketOf(query)(sql`p.time`)} as bucket
    from series s cross join device_states p
    where p.device_id = s.device_id and p.attribute = s.name
      and p.time >= ${time(query.start)} and p.time < ${time(query.end)} and ${condition}
    limit ${sql.lit(query.maxPoints + 1)}`
}
