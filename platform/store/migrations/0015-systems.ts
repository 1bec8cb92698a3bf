/** Lets systems compute attributes from those of their children. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0015-systems'

/** `computed_at` is null for devices that compute nothing, so the index has only those that do. Systems that were stored before begin with the next start. */
async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { time } = columnTypes(dialect)
  await sql`alter table devices add column computed_at ${time}`.execute(db)
  await sql`update devices set computed_at = 0
    where device_class = 'system' and attributes like '%"aggregation":%'`.execute(db)
  await sql`create index devices_computing on devices (computed_at) where computed_at is not null`.execute(db)
}

export const systems = { name, up }
