/** Names of access keys, and the addresses from which a key may be used. Keys that were there before have no name and may be used from everywhere. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0012-key-addresses'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { text, json } = columnTypes(dialect)
  await sql`alter table application_keys add column name ${text}`.execute(db)
  await sql`alter table application_keys add column address_filter_type ${text} not null default 'all'`.execute(db)
  await sql`alter table application_keys add column addresses ${json} not null default '[]'`.execute(db)
}

export const keyAddresses = { name, up }
