/** Failed runs with their traces. */
import type { Kysely } from 'kysely'
import { columnTypes, tableEnd } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0007-recorded-runs'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const type = columnTypes(dialect)
  await db.schema
    .createTable('recorded_runs')
    .addColumn('id', type.text, (column) => column.primaryKey())
    .addColumn('flow_id', type.text, (column) => column.notNull())
    .addColumn('began_at', type.time, (column) => column.notNull())
    .addColumn('size', type.number, (column) => column.notNull())
    .addColumn('summary', type.json, (column) => column.notNull())
    .addColumn('record', type.json, (column) => column.notNull())
    .modifyEnd(tableEnd(dialect))
    .execute()
  // The index has everything that decides which runs are deleted, so that no record has to be read.
  await db.schema
    .createIndex('recorded_runs_by_began_at')
    .on('recorded_runs')
    .columns(['began_at', 'id', 'flow_id', 'size'])
    .execute()
}

export const recordedRuns = { name, up }
