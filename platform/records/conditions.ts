/** Conditions on rows, as SQL that both databases take. Values are always bound, never part of the text. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Tables } from '../store/tables.ts'
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

/** A comparison with NULL is neither true nor false in SQL. It counts as false here, so its negation holds. */
export function not(condition: Condition): Condition {
  return sql`not coalesce(${condition}, false)`
}

/** Counts the rows of a table, or of a table and a condition. */
export async function countRows(db: Kysely<Tables>, from: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*) as total from ${from}`.execute(db)
  return rows[0]?.total ?? 0
}

export function isIn(column: Condition, values: readonly (string | number)[]): Condition {
  return values.length === 0 ? never : sql`${column} in (${sql.join(values)})`
}

/** Devices that have a row in the index of tags or of attributes. */
export type Having = (index: 'device_tags' | 'device_attributes', condition: Condition) => Condition

/** Searches the index first, which is quick if few rows meet the condition. If it cannot be searched, all its rows are read. */
export const havingByIndex: Having = (index, condition) =>
  sql`devices.id in (select device_id from ${sql.table(index)} where ${condition})`

/** Reads only the rows of the devices that are in question, so its cost does not grow with the devices of others. */
export const havingOneByOne: Having = (index, condition) =>
  sql`exists (select 1 from ${sql.table(index)} where ${sql.table(index)}.device_id = devices.id and ${condition})`

/** Devices with such a tag. */
export function isTagged(filter: TagFilter, having = havingByIndex): Condition {
  return having('device_tags', fitsTag(filter, sql`device_tags.key`, sql`device_tags.value`))
}

function fitsTag({ key, value }: TagFilter, keyColumn: Condition, valueColumn: Condition): Condition {
  return allOf([
    ...(key === undefined ? [] : [sql`${keyColumn} = ${key}`]),
    ...(value === undefined ? [] : [sql`${valueColumn} = ${value}`]),
  ])
}

/**
 * Whether text fits a pattern in which `*` stands for any characters and `?` for one, whatever the case of letters. After a backslash they stand for
 * themselves.
 */
export function fitsGlob(column: Condition, glob: string): Condition {
  const wildcards: Readonly<Record<string, string>> = { '*': '%', '?': '_' }
  return isLike(
    column,
    glob.replace(/\\[*?\\]|[*?\\%_]/g, (part) => wildcards[part] ?? escapeLike(part.length > 1 ? part.slice(1) : part)),
  )
}

/** Whether text starts with `prefix`, whatever the case of letters. */
export function startsWith(column: Condition, prefix: string): Condition {
  return isLike(column, `${escapeLike(prefix)}%`)
}

/** The text in lower case, in every script. */
export function folded(column: Condition): Condition {
  return sql`fold_case(${column})`
}

function isLike(column: Condition, pattern: string): Condition {
  return sql`${folded(column)} like ${pattern.toLowerCase()} escape '\\'`
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

/** The IDs of all rows below `ids` in the tree that `parent_id` makes, without `ids` themselves. UNION, unlike UNION ALL, also ends on a circle. */
export function descendantsOf(table: 'devices' | 'experience_groups', ids: Condition): Condition {
  return sql`(with recursive below(id) as (
    select id from ${sql.table(table)} where parent_id in (${ids})
    union select child.id from ${sql.table(table)} child join below on child.parent_id = below.id
  ) select id from below)`
}
