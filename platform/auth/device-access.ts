/** Which devices an access key admits, and so which ones a device sees that has signed in with it. */
import { sql } from 'kysely'
import type { Base } from '../base/base.ts'
import { invalid } from '../base/refusals.ts'
import {
  allOf,
  always,
  anyOf,
  type Condition,
  havingByIndex,
  havingOneByOne,
  isIn,
  isTagged,
  never,
} from '../records/conditions.ts'
import type { Compiling } from '../records/device-query.ts'
import { fromColumn, type TagFilter } from '../records/schemas.ts'
import type { ApplicationKeyTable } from '../store/tables.ts'
import type { Actor, Caller } from './actor.ts'

/** The devices that `key` admits, as a condition on the table `devices`: those that it names by ID or by a tag. */
export function devicesOfKey(key: Pick<ApplicationKeyTable, 'id' | 'is_restricted' | 'device_tags'>): Condition {
  if (!key.is_restricted) return allOf([])
  const named = sql`devices.id in (select device_id from application_key_devices where key_id = ${key.id})`
  return anyOf([named, ...fromColumn<TagFilter[]>(key.device_tags).map((filter) => isTagged(filter))])
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

/** Conditions and values that a device may ask with, since anybody may own one. */
const maxPartsOfDevice = 100
const devicesPerStep = 500
const maxFound = 10_000

/**
 * The devices that meet the caller's own conditions and that the caller sees. For a device, only those that its key admits are searched, some at a
 * time, so that neither the devices of others nor a costly query delay other requests: 300 conditions on the attributes of 3000 devices took 0.9 s.
 */
export async function findVisible(
  { platform, actor }: Caller,
  compile: (compiling: Compiling) => Promise<Condition>,
): Promise<Condition> {
  if (actor.kind !== 'device') return compile({ having: havingByIndex })
  const [wanted, visible] = await Promise.all([
    compile({ having: havingOneByOne, maxParts: maxPartsOfDevice }),
    visibleDevices(platform, actor),
  ])
  if (wanted === always) return visible
  const { read } = platform.store
  const found: string[] = []
  for (let last = ''; ; ) {
    const { rows: some } = await sql<{ id: string }>`select devices.id from devices
      where devices.id > ${last} and ${visible} order by devices.id limit ${sql.lit(devicesPerStep)}`.execute(read)
    const ids = some.map(({ id }) => id)
    const { rows } = await sql<{ id: string }>`select devices.id from devices
      where ${isIn(sql`devices.id`, ids)} and ${wanted}`.execute(read)
    found.push(...rows.map(({ id }) => id))
    if (found.length > maxFound) throw invalid({ problem: `A device may not ask for more than ${maxFound} devices` })
    last = ids.at(-1) ?? ''
    if (ids.length < devicesPerStep) return isIn(sql`devices.id`, found)
    await new Promise<void>((turn) => setImmediate(turn))
  }
}
