/** Advanced queries of access keys. */
import { sql } from 'kysely'
import type { Dialect } from '../store/store.ts'
import { compileQuery, idsField, resourceQueryFields, tagsField, textField, textsField } from './advanced-query.ts'
import { type Condition, isIn } from './conditions.ts'

/** The keys that meet `query`, as a condition on the table `application_keys`. */
export function compileKeyQuery(query: unknown, dialect: Dialect): Condition {
  // An application has few keys, so their lists are read in the rows themselves.
  const hasItem = (list: Condition, condition: Condition) => {
    const items = dialect === 'sqlite' ? sql`json_each(${list})` : sql`json_array_elements(cast(${list} as json))`
    return sql`exists (select 1 from ${items} as item where ${condition})`
  }
  const text = dialect === 'sqlite' ? sql`item.value` : sql`(item.value #>> '{}') collate "C"`
  const listField = (list: Condition) => textsField(text, (condition) => hasItem(list, condition))
  return compileQuery(query, {
    ...resourceQueryFields('application_keys'),
    status: textField(sql`application_keys.status`),
    key: textField(sql`application_keys.key`),
    name: textField(sql`application_keys.name`),
    description: textField(sql`application_keys.description`),
    filterType: textField(sql`application_keys.filter_type`),
    pubTopics: listField(sql`application_keys.pub_topics`),
    subTopics: listField(sql`application_keys.sub_topics`),
    addressFilterType: textField(sql`application_keys.address_filter_type`),
    addresses: listField(sql`application_keys.addresses`),
    deviceTags: tagsField({
      key: sql`(item.value ->> 'key')`,
      value: sql`(item.value ->> 'value')`,
      has: (condition) => hasItem(sql`application_keys.device_tags`, condition),
    }),
    deviceIds: idsField(
      (ids) =>
        sql`application_keys.id in (select key_id from application_key_devices where ${isIn(sql`device_id`, ids)})`,
    ),
  })
}
