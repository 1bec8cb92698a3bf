/** Aggregations that weigh a value by how long it stood: until the next one of its attribute, or the end. */
import { type RawBuilder, sql } from 'kysely'
import { time } from './read-states.ts'
import type { SeriesQuery } from './time-series.ts'

type Sql = RawBuilder<unknown>

/**
 * A value stands on across the borders of stretches, and so does the last one before the range. So each series gets a mark at every border, which
 * takes the value of the last point before it: marks have no value, `count` numbers the points, and within one number there is one value.
 */
export function timeWeights(query: SeriesQuery, bucketOf: (moment: Sql) => Sql): Sql {
  const { start, end, resolution, aggregation, acrossDevices, maxPoints } = query
  const isAtValue = aggregation.type === 'TIMEATVALUE'
  const value = isAtValue ? matches(aggregation.value) : sql`p.number`
  const step = resolution ?? end - start
  const first = resolution === undefined ? start : Math.floor(start / resolution) * resolution
  const of = sql`p.device_id = s.device_id and p.attribute = s.name`
  const perDevice = sql`
    with recursive borders(at) as (
      select ${time(first)} union all select at + ${time(step)} from borders where at + ${time(step)} < ${time(end)}
    ),
    each_series as materialized (
      select series.*, row_number() over (order by n, device_id) as one from series
    ),
    reported as (
      select s.n, s.one, p.time, ${value} as value
      from each_series s cross join device_states p where ${of} and p.time >= ${time(start)} and p.time < ${time(end)}
      limit ${sql.lit(maxPoints + 1)}
    ),
    carried as (
      select s.n, s.one, ${time(start)} as time, ${value} as value
      from each_series s cross join device_states p where ${of} and p.time = (
        select max(q.time) from device_states q
        where q.device_id = s.device_id and q.attribute = s.name and q.time < ${time(start)}
      )
    ),
    marked as (
      select n, one, time, value from reported
      union all select n, one, time, value from carried
      union all select n, one, case when at < ${time(start)} then ${time(start)} else at end, null
        from each_series cross join borders
    ),
    numbered as (
      select marked.*, count(value) over (partition by one order by time) as nth,
        coalesce(lead(time) over (partition by one order by time), ${time(end)}) - time as duration
      from marked
    ),
    standing as (
      select n, one, ${bucketOf(sql`time`)} as bucket, duration, value,
        max(value) over (partition by one, nth) as stood
      from numbered
    )
    select n, bucket, ${
      isAtValue
        ? sql`sum(stood * duration)`
        : sql`sum(stood * duration) / nullif(sum(case when stood is null then 0 else duration end), 0)`
    } as number, cast(null as text) as text, sum(value) as sum, count(value) as count
    from standing group by n, one, bucket`
  if (!acrossDevices) return perDevice
  // Losant: https://docs.losant.com/references/aggregations/
  return sql`select n, bucket, avg(number) as number, cast(null as text) as text, sum(sum) as sum, sum(count) as count
    from (${perDevice}) as each_device group by n, bucket`
}

/** 1.0 for a point of that value, else 0.0. */
function matches(value: string | number | boolean): Sql {
  const hit = (condition: Sql) => sql`case when ${condition} then 1.0 else 0.0 end`
  if (typeof value === 'string') return hit(sql`p.text = ${value}`)
  return hit(sql`p.number = ${Number(value)}`)
}
