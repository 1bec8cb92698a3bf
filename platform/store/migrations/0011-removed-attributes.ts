/** Attributes that a device had: what they reported is still there, and must not come back under another type. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0011-removed-attributes'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { id, text, end } = columnTypes(dialect)
  await sql`create table removed_attributes (device_id ${id} not null, name ${text} not null, data_type ${text} not null,
    constraint removed_attributes_pk primary key (device_id, name)) ${end}`.execute(db)
}

export const removedAttributes = { name, up }
