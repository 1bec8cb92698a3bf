/** Writes any number of points with a statement whose text is always the same, so that it is built and prepared only once. */
import { CompiledQuery } from 'kysely'
import { rowByRow } from '../store/row-by-row.ts'
import type { Dialect, Transaction } from '../store/store.ts'
import type { DeviceStateTable } from '../store/tables.ts'

const onConflict =
  'on conflict (device_id, attribute, time, nth) do update set number = excluded.number, text = excluded.text'

const ofSqlite = `insert into device_states (device_id, attribute, time, nth, number, text)
  values (?, ?, ?, ?, ?, ?) ${onConflict}`

const ofPostgres = `insert into device_states (device_id, attribute, time, nth, number, text)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::smallint[], $5::double precision[], $6::text[]) ${onConflict}`

/** Overwrites points of the same attribute, millisecond and `nth`. If `points` contains several, the last one counts. */
export async function insertPoints(
  tx: Transaction,
  dialect: Dialect,
  points: readonly DeviceStateTable[],
): Promise<void> {
  if (points.length === 0) return
  if (dialect === 'sqlite') {
    const rows = points.map(({ device_id, attribute, time, nth, number, text }) => [
      device_id,
      attribute,
      time,
      nth,
      number,
      text,
    ])
    await tx.executeQuery(rowByRow(ofSqlite, rows))
    return
  }
  // PostgreSQL refuses to write a row twice in one statement.
  const last = new Map(
    points.map((point) => [`${point.device_id} ${point.time} ${point.nth} ${point.attribute}`, point]),
  )
  const rows = [...last.values()]
  const column = <Name extends keyof DeviceStateTable>(name: Name) => rows.map((row) => row[name])
  const names = ['device_id', 'attribute', 'time', 'nth', 'number', 'text'] as const
  await tx.executeQuery(CompiledQuery.raw(ofPostgres, names.map(column)))
}
