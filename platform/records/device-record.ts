/** A device: what a client may send, what it is shown, and its rows. */
import { type Kysely, sql } from 'kysely'
import Type, { type Static } from 'typebox'
import { invalid } from '../base/refusals.ts'
import { insertRows } from '../store/insert-rows.ts'
import type { Transaction } from '../store/store.ts'
import type { DeviceTable, Tables } from '../store/tables.ts'
import { type Condition, descendantsOf } from './conditions.ts'
import {
  closed,
  Description,
  fromColumn,
  Id,
  Ids,
  Key,
  Name,
  NullableId,
  oneOf,
  resourceFields,
  Tag,
  TagFilters,
  TagMap,
  Time,
  toIso,
} from './schemas.ts'

export const deviceClasses = ['standalone', 'gateway', 'peripheral', 'floating', 'edgeCompute', 'system'] as const
export const dataTypes = ['string', 'number', 'gps', 'boolean', 'blob'] as const
const DeviceClass = oneOf(deviceClasses)

/** How a system computes an attribute from those of its children. */
const SystemAttribute = closed({
  aggregation: Type.Optional(oneOf(['FIRST', 'LAST', 'COUNT', 'MAX', 'MIN', 'MEDIAN', 'MEAN', 'SUM', 'STD_DEV'])),
  aggregationOptions: Type.Optional(Type.Array(closed({}), { maxItems: 0 })),
  childAttributes: Type.Optional(
    Type.Array(
      closed({
        name: Key,
        mode: oneOf(['all', 'whitelist', 'blacklist']),
        deviceIds: Type.Optional(Ids),
        deviceTags: Type.Optional(TagFilters),
      }),
      { maxItems: 256 },
    ),
  ),
})

const Attribute = closed({
  name: Key,
  dataType: oneOf(dataTypes),
  contentType: Type.Optional(Type.String({ maxLength: 64 })),
  description: Type.Optional(Description),
  attributeTags: Type.Optional(TagMap),
  system: Type.Optional(SystemAttribute),
})
type Attribute = Static<typeof Attribute>

const Tags = Type.Array(Tag, { maxItems: 100 })
const Attributes = Type.Array(Attribute, { maxItems: 256 })

const optionalFields = {
  description: Type.Optional(Description),
  tags: Type.Optional(Tags),
  attributes: Type.Optional(Attributes),
  deviceClass: Type.Optional(DeviceClass),
  gatewayId: Type.Optional(Id),
  parentId: Type.Optional(NullableId),
  systemInterval: Type.Optional(Type.Integer({ minimum: 5, maximum: 3600 })),
  keepDuplicates: Type.Optional(Type.Boolean()),
}
export const DevicePost = closed({ name: Name, ...optionalFields })
export const DevicePatch = closed({ name: Type.Optional(Name), ...optionalFields })
export type DevicePost = Static<typeof DevicePost>

const shownFields = {
  ...resourceFields,
  deviceId: Id,
  name: Name,
  description: Description,
  deviceClass: DeviceClass,
  gatewayId: Type.Optional(Id),
  parentId: Type.Optional(Id),
  systemInterval: Type.Optional(Type.Integer()),
  keepDuplicates: Type.Boolean(),
}
/** A device as it was created or changed. */
export const DeviceRecord = closed({ ...shownFields, tags: Tags, attributes: Attributes })
export type DeviceRecord = Static<typeof DeviceRecord>

/** A device as it is read: its tags and attributes as lists, or by their names where that was asked for. */
export const ShownDevice = closed({
  ...shownFields,
  tags: Type.Unsafe<Tag[] | Record<string, string[]>>({ type: ['array', 'object'] }),
  attributes: Type.Unsafe<Attribute[] | Record<string, Attribute>>({ type: ['array', 'object'] }),
  connectionInfo: Type.Optional(
    closed({
      connected: Type.Unsafe<0 | 1 | null>({ enum: [0, 1, null], description: 'null: has never connected.' }),
      time: Type.Optional(Time),
    }),
  ),
})
export type ShownDevice = Static<typeof ShownDevice>

export function toRow(device: DevicePost, id: string, now: number): DeviceTable {
  return {
    id,
    name: device.name,
    description: device.description ?? '',
    device_class: device.deviceClass ?? 'standalone',
    gateway_id: device.gatewayId ?? null,
    parent_id: device.parentId ?? null,
    tags: JSON.stringify(device.tags ?? []),
    attributes: JSON.stringify(device.attributes ?? []),
    system_interval: device.systemInterval ?? null,
    keeps_duplicates: device.keepDuplicates ? 1 : 0,
    connected: null,
    connected_at: null,
    disconnected_at: null,
    created_at: now,
    updated_at: now,
  }
}

export function toDevice(row: DeviceTable, applicationId: string): DeviceRecord {
  return {
    id: row.id,
    deviceId: row.id,
    applicationId,
    creationDate: toIso(row.created_at),
    lastUpdated: toIso(row.updated_at),
    name: row.name,
    description: row.description,
    tags: fromColumn<Tag[]>(row.tags),
    attributes: fromColumn<Attribute[]>(row.attributes),
    // Written by the action that validated it.
    deviceClass: row.device_class as DeviceRecord['deviceClass'],
    ...(row.gateway_id === null ? {} : { gatewayId: row.gateway_id }),
    ...(row.parent_id === null ? {} : { parentId: row.parent_id }),
    ...(row.system_interval === null ? {} : { systemInterval: row.system_interval }),
    keepDuplicates: row.keeps_duplicates === 1,
  }
}

export function toConnectionInfo({ connected, connected_at, disconnected_at }: DeviceTable) {
  if (connected === null) return { connected: null }
  const time = connected ? connected_at : disconnected_at
  return { connected: connected ? (1 as const) : (0 as const), ...(time === null ? {} : { time: toIso(time) }) }
}

/** A key may have several tags: each has a list of values. */
export function tagsAsObject(tags: readonly Tag[]): Record<string, string[]> {
  const byKey: Record<string, string[]> = {}
  for (const { key, value } of tags) {
    byKey[key] ??= []
    byKey[key].push(value)
  }
  return byKey
}

export function attributesAsObject(attributes: readonly Attribute[]): Record<string, Attribute> {
  return Object.fromEntries(attributes.map((attribute) => [attribute.name, attribute]))
}

/** Names of the attributes that have another type than before. */
export function findRetyped(before: Pick<DeviceTable, 'attributes'>, attributes: readonly Attribute[]): string[] {
  const types = new Map(fromColumn<Attribute[]>(before.attributes).map(({ name, dataType }) => [name, dataType]))
  return attributes.filter(({ name, dataType }) => (types.get(name) ?? dataType) !== dataType).map(({ name }) => name)
}

/** What the schema does not say of a device; nothing of it needs the store. */
export function checkDevice({ attributes = [] }: Pick<DevicePost, 'attributes'>): void {
  const names = new Set<string>()
  for (const { name } of attributes) {
    if (names.has(name)) throw invalid({ problem: `device.attributes has ${name} twice` })
    names.add(name)
  }
}

/** Checks that the devices exist that `device` refers to, and that it does not become its own ancestor. */
export async function checkReferences(
  tx: Transaction,
  { gatewayId, parentId }: Pick<DevicePost, 'gatewayId' | 'parentId'>,
  id?: string,
): Promise<void> {
  for (const [field, other] of Object.entries({ gatewayId, parentId })) {
    if (other === undefined || other === null) continue
    if (other === id) throw invalid({ problem: `device.${field} is the device itself` })
    const found = await tx.selectFrom('devices').select('id').where('id', '=', other).executeTakeFirst()
    if (!found) throw invalid({ problem: `device.${field} names a device that does not exist` })
  }
  if (id === undefined || !parentId) return
  const { rows } =
    await sql`select id from devices where id = ${parentId} and id in ${descendantsOf('devices', sql`${id}`)}`.execute(
      tx,
    )
  if (rows.length > 0) throw invalid({ problem: 'device.parentId names a device below this one' })
}

/** Writes the rows that find a device by its tags and attributes; those that stood there go first if `replaces`. */
export async function indexTags(tx: Transaction, id: string, tags: readonly Tag[], replaces = false): Promise<void> {
  if (replaces) await tx.deleteFrom('device_tags').where('device_id', '=', id).execute()
  const rows = tags.map(({ key, value }) => ({ key, value, device_id: id }))
  await insertRows(tx, 'device_tags', rows, { skipsExisting: true })
}

export async function indexAttributes(
  tx: Transaction,
  id: string,
  attributes: readonly Attribute[],
  replaces = false,
): Promise<void> {
  if (replaces) await tx.deleteFrom('device_attributes').where('device_id', '=', id).execute()
  const rows = attributes.map(({ name, dataType }) => ({ name, data_type: dataType, device_id: id }))
  await insertRows(tx, 'device_attributes', rows)
}

export async function insertDevice(tx: Transaction, device: DevicePost, row: DeviceTable): Promise<void> {
  await checkReferences(tx, device)
  await insertRows(tx, 'devices', [row])
  await indexTags(tx, row.id, device.tags ?? [])
  await indexAttributes(tx, row.id, device.attributes ?? [])
}

export async function readDeviceRow(
  db: Kysely<Tables>,
  id: string,
  visible: Condition,
): Promise<DeviceTable | undefined> {
  const { rows } =
    await sql<DeviceTable>`select devices.* from devices where devices.id = ${id} and ${visible}`.execute(db)
  return rows[0]
}
