/** Lets stored values expire. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0016-expiring-values'

/** `expires_at` is null for values that never expire, so the index has only those that do. */
async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { time } = columnTypes(dialect)
  await sql`alter table flow_storage add column expires_at ${time}`.execute(db)
  await sql`create index flow_storage_expiring on flow_storage (expires_at) where expires_at is not null`.execute(db)
}

export const expiringValues = { name, up }
