/** Runs that something other than a request has started, and the timers that start further ones. */
import type { Kysely } from 'kysely'
import { columnTypes, tableEnd } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0005-triggered-runs'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const type = columnTypes(dialect)
  const table = (tableName: string) => db.schema.createTable(tableName).modifyEnd(tableEnd(dialect))

  // A run that has ended well is deleted. A run that has failed for good stays with its error.
  await table('triggered_runs')
    .addColumn('id', type.id, (column) => column.primaryKey())
    .addColumn('trigger', type.text, (column) => column.notNull())
    .addColumn('flow_id', type.text, (column) => column.notNull())
    .addColumn('begin', type.json, (column) => column.notNull())
    .addColumn('attempts', type.number, (column) => column.notNull())
    .addColumn('due_at', type.time)
    .addColumn('failed_at', type.time)
    .addColumn('error', type.json)
    .execute()
  await db.schema
    .createIndex('triggered_runs_by_due_at')
    .on('triggered_runs')
    .columns(['due_at', 'id'])
    .where('due_at', 'is not', null)
    .execute()
  await db.schema
    .createIndex('triggered_runs_by_failed_at')
    .on('triggered_runs')
    .columns(['failed_at', 'id'])
    .where('failed_at', 'is not', null)
    .execute()

  // When each timer last fired, or was first seen.
  await table('timers')
    .addColumn('trigger', type.text, (column) => column.primaryKey())
    .addColumn('fired_at', type.time, (column) => column.notNull())
    .execute()

  // When each device last reported. The row is deleted once the device has been silent for long enough.
  await table('inactivity_timers')
    .addColumn('trigger', type.text, (column) => column.notNull())
    .addColumn('device_id', type.id, (column) => column.notNull())
    .addColumn('heard_at', type.time, (column) => column.notNull())
    .addPrimaryKeyConstraint('inactivity_timers_pk', ['trigger', 'device_id'])
    .execute()
  await db.schema
    .createIndex('inactivity_timers_by_heard_at')
    .on('inactivity_timers')
    .columns(['trigger', 'heard_at'])
    .execute()
  await db.schema.createIndex('inactivity_timers_by_device').on('inactivity_timers').columns(['device_id']).execute()
}

export const triggeredRuns = { name, up }
