/** The seeds that have been applied, so that one that was deleted does not come back. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0003-applied-seeds'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { id, text, end } = columnTypes(dialect)
  // `name` is the name of the seed, for a user the address. `id` is the row that it became, which may have another name by now.
  await sql`create table applied_seeds (kind ${text} not null, name ${text} not null, id ${id} not null,
    constraint applied_seeds_pk primary key (kind, name)) ${end}`.execute(db)
}

export const appliedSeeds = { name, up }
