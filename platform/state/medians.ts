/** Medians over several devices. They do not follow from the medians of the devices, so all points are sorted together. */
import { sql } from 'kysely'
import type { Store } from '../store/store.ts'
import { median } from './part-columns.ts'
import { named } from './read-states.ts'
import { type SeriesQuery, type SeriesRow, tooMuch } from './series-query.ts'
import { stretchesOf } from './stretches.ts'

/** Whether more than one of the devices has the same attribute. */
export async function isOfSeveral({ read }: Store, query: SeriesQuery): Promise<boolean> {
  const { rows } = await sql`select 1 from device_attributes a where ${attributesOf(query)}
    group by a.name, a.data_type having count(*) > 1 limit 1`.execute(read)
  return rows.length > 0
}

/** Throws `PLATFORM_INVALID` (400) if there are more than `maxPoints`. */
export async function readMedians(
  { scan, dialect }: Store,
  query: SeriesQuery,
  { maxPoints, maxRows }: { readonly maxPoints: number; readonly maxRows: number },
): Promise<SeriesRow[]> {
  const { tables, ofPoints } = stretchesOf(query, dialect)
  const { rows } = await sql<SeriesRow>`with ${tables} points as (
      select a.name, a.data_type, ${ofPoints.start} as bucket, p.number
      from device_attributes a ${ofPoints.joined} cross join device_states p
      where ${attributesOf(query)} and p.device_id = a.device_id and p.attribute = a.name
        and ${ofPoints.within} and p.number is not null
      limit ${sql.lit(maxPoints + 1)}
    )
    select '' as device_id, name as attribute, data_type, bucket,
      ${median(dialect, sql`number`)} as number, null as text, sum(number) as sum, count(*) as count
    from points group by name, data_type, bucket limit ${sql.lit(maxRows)}`.execute(scan)
  if (rows.reduce((points, { count }) => points + count, 0) > maxPoints)
    throw tooMuch(`a median over several devices takes at most ${maxPoints} points; take a shorter range`)
  return rows
}

function attributesOf({ devices, attributes }: SeriesQuery) {
  return sql`a.device_id in (select devices.id from devices where ${devices}) and ${named(attributes)}`
}
