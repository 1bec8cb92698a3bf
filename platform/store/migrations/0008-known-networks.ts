/** From where accounts were signed in to. */
import type { Kysely } from 'kysely'
import { columnTypes, tableEnd } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0008-known-networks'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const type = columnTypes(dialect)
  await db.schema
    .createTable('known_networks')
    .addColumn('account', type.text, (column) => column.notNull())
    .addColumn('network_hash', type.text, (column) => column.notNull())
    .addColumn('seen_at', type.time, (column) => column.notNull())
    .addPrimaryKeyConstraint('known_networks_pk', ['account', 'network_hash'])
    .modifyEnd(tableEnd(dialect))
    .execute()
}

export const knownNetworks = { name, up }
