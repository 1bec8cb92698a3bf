/** Writes points of state, however many, by one statement with one text: there is nothing to build and nothing to prepare anew. */
import { CompiledQuery } from 'kysely'
import type { Dialect, Transaction } from '../store/store.ts'
import type { DeviceStateTable } from '../store/tables.ts'

const onConflict =
  'on conflict (device_id, attribute, time) do update set number = excluded.number, text = excluded.text'

// Where a SELECT is inserted, SQLite wants a WHERE before ON CONFLICT: https://www.sqlite.org/lang_upsert.html, 2.2.
const ofSqlite = `insert into device_states (device_id, attribute, time, number, text)
  select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 from json_each(?) where true ${onConflict}`

const ofPostgres = `insert into device_states (device_id, attribute, time, number, text)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::double precision[], $5::text[]) ${onConflict}`

/** Of the same attribute at the same millisecond the last counts, and overwrites what is there. */
export async function insertPoints(
  tx: Transaction,
  dialect: Dialect,
  points: readonly DeviceStateTable[],
): Promise<void> {
  if (points.length === 0) return
  // PostgreSQL refuses a statement that writes a row twice.
  const last = new Map(points.map((point) => [`${point.device_id} ${point.time} ${point.attribute}`, point]))
  const rows = [...last.values()]
  if (dialect === 'sqlite') {
    const json = JSON.stringify(
      rows.map(({ device_id, attribute, time, number, text }) => [device_id, attribute, time, number, text]),
    )
    await tx.executeQuery(CompiledQuery.raw(ofSqlite, [json]))
    return
  }
  const column = <Name extends keyof DeviceStateTable>(name: Name) => rows.map((row) => row[name])
  const columns = [column('device_id'), column('attribute'), column('time'), column('number'), column('text')]
  await tx.executeQuery(CompiledQuery.raw(ofPostgres, columns))
}
