/** Aggregations that weigh a value by how long it stood: until the next one of its attribute, or the end. */
import { type RawBuilder, sql } from 'kysely'
import { named, time } from './read-states.ts'
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
  const of = sql`p.device_id = a.device_id and p.attribute = a.name`
  const each = sql`device_id, attribute, data_type`
  const weighed = sql`
    with recursive borders(at) as (
      select ${time(first)} union all select at + ${time(step)} from borders where at + ${time(step)} < ${time(end)}
    ),
    series as (
      select a.device_id, a.name, a.data_type from device_attributes a
      where a.device_id in (select devices.id from devices where ${query.devices}) and ${named(query.attributes)}
    ),
    found as (
      select p.device_id, p.attribute, a.data_type, p.time, ${value} as value
      from series a join device_states p on ${of} and p.time >= ${time(start)} and p.time < ${time(end)}
      limit ${sql.lit(maxPoints + 1)}
    ),
    carried as (
      select p.device_id, p.attribute, a.data_type, ${time(start)} as time, ${value} as value
      from series a join device_states p on ${of} and p.time = (
        select max(q.time) from device_states q where q.device_id = a.device_id and q.attribute = a.name and q.time < ${time(start)}
      )
    ),
    marked as (
      select ${each}, time, value from found
      union all select ${each}, time, value from carried
      union all select a.device_id, a.name, a.data_type, case when at < ${time(start)} then ${time(start)} else at end, null
        from series a cross join borders
    ),
    numbered as (
      select marked.*, count(value) over (partition by device_id, attribute order by time) as nth,
        coalesce(lead(time) over (partition by device_id, attribute order by time, value), ${time(end)}) - time as duration
      from marked
    ),
    standing as (
      select ${each}, ${bucketOf(sql`time`)} as bucket, duration, value,
        max(value) over (partition by device_id, attribute, nth) as stood, nth
      from numbered
    )`
  const total = sql`nullif(sum(case when stood is null then 0 else duration end), 0)`
  const number = isAtValue ? sql`sum(stood * duration)` : sql`sum(stood * duration) / ${total}`
  const perDevice = sql`select ${each}, bucket, ${number} as number, cast(null as text) as text,
      sum(value) as sum, count(value) as count
    from standing where nth > 0 group by ${each}, bucket`
  if (!acrossDevices) return sql`${weighed} ${perDevice}`
  // Losant: https://docs.losant.com/references/aggregations/
  return sql`${weighed} select attribute, data_type, bucket, avg(number) as number, cast(null as text) as text,
      sum(sum) as sum, sum(count) as count
    from (${perDevice}) as devices group by attribute, data_type, bucket`
}

/** 1.0 for a point of that value, else 0.0. */
function matches(value: string | number | boolean): Sql {
  const hit = (condition: Sql) => sql`case when ${condition} then 1.0 else 0.0 end`
  if (typeof value === 'string') return hit(sql`p.text = ${value}`)
  return hit(sql`p.number = ${Number(value)}`)
}
