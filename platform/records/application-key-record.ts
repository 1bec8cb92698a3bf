/** An access key as it is shown. */
import type { Kysely } from 'kysely'
import Type, { type Static } from 'typebox'
import type { Base } from '../base/base.ts'
import { notFound } from '../base/refusals.ts'
import type { ApplicationKeyTable, Tables } from '../store/tables.ts'
import {
  closed,
  Description,
  fromColumn,
  groupBy,
  Id,
  Ids,
  oneOf,
  resourceFields,
  type TagFilter,
  TagFilters,
  toIso,
} from './schemas.ts'

export const KeyStatus = oneOf(['active', 'inactive'])
/** Which MQTT topics of its own a device may use besides `losant/…`: none, all, those listed, or all but those. */
export const FilterType = oneOf(['none', 'all', 'whitelist', 'blacklist'])
export const Topics = Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { maxItems: 1000 })

export const KeyFields = {
  ...resourceFields,
  applicationKeyId: Id,
  key: Type.String(),
  status: KeyStatus,
  description: Description,
  /** Missing for a key that is good for every device; empty when every device that it was for is gone. */
  deviceIds: Type.Optional(Ids),
  deviceTags: Type.Optional(TagFilters),
  filterType: FilterType,
  pubTopics: Topics,
  subTopics: Topics,
}
const KeyRecord = closed(KeyFields)
export type KeyRecord = Static<typeof KeyRecord>

export function toKey(row: ApplicationKeyTable, applicationId: string, deviceIds: readonly string[]): KeyRecord {
  return {
    id: row.id,
    applicationKeyId: row.id,
    applicationId,
    creationDate: toIso(row.created_at),
    lastUpdated: toIso(row.updated_at),
    key: row.key,
    status: row.status === 'active' ? 'active' : 'inactive',
    description: row.description,
    ...(row.is_restricted ? { deviceIds: [...deviceIds], deviceTags: fromColumn<TagFilter[]>(row.device_tags) } : {}),
    // Written by the action that validated it.
    filterType: row.filter_type as KeyRecord['filterType'],
    pubTopics: fromColumn<string[]>(row.pub_topics),
    subTopics: fromColumn<string[]>(row.sub_topics),
  }
}

export async function toKeys(platform: Base, db: Kysely<Tables>, rows: ApplicationKeyTable[]): Promise<KeyRecord[]> {
  const restricted = rows.filter((row) => row.is_restricted).map((row) => row.id)
  const devices =
    restricted.length === 0
      ? []
      : await db
          .selectFrom('application_key_devices')
          .selectAll()
          .where('key_id', 'in', restricted)
          .orderBy('device_id')
          .execute()
  const byKey = groupBy(devices, (device) => device.key_id)
  return rows.map((row) =>
    toKey(
      row,
      platform.applicationId,
      (byKey.get(row.id) ?? []).map((one) => one.device_id),
    ),
  )
}

export async function readKey(platform: Base, db: Kysely<Tables>, id: string): Promise<KeyRecord> {
  const rows = await db.selectFrom('application_keys').selectAll().where('id', '=', id).execute()
  const [key] = await toKeys(platform, db, rows)
  if (!key) throw notFound({ what: 'Access key' })
  return key
}
