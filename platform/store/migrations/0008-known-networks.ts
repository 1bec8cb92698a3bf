/** The networks from which accounts have been signed in to. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0008-known-networks'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { text, time, end } = columnTypes(dialect)
  await sql`create table known_networks (account ${text} not null, network_hash ${text} not null,
    seen_at ${time} not null, constraint known_networks_pk primary key (account, network_hash)) ${end}`.execute(db)
}

export const knownNetworks = { name, up }
