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
import { type RawBuilder, sql } from 'kysely'
import type { Dialect } from './store.ts'

export type ColumnType = RawBuilder<unknown>

export interface ColumnTypes {
  readonly id: ColumnType
  readonly text: ColumnType
  readonly time: ColumnType
  readonly number: ColumnType
  readonly real: ColumnType
  readonly flag: ColumnType
  readonly json: ColumnType
}

/** The column types that migrations use. */
export function columnTypes(dialect: Dialect): ColumnTypes {
  // Collation "C" compares bytes, as SQLite does. The default of a PostgreSQL database may compare by language.
  const text = dialect === 'sqlite' ? sql`text` : sql`text collate "C"`
  const integer = dialect === 'sqlite' ? sql`integer` : sql`bigint`
  const real = dialect === 'sqlite' ? sql`real` : sql`double precision`
  return { id: text, text, time: integer, number: integer, real, flag: integer, json: text }
}

/**
 * The end of a `create table`, for `modifyEnd`. STRICT makes SQLite refuse values of another type, as PostgreSQL does. WITHOUT ROWID
 * keeps rows in the tree of the primary key, so that a write touches one tree instead of two.
 */
export function tableEnd(dialect: Dialect) {
  return dialect === 'sqlite' ? sql`strict, without rowid` : sql``
}
