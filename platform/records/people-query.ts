/** Advanced queries of experience users and groups. */
import { sql } from 'kysely'
import type { Dialect } from '../store/store.ts'
import {
  compileQuery,
  idField,
  idsField,
  resourceQueryFields,
  type Tags,
  tagsField,
  textField,
  timeField,
} from './advanced-query.ts'
import { type Condition, descendantsOf, isIn } from './conditions.ts'

/** The users that meet `query`, as a condition on the table `experience_users`. */
export function compileUserQuery(query: unknown, dialect: Dialect): Condition {
  return compileQuery(query, {
    ...resourceQueryFields('experience_users'),
    firstName: textField(sql`experience_users.first_name`),
    lastName: textField(sql`experience_users.last_name`),
    email: textField(sql`experience_users.email`),
    lastLogin: timeField(sql`experience_users.last_login_at`),
    passwordLastUpdated: timeField(sql`experience_users.password_updated_at`),
    userTags: tagsField(tagsIn(dialect, sql`experience_users.tags`)),
    experienceGroupId: idsField(
      (ids) =>
        sql`experience_users.id in (select user_id from experience_group_users where ${isIn(sql`group_id`, ids)})`,
    ),
  })
}

/** The groups that meet `query`, as a condition on the table `experience_groups`. */
export function compileGroupQuery(query: unknown, dialect: Dialect): Condition {
  return compileQuery(query, {
    ...resourceQueryFields('experience_groups'),
    name: textField(sql`experience_groups.name`),
    parentId: idField(sql`experience_groups.parent_id`),
    ancestorId: idsField((ids) => sql`experience_groups.id in ${descendantsOf('experience_groups', sql.join(ids))}`),
    groupTags: tagsField(tagsIn(dialect, sql`experience_groups.tags`)),
    experienceUserId: idsField(
      (ids) =>
        sql`experience_groups.id in (select group_id from experience_group_users where ${isIn(sql`user_id`, ids)})`,
    ),
  })
}

/** Reads the map of tags in the row itself. Only the tags of devices have an index, since there are far more devices than people. */
function tagsIn(dialect: Dialect, tags: Condition): Tags {
  const each =
    dialect === 'sqlite'
      ? sql`json_each(${tags}) as tag`
      : sql`json_each_text(cast(${tags} as json)) as tag(key, value)`
  return {
    key: sql`tag.key`,
    value: sql`tag.value`,
    has: (condition) => sql`exists (select 1 from ${each} where ${condition})`,
  }
}
