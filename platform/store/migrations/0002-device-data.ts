/** The states, commands and connections of devices. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0002-device-data'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { id, text, time, number, real, flag, json, end } = columnTypes(dialect)

  // SQLite adds only one column in a statement.
  await sql`alter table devices add column connected ${flag}`.execute(db)
  await sql`alter table devices add column connected_at ${time}`.execute(db)
  await sql`alter table devices add column disconnected_at ${time}`.execute(db)
  await sql`alter table application add column readme ${text}`.execute(db)
  await sql`alter table application add column readme_updated_at ${time}`.execute(db)

  // A time range of one attribute is one range of the primary key. `number` holds numbers and booleans, `text` all other values.
  await sql`create table device_states (device_id ${id} not null, attribute ${text} not null, "time" ${time} not null,
    number ${real}, "text" ${text},
    constraint device_states_pk primary key (device_id, attribute, "time")) ${end}`.execute(db)

  await sql`create table device_commands (device_id ${id} not null, id ${id} not null, "time" ${time} not null,
    name ${text} not null, payload ${json},
    constraint device_commands_pk primary key (device_id, id)) ${end}`.execute(db)

  // A connect, a disconnect, or a message for whoever builds the device, in which case `connected` is null.
  await sql`create table device_log (device_id ${id} not null, id ${id} not null, "time" ${time} not null,
    connected ${flag}, message ${text}, count ${number} not null,
    messages_from_client ${number}, messages_to_client ${number},
    constraint device_log_pk primary key (device_id, id)) ${end}`.execute(db)
}

export const deviceData = { name, up }
