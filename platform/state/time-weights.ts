/** Aggregations that weigh a value by how long it stood: until the next one of its attribute, or the end. */
import { type RawBuilder, sql } from 'kysely'
import type { Columns, PartSource } from './part-columns.ts'
import type { Weighed } from './series-query.ts'

type Sql = RawBuilder<unknown>

/** The last value before a part stands on into it, until its own first one. `weight`: for how many milliseconds a value is known. */
export function weigh(aggregation: Weighed, { points, end }: Pick<PartSource, 'points' | 'end'>): Columns {
  const isAtValue = aggregation.type === 'TIMEATVALUE'
  const value = isAtValue ? matches(aggregation.value) : sql`p.number`
  const before = sql`(select ${value} from device_states p
    where p.device_id = s.device_id and p.attribute = s.name and p.time < s.at order by p.time desc limit 1)`
  const valued = sql`${points} and ${value} is not null`
  const first = sql`coalesce((select min(p.time) from ${valued}), ${end})`
  const known = sql`(${end} - case when ${before} is null then ${first} else s.at end)`
  const stood = sql`(coalesce((select sum(value * duration) from (
      select ${value} as value, lead(p.time, 1, ${end}) over (order by p.time) - p.time as duration from ${valued}
    ) standing), 0) + coalesce(${before}, 0) * (${first} - s.at))`
  return {
    number: isAtValue ? sql`case when ${known} > 0 then ${stood} end` : sql`${stood} / nullif(${known}, 0)`,
    weight: known,
  }
}

/** 1.0 for a point of that value, else 0.0. */
function matches(value: string | number | boolean): Sql {
  const hit = (condition: Sql) => sql`case when ${condition} then 1.0 else 0.0 end`
  if (typeof value === 'string') return hit(sql`p.text = ${value}`)
  return hit(sql`p.number = ${Number(value)}`)
}
