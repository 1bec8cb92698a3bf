/** The states, commands and connections of devices. */
import type { Kysely } from 'kysely'
import { columnTypes, tableEnd } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0002-device-data'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const type = columnTypes(dialect)
  const table = (tableName: string) => db.schema.createTable(tableName).modifyEnd(tableEnd(dialect))

  // SQLite adds only one column in a statement.
  await db.schema.alterTable('devices').addColumn('connected', type.flag).execute()
  await db.schema.alterTable('devices').addColumn('connected_at', type.time).execute()
  await db.schema.alterTable('devices').addColumn('disconnected_at', type.time).execute()

  await db.schema.alterTable('application').addColumn('readme', type.text).execute()
  await db.schema.alterTable('application').addColumn('readme_updated_at', type.time).execute()

  // A time range of one attribute is one range of the primary key. `number` holds numbers and booleans, `text` all other values.
  await table('device_states')
    .addColumn('device_id', type.id, (column) => column.notNull())
    .addColumn('attribute', type.text, (column) => column.notNull())
    .addColumn('time', type.time, (column) => column.notNull())
    .addColumn('number', type.real)
    .addColumn('text', type.text)
    .addPrimaryKeyConstraint('device_states_pk', ['device_id', 'attribute', 'time'])
    .execute()

  await table('device_commands')
    .addColumn('device_id', type.id, (column) => column.notNull())
    .addColumn('id', type.id, (column) => column.notNull())
    .addColumn('time', type.time, (column) => column.notNull())
    .addColumn('name', type.text, (column) => column.notNull())
    .addColumn('payload', type.json)
    .addPrimaryKeyConstraint('device_commands_pk', ['device_id', 'id'])
    .execute()

  // A connect, a disconnect, or a message for whoever builds the device, in which case `connected` is null.
  await table('device_log')
    .addColumn('device_id', type.id, (column) => column.notNull())
    .addColumn('id', type.id, (column) => column.notNull())
    .addColumn('time', type.time, (column) => column.notNull())
    .addColumn('connected', type.flag)
    .addColumn('message', type.text)
    .addColumn('count', type.number, (column) => column.notNull())
    .addColumn('messages_from_client', type.number)
    .addColumn('messages_to_client', type.number)
    .addPrimaryKeyConstraint('device_log_pk', ['device_id', 'id'])
    .execute()
}

export const deviceData = { name, up }
