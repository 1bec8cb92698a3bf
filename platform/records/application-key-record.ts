/** Access keys as clients see them. */
import type { Kysely } from 'kysely'
import Type, { type Static, type TObject } from 'typebox'
import type { Base } from '../base/base.ts'
import { notFound } from '../base/refusals.ts'
import type { ApplicationKeyTable, Tables } from '../store/tables.ts'
import { linksIn } from './link-rows.ts'
import {
  Description,
  fromColumn,
  Id,
  Ids,
  oneOf,
  resourceFields,
  type TagFilter,
  TagFilters,
  toIso,
} from './schemas.ts'

export const KeyStatus = oneOf(['active', 'inactive'])
export const KeyName = Type.String({ minLength: 1, maxLength: 255 })
/** Which topics besides `losant/…` a device may use: none, all, only those listed, or all except those. */
export const FilterType = oneOf(['none', 'all', 'whitelist', 'blacklist'])
export const Topics = Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { maxItems: 1000 })
/** From which addresses a key may be used: all, only those listed, or all except those. */
const AddressFilterType = oneOf(['all', 'whitelist', 'blacklist'])
const Addresses = Type.Array(Type.String({ maxLength: 48 }), {
  maxItems: 100,
  description: 'IP addresses, and blocks of them such as `192.0.2.0/24`.',
})

/** What may be given when a key is created, and changed later. */
export const keySettings = {
  description: Type.Optional(Description),
  filterType: Type.Optional(FilterType),
  pubTopics: Type.Optional(Topics),
  subTopics: Type.Optional(Topics),
  addressFilterType: Type.Optional(AddressFilterType),
  addresses: Type.Optional(Addresses),
}

export const KeyFields = {
  ...resourceFields,
  applicationKeyId: Id,
  key: Type.String(),
  status: KeyStatus,
  name: Type.Optional(KeyName),
  description: Description,
  /** Missing if the key admits every device; empty once all devices that it admitted are deleted. */
  deviceIds: Type.Optional(Ids),
  deviceTags: Type.Optional(TagFilters),
  filterType: FilterType,
  pubTopics: Topics,
  subTopics: Topics,
  addressFilterType: AddressFilterType,
  addresses: Addresses,
}
export type KeyRecord = Static<TObject<typeof KeyFields>>

export const keyDevices = linksIn('application_key_devices', 'key_id', 'device_id')

export function toKey(row: ApplicationKeyTable, applicationId: string, deviceIds: readonly string[]): KeyRecord {
  return {
    id: row.id,
    applicationId,
    creationDate: toIso(row.created_at),
    lastUpdated: toIso(row.updated_at),
    applicationKeyId: row.id,
    key: row.key,
    status: row.status === 'active' ? 'active' : 'inactive',
    ...(row.name === null ? {} : { name: row.name }),
    description: row.description,
    ...(row.is_restricted ? { deviceIds: [...deviceIds], deviceTags: fromColumn<TagFilter[]>(row.device_tags) } : {}),
    // Only actions that validated it have written it.
    filterType: row.filter_type as KeyRecord['filterType'],
    pubTopics: fromColumn<string[]>(row.pub_topics),
    subTopics: fromColumn<string[]>(row.sub_topics),
    addressFilterType: row.address_filter_type as KeyRecord['addressFilterType'],
    addresses: fromColumn<string[]>(row.addresses),
  }
}

export async function toKeys(platform: Base, db: Kysely<Tables>, rows: ApplicationKeyTable[]): Promise<KeyRecord[]> {
  const restricted = rows.filter((row) => row.is_restricted)
  const deviceIds = await keyDevices.read(
    db,
    restricted.map((row) => row.id),
  )
  return rows.map((row) => toKey(row, platform.applicationId, deviceIds.get(row.id) ?? []))
}

export async function readKey(platform: Base, db: Kysely<Tables>, id: string): Promise<KeyRecord> {
  const rows = await db.selectFrom('application_keys').selectAll().where('id', '=', id).execute()
  const [key] = await toKeys(platform, db, rows)
  if (!key) throw notFound({ what: 'Access key' })
  return key
}
