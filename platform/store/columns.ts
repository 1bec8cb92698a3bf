/**
 * What columns hold, the same on both databases, so that a query gives the same JavaScript values on each:
 *
 * | kind | in JavaScript | note |
 * |---|---|---|
 * | ID | string of 24 hexadecimal digits | ordered by time |
 * | text | string | compared byte by byte on both |
 * | time | number | milliseconds since 1970 |
 * | number | number | integers up to 2^53 |
 * | real | number | |
 * | flag | 0 or 1 | SQLite has no boolean and its driver refuses `true` |
 * | JSON | string | `JSON.stringify` before, `JSON.parse` after; SQL does not look into it |
 *
 * No constraint is DEFERRABLE: it would fail at the commit, which many writes share.
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
  // Collation "C" is SQLite's BINARY; a database's own would sort and compare by language.
  const text = dialect === 'sqlite' ? sql`text` : sql`text collate "C"`
  const integer = dialect === 'sqlite' ? sql`integer` : sql`bigint`
  const real = dialect === 'sqlite' ? sql`real` : sql`double precision`
  return { id: text, text, time: integer, number: integer, real, flag: integer, json: text }
}

/**
 * What ends a `create table`, for `modifyEnd`. STRICT makes SQLite refuse a value of another type, as PostgreSQL does; WITHOUT ROWID
 * keeps the row in the primary key's tree: one tree to write instead of two.
 */
export function tableEnd(dialect: Dialect) {
  return dialect === 'sqlite' ? sql`strict, without rowid` : sql``
}
