/**
 * What columns hold. It is the same on both databases, so that a query gives the same JavaScript values on each:
 *
 * | kind | in JavaScript | note |
 * |---|---|---|
 * | ID | string of 24 hexadecimal digits | ordered by time |
 * | text | string | compared byte by byte on both |
 * | time | number | milliseconds since 1970 |
 * | number | number | integers up to 2^53 |
 * | real | number | |
 * | flag | 0 or 1 | SQLite has no booleans, and its driver refuses `true` |
 * | JSON | string | written with `JSON.stringify`, read with `JSON.parse`; SQL does not look into it |
 *
 * No constraint may be DEFERRABLE, since it would fail at the commit, which many writes share.
 */
import { sql } from 'kysely'
import type { Dialect } from './store.ts'

/** The column types of migrations, and the end of every `create table`. */
export function columnTypes(dialect: Dialect) {
  // Collation "C" compares bytes, as SQLite does. The default of a PostgreSQL database may compare by language.
  const text = dialect === 'sqlite' ? sql`text` : sql`text collate "C"`
  const integer = dialect === 'sqlite' ? sql`integer` : sql`bigint`
  const real = dialect === 'sqlite' ? sql`real` : sql`double precision`
  // STRICT makes SQLite refuse values of another type, as PostgreSQL does. WITHOUT ROWID keeps rows in the tree of the
  // primary key, so that a write touches one tree instead of two.
  const end = dialect === 'sqlite' ? sql`strict, without rowid` : sql``
  return { id: text, text, time: integer, number: integer, real, flag: integer, json: text, end }
}
