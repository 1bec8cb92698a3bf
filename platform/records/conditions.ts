/** Pieces of SQL that say which rows are meant, the same on both databases. Values are always bound. */
import { type RawBuilder, sql } from 'kysely'
import type { Dialect } from '../store/store.ts'
import type { TagFilter } from './schemas.ts'

export type Condition = RawBuilder<unknown>

export const always: Condition = sql`1 = 1`
export const never: Condition = sql`1 = 0`

export function allOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? always : sql`(${sql.join(conditions, sql` and `)})`
}

export function anyOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? never : sql`(${sql.join(conditions, sql` or `)})`
}

/** What is neither true nor false, as a comparison with nothing, counts as false and so is met by its negation. */
export function not(condition: Condition): Condition {
  return sql`not coalesce(${condition}, false)`
}

export function isIn(column: Condition, values: readonly (string | number)[]): Condition {
  return values.length === 0 ? never : sql`${column} in (${sql.join(values)})`
}

/** Devices with such a tag. A subquery, so that the index over tags leads. */
export function isTagged({ key, value }: TagFilter): Condition {
  const conditions = [
    key === undefined ? undefined : sql`key = ${key}`,
    value === undefined ? undefined : sql`value = ${value}`,
  ]
  return sql`devices.id in (select device_id from device_tags where ${allOf(conditions.filter((one) => one !== undefined))})`
}

/** Whether text fits a pattern with `*` for any characters and `?` for one; case does not count. */
export function fitsGlob(dialect: Dialect, column: Condition, glob: string): Condition {
  const pattern = glob
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_')
  const like = dialect === 'sqlite' ? sql`like` : sql`ilike`
  return sql`${column} ${like} ${pattern} escape '\\'`
}

/** A table's rows below `ids`, themselves not among them, by `parent_id`. UNION ends it where rows are above each other. */
export function descendantsOf(table: 'devices' | 'experience_groups', ids: Condition): Condition {
  return sql`(with recursive below(id) as (
    select id from ${sql.table(table)} where parent_id in (${ids})
    union select child.id from ${sql.table(table)} child join below on child.parent_id = below.id
  ) select id from below)`
}
