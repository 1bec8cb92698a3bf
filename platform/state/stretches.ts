/** The stretches of a query over time in SQL, for both databases: where they begin and end, and how a walk gets from one to the next. */
import { type RawBuilder, sql } from 'kysely'
import type { Dialect } from '../store/store.ts'
import { type DayRange, localDays } from './local-days.ts'
import { time } from './read-states.ts'
import type { SeriesQuery } from './series-query.ts'

type Sql = RawBuilder<unknown>

/** In this SQL, `s` is a series or the last part of one, `t` the stretch to which the walk comes, and `p` a point. */
export interface Stretches {
  /** Common table expressions for `t`. */
  readonly tables: Sql
  /** What a part has besides its time and its cut, and the values that the next part has. */
  readonly columns: Sql
  readonly values: Sql
  /** The `from` clause of the first parts, and the moment at which the search for a part begins. */
  readonly first: { readonly from: Sql; readonly at: Sql }
  /** The same for the parts that follow `s`. */
  readonly next: { readonly from: Sql; at(partEnd: Sql): Sql }
  /** When the search for a part ends. */
  readonly searchEnd: Sql
  /** When the stretch of the part `s` begins and ends, and when the stretch that contains a moment ends. */
  readonly start: Sql
  readonly end: Sql
  endOf(moment: Sql): Sql
  /** The `where` clause that leaves out parts that must not be returned. */
  readonly returned: Sql
  /** For points without a walk: what to join, which points are within a stretch, and when it begins. */
  readonly ofPoints: { readonly joined: Sql; readonly within: Sql; readonly start: Sql }
}

export function stretchesOf(query: SeriesQuery, dialect: Dialect): Stretches {
  const { timeZone, resolution } = query
  const isOfDays = timeZone !== undefined && resolution !== undefined
  return isOfDays ? days({ ...query, timeZone, resolution }, dialect) : multiples(query)
}

/** Stretches that begin at multiples of the resolution since 1970, so that they do not shift as time goes on. */
function multiples({ start, end, resolution }: SeriesQuery): Stretches {
  const startOf = (moment: Sql) =>
    resolution === undefined ? time(start) : sql`${moment} / ${time(resolution)} * ${time(resolution)}`
  const endOf = (moment: Sql) =>
    resolution === undefined ? time(end) : earlier(sql`${startOf(moment)} + ${time(resolution)}`, time(end))
  return {
    tables: sql``,
    columns: sql``,
    values: sql``,
    first: { from: sql`series s`, at: time(start) },
    next: { from: sql`parts s where s.at is not null`, at: (partEnd) => partEnd },
    searchEnd: time(end),
    start: startOf(sql`s.at`),
    end: endOf(sql`s.at`),
    endOf,
    returned: sql`where s.at is not null`,
    ofPoints: {
      joined: sql``,
      within: sql`p.time >= ${time(start)} and p.time < ${time(end)}`,
      start: startOf(sql`p.time`),
    },
  }
}

/**
 * Stretches that begin at midnights of a time zone. They are a table, whose rows are found by their number: neither database would find them by a
 * moment without reading them all. So the walk comes to each of them. On SQLite it has to return those without points too, since other requests are
 * served between the rows; their `bucket` is null.
 */
function days(range: DayRange, dialect: Dialect): Stretches {
  const rows = JSON.stringify(localDays(range).map(([at, until], n) => [n, at, until]))
  const items =
    dialect === 'sqlite' ? sql`json_each(${rows})` : sql`json_array_elements(cast(${rows} as json)) item(value)`
  const column = (index: number) => sql`cast(value ->> ${sql.lit(index)} as bigint)`
  return {
    tables: sql`stretches(n, at, until) as materialized (select ${column(0)}, ${column(1)}, ${column(2)} from ${items}),`,
    columns: sql`, n, start, until`,
    values: sql`, t.n, t.at, t.until`,
    first: { from: sql`series s cross join stretches t where t.n = 0`, at: sql`t.at` },
    next: {
      from: sql`parts s cross join stretches t where t.n = case when s.cut is null then s.n + 1 else s.n end`,
      at: () => sql`coalesce(s.cut, t.at)`,
    },
    searchEnd: sql`t.until`,
    start: sql`case when s.at is not null then s.start end`,
    end: sql`s.until`,
    endOf: () => sql`t.until`,
    returned: sql``,
    ofPoints: dialect === 'sqlite' ? byStretch : byPoint(range),
  }
}

/** SQLite reads the points of one stretch after the other. */
const byStretch: Stretches['ofPoints'] = {
  joined: sql`cross join stretches t`,
  within: sql`p.time >= t.at and p.time < t.until`,
  start: sql`t.at`,
}

/** PostgreSQL would compare every point with every stretch, which takes ten seconds for a million points and a year. So it bisects an array. */
function byPoint({ start, end }: DayRange): Stretches['ofPoints'] {
  const starts = sql`(select array_agg(at order by n) from stretches)`
  return {
    joined: sql``,
    within: sql`p.time >= ${time(start)} and p.time < ${time(end)}`,
    start: sql`${starts}[width_bucket(p.time, ${starts})]`,
  }
}

function earlier(one: Sql, other: Sql): Sql {
  return sql`case when ${one} < ${other} then ${one} else ${other} end`
}
