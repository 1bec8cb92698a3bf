/** Lets both databases compare letters of every script whatever their case. SQLite has the same function on each connection. */
import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../store.ts'

const name = '0010-fold-case'

/** Columns have the collation "C", by which only ASCII has cases. A PostgreSQL without ICU goes by the locale of the database. */
async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  if (dialect === 'sqlite') return
  const { rows } = await sql`select 1 from pg_collation where collname = 'und-x-icu'`.execute(db)
  const collation = rows.length > 0 ? 'und-x-icu' : 'default'
  await sql`create function fold_case(text) returns text language sql immutable strict parallel safe
    as ${sql.lit(`select lower($1 collate "${collation}")`)}`.execute(db)
}

export const foldCase = { name, up }
