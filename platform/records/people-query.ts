/** Advanced queries of experience users and groups. */
import { sql } from 'kysely'
import type { Dialect } from '../store/store.ts'
import { compileQuery, idField, idsField, tagsField, textField, timeField } from './advanced-query.ts'
import { allOf, type Condition, descendantsOf, isIn } from './conditions.ts'
import type { TagFilter } from './schemas.ts'

/** Users that `query` means, as a condition on the table `experience_users`. */
export function compileUserQuery(query: unknown, dialect: Dialect): Condition {
  return compileQuery(query, {
    id: idField(sql`experience_users.id`),
    creationDate: timeField(sql`experience_users.created_at`),
    lastUpdated: timeField(sql`experience_users.updated_at`),
    firstName: textField(sql`experience_users.first_name`),
    lastName: textField(sql`experience_users.last_name`),
    email: textField(sql`experience_users.email`),
    lastLogin: timeField(sql`experience_users.last_login_at`),
    passwordLastUpdated: timeField(sql`experience_users.password_updated_at`),
    userTags: tagsField((filter) => hasTag(dialect, sql`experience_users.tags`, filter)),
    experienceGroupId: idsField(
      (ids) =>
        sql`experience_users.id in (select user_id from experience_group_users where ${isIn(sql`group_id`, ids)})`,
    ),
  })
}

/** Groups that `query` means, as a condition on the table `experience_groups`. */
export function compileGroupQuery(query: unknown, dialect: Dialect): Condition {
  return compileQuery(query, {
    id: idField(sql`experience_groups.id`),
    creationDate: timeField(sql`experience_groups.created_at`),
    lastUpdated: timeField(sql`experience_groups.updated_at`),
    name: textField(sql`experience_groups.name`),
    parentId: idField(sql`experience_groups.parent_id`),
    ancestorId: idsField((ids) => sql`experience_groups.id in ${descendantsOf('experience_groups', sql.join(ids))}`),
    groupTags: tagsField((filter) => hasTag(dialect, sql`experience_groups.tags`, filter)),
    experienceUserId: idsField(
      (ids) =>
        sql`experience_groups.id in (select group_id from experience_group_users where ${isIn(sql`user_id`, ids)})`,
    ),
  })
}

/** Looks into the column, a map as JSON: there are far fewer people than devices, whose tags have an index. */
function hasTag(dialect: Dialect, tags: Condition, { key, value }: TagFilter): Condition {
  const each =
    dialect === 'sqlite'
      ? sql`json_each(${tags}) as tag`
      : sql`json_each_text(cast(${tags} as json)) as tag(key, value)`
  const conditions = [
    ...(key === undefined ? [] : [sql`tag.key = ${key}`]),
    ...(value === undefined ? [] : [sql`tag.value = ${value}`]),
  ]
  return sql`exists (select 1 from ${each} where ${allOf(conditions)})`
}
