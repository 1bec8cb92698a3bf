/** The SQL that computes the columns of a part, for each aggregation. */
import { type RawBuilder, sql } from 'kysely'
import type { Dialect } from '../store/store.ts'
import { type Aggregation, isWeighed, type Weighed } from './series-query.ts'

type Sql = RawBuilder<unknown>
/** The SQL of the columns of a `Part`, by their names. */
export type Columns = Readonly<Partial<Record<'number' | 'text' | 'at' | 'weight' | 'sum' | 'count', Sql>>>

export interface PartColumns {
  /** Aggregates of the points `p`, which can be computed in one pass. */
  readonly aggregates: Columns
  /** Columns that are not a single aggregate. */
  readonly others: Columns
}

export interface PartSource {
  readonly dialect: Dialect
  /** The `from` clause for the points `p` of the part `s`. For aggregations that weigh by time, `s.at` is when it begins. */
  readonly points: Sql
  /** When the part ends, for the same aggregations. */
  readonly end?: Sql
  /** Whether sum and count are computed too. */
  readonly withSums: boolean
}

export function partColumns(aggregation: Aggregation, source: PartSource): PartColumns {
  const { aggregates, others } = isWeighed(aggregation)
    ? { aggregates: {}, others: weigh(aggregation, source) }
    : unweighed(aggregation.type, source)
  if (!source.withSums) return { aggregates, others }
  const counted = countsAnything(aggregation) ? sql`count(*)` : sql`count(p.number)`
  return { aggregates: { ...aggregates, sum: sql`sum(p.number)`, count: counted }, others }
}

function countsAnything({ type }: Aggregation): boolean {
  return type === 'COUNT' || type === 'FIRST' || type === 'LAST'
}

type Unweighed = Exclude<Aggregation['type'], 'TIMEATVALUE' | 'TIME_WEIGHTED_AVERAGE'>

function unweighed(type: Unweighed, { dialect, points, withSums }: PartSource): PartColumns {
  const aggregate = (number: Sql) => ({ aggregates: { number }, others: {} })
  // With sum and count, merge-parts.ts computes the value from them.
  const summed = (number: Sql) => (withSums ? { aggregates: {}, others: {} } : aggregate(number))
  switch (type) {
    case 'COUNT':
      return summed(sql`count(*)`)
    case 'SUM':
      return summed(sql`sum(p.number)`)
    case 'MEAN':
      return summed(sql`avg(p.number)`)
    case 'MAX':
      return aggregate(sql`max(p.number)`)
    case 'MIN':
      return aggregate(sql`min(p.number)`)
    case 'MEDIAN':
      return aggregate(median(dialect, sql`p.number`))
    case 'STD_DEV':
      // Losant's deviation is that of the population. It is computed around the mean, since a sum of squares loses precision if values are large and close.
      return {
        aggregates: {},
        others: {
          number: sql`(select sqrt(avg((p.number - m.mean) * (p.number - m.mean)))
            from (select avg(p.number) as mean from ${points}) m cross join ${points})`,
        },
      }
    case 'FIRST':
      return { aggregates: {}, others: atEdge(sql`asc`, sql`(select min(p.time) from ${points})`, points) }
    case 'LAST':
      return { aggregates: {}, others: atEdge(sql`desc`, sql`(select max(p.time) from ${points})`, points) }
  }
}

function atEdge(way: Sql, at: Sql, points: Sql): Columns {
  const one = (column: Sql) => sql`(select ${column} from ${points} order by p.time ${way}, p.nth ${way} limit 1)`
  return { number: one(sql`p.number`), text: one(sql`p.text`), at }
}

/** The middle value, or the mean of the two middle values. */
export function median(dialect: Dialect, number: Sql): Sql {
  return dialect === 'sqlite' ? sql`median(${number})` : sql`percentile_cont(0.5) within group (order by ${number})`
}

/**
 * Weighs each value by how long it lasts: until the next value of the attribute, or the end of the part. The last value before a part lasts until
 * the first point in it. `weight` is for how many milliseconds a value is known.
 */
function weigh(aggregation: Weighed, { points, end = sql`null` }: PartSource): Columns {
  const isAtValue = aggregation.type === 'TIMEATVALUE'
  const value = isAtValue ? matches(aggregation.value) : sql`p.number`
  const before = sql`(select ${value} from device_states p
    where p.device_id = s.device_id and p.attribute = s.name and p.time < s.at order by p.time desc, p.nth desc limit 1)`
  const valued = sql`${points} and ${value} is not null`
  const first = sql`coalesce((select min(p.time) from ${valued}), ${end})`
  const known = sql`(${end} - case when ${before} is null then ${first} else s.at end)`
  const stood = sql`(coalesce((select sum(value * duration) from (
      select ${value} as value, lead(p.time, 1, ${end}) over (order by p.time, p.nth) - p.time as duration from ${valued}
    ) standing), 0) + coalesce(${before}, 0) * (${first} - s.at))`
  return {
    number: isAtValue ? sql`case when ${known} > 0 then ${stood} end` : sql`${stood} / nullif(${known}, 0)`,
    weight: known,
  }
}

/** 1.0 for points with that value, otherwise 0.0. */
function matches(value: string | number | boolean): Sql {
  const hit = (condition: Sql) => sql`case when ${condition} then 1.0 else 0.0 end`
  if (typeof value === 'string') return hit(sql`p.text = ${value}`)
  return hit(sql`p.number = ${Number(value)}`)
}
