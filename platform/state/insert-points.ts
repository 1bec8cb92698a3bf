/** Writes any number of points with a statement whose text is always the same, so that it is built and prepared only once. */
import { CompiledQuery } from 'kysely'
import { rowByRow } from '../store/row-by-row.ts'
import type { Dialect, Transaction } from '../store/store.ts'
import type { DeviceStateTable } from '../store/tables.ts'

const onConflict =
  'on conflict (device_id, attribute, time, nth) do update set number = excluded.number, text = excluded.text'

const ofSqlite = `insert into device_states (device_id, attribute, time, nth, number, text)
  values (?, ?, ?, ?, ?, ?) ${onConflict}`

const ofPostgres = `insert into device_states (device_id, attribute, time, number, text)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::double precision[], $5::text[]) ${onConflict}`

/** Only for points of which some are not the first of their millisecond, since the further column takes PostgreSQL 3 to 6 % longer. */
const numberedOfPostgres = `insert into device_states (device_id, attribute, time, number, text, nth)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::double precision[], $5::text[], $6::smallint[]) ${onConflict}`

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
  const columns = [column('device_id'), column('attribute'), column('time'), column('number'), column('text')]
  const isNumbered = rows.some(({ nth }) => nth > 0)
  await tx.executeQuery(
    isNumbered
      ? CompiledQuery.raw(numberedOfPostgres, [...columns, column('nth')])
      : CompiledQuery.raw(ofPostgres, columns),
  )
}
