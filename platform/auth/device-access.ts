/** Which devices an access key admits, and so which ones a device sees that has signed in with it. */
import { sql } from 'kysely'
import type { Base } from '../base/base.ts'
import { allOf, anyOf, type Condition, isTagged, never } from '../records/conditions.ts'
import { fromColumn, type TagFilter } from '../records/schemas.ts'
import type { ApplicationKeyTable } from '../store/tables.ts'
import type { Actor } from './actor.ts'

/** The devices that `key` admits, as a condition on the table `devices`: those that it names by ID or by a tag. */
export function devicesOfKey(key: Pick<ApplicationKeyTable, 'id' | 'is_restricted' | 'device_tags'>): Condition {
  if (!key.is_restricted) return allOf([])
  const named = sql`devices.id in (select device_id from application_key_devices where key_id = ${key.id})`
  return anyOf([named, ...fromColumn<TagFilter[]>(key.device_tags).map(isTagged)])
}

/** The devices that `actor` sees, as a condition on the table `devices`. Scopes are checked elsewhere. */
export async function visibleDevices({ store }: Base, actor: Actor): Promise<Condition> {
  if (actor.kind !== 'device') return allOf([])
  const key = await store.read
    .selectFrom('application_keys')
    .select(['id', 'is_restricted', 'device_tags'])
    .where('id', '=', actor.applicationKeyId)
    .executeTakeFirst()
  return key ? devicesOfKey(key) : never
}
