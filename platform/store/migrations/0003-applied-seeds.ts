/** The seeds that have been applied, so that one that was deleted does not come back. */
import type { Kysely } from 'kysely'
import { columnTypes, tableEnd } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0003-applied-seeds'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const type = columnTypes(dialect)
  // `name` is the name of the seed, for a user the address. `id` is the row that it became, which may have another name by now.
  await db.schema
    .createTable('applied_seeds')
    .addColumn('kind', type.text, (column) => column.notNull())
    .addColumn('name', type.text, (column) => column.notNull())
    .addColumn('id', type.id, (column) => column.notNull())
    .addPrimaryKeyConstraint('applied_seeds_pk', ['kind', 'name'])
    .modifyEnd(tableEnd(dialect))
    .execute()
}

export const appliedSeeds = { name, up }
