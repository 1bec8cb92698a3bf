/** Lets a device have several points of one attribute and millisecond, by a wider primary key. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0013-kept-duplicates'

/**
 * PostgreSQL adds the column without writing rows, and builds the index anew: a million points take 3 s. SQLite keeps rows in the tree of the
 * primary key, so they have to move to another table, which `0014-moved-states` does in steps.
 */
async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { id, text, time, number, real, end } = columnTypes(dialect)
  await sql`create index devices_keeping_duplicates on devices (id) where keeps_duplicates > 0`.execute(db)
  if (dialect === 'postgres') {
    await sql`alter table device_states add column nth smallint not null default 0`.execute(db)
    await sql`alter table device_states drop constraint device_states_pk,
      add constraint device_states_pk primary key (device_id, attribute, time, nth) include (number)`.execute(db)
    return
  }
  await sql`alter table device_states rename to device_states_to_move`.execute(db)
  await sql`create table device_states (device_id ${id} not null, attribute ${text} not null, "time" ${time} not null,
    nth ${number} not null default 0, number ${real}, "text" ${text},
    constraint device_states_pk primary key (device_id, attribute, "time", nth)) ${end}`.execute(db)
}

export const keptDuplicates = { name, up }
