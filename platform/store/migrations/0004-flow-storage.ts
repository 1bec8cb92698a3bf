/** Values that flows keep from one run to the next. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0004-flow-storage'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { text, time, json, end } = columnTypes(dialect)
  // Values do not expire. `updated_at` shows which have not changed for long, such as those of a deleted device.
  await sql`create table flow_storage (scope ${text} not null, "key" ${text} not null, value ${json} not null,
    updated_at ${time} not null, constraint flow_storage_pk primary key (scope, "key")) ${end}`.execute(db)
}

export const flowStorage = { name, up }
