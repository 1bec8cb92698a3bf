/** Values that flows keep from one run to the next. */
import type { Kysely } from 'kysely'
import { columnTypes, tableEnd } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0004-flow-storage'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const type = columnTypes(dialect)
  // Values do not expire. `updated_at` shows which have not changed for long, such as those of a deleted device.
  await db.schema
    .createTable('flow_storage')
    .addColumn('scope', type.text, (column) => column.notNull())
    .addColumn('key', type.text, (column) => column.notNull())
    .addColumn('value', type.json, (column) => column.notNull())
    .addColumn('updated_at', type.time, (column) => column.notNull())
    .addPrimaryKeyConstraint('flow_storage_pk', ['scope', 'key'])
    .modifyEnd(tableEnd(dialect))
    .execute()
}

export const flowStorage = { name, up }
