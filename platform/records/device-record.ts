/** Devices: what a client may send, what it gets, and their rows. */
import { type Kysely, sql } from 'kysely'
import Type, { type Static, type TObject } from 'typebox'
import { invalid } from '../base/refusals.ts'
import { insertRows } from '../store/insert-rows.ts'
import type { Transaction } from '../store/store.ts'
import type { DeviceTable, Tables } from '../store/tables.ts'
import { always, type Condition, descendantsOf } from './conditions.ts'
import {
  closed,
  Description,
  Flag,
  fromColumn,
  Id,
  isSet,
  Key,
  Name,
  NullableId,
  oneOf,
  resourceFields,
  Tag,
  TagMap,
  Time,
  toIso,
} from './schemas.ts'
import { checkSystem, computedAttributes, SystemAttribute, SystemInterval } from './system-attribute.ts'

export const deviceClasses = ['standalone', 'gateway', 'peripheral', 'floating', 'edgeCompute', 'system'] as const
export const dataTypes = ['string', 'number', 'gps', 'boolean', 'blob'] as const
const DeviceClass = oneOf(deviceClasses)

export const Attribute = closed({
  name: Key,
  dataType: oneOf(dataTypes),
  contentType: Type.Optional(Type.String({ maxLength: 64 })),
  description: Type.Optional(Description),
  attributeTags: Type.Optional(TagMap),
  system: Type.Optional(SystemAttribute),
})
export type Attribute = Static<typeof Attribute>

const Tags = Type.Array(Tag, { maxItems: 100 })
const Attributes = Type.Array(Attribute, { maxItems: 256 })

const optionalFields = {
  description: Type.Optional(Description),
  tags: Type.Optional(Tags),
  attributes: Type.Optional(Attributes),
  deviceClass: Type.Optional(DeviceClass),
  gatewayId: Type.Optional(Id),
  parentId: Type.Optional(NullableId),
  systemInterval: Type.Optional(SystemInterval),
  keepDuplicates: Type.Optional(
    Type.Boolean({
      description:
        'Whether several values of an attribute with the same time are all kept, up to 1000. By default the last one is.',
    }),
  ),
}
export const DevicePost = closed({ name: Name, ...optionalFields })
export const DevicePatch = closed({ name: Type.Optional(Name), ...optionalFields })
export type DevicePost = Static<typeof DevicePost>
export type DevicePatch = Static<typeof DevicePatch>

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

/** A device as it is read: tags and attributes are lists, or objects by name if the client asks for that. */
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
    computed_at: computesAny(device) ? now : null,
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
    applicationId,
    creationDate: toIso(row.created_at),
    lastUpdated: toIso(row.updated_at),
    deviceId: row.id,
    name: row.name,
    description: row.description,
    tags: fromColumn<Tag[]>(row.tags),
    attributes: fromColumn<Attribute[]>(row.attributes),
    // Only actions that validated it have written it.
    deviceClass: row.device_class as DeviceRecord['deviceClass'],
    ...(row.gateway_id === null ? {} : { gatewayId: row.gateway_id }),
    ...(row.parent_id === null ? {} : { parentId: row.parent_id }),
    ...(row.system_interval === null ? {} : { systemInterval: row.system_interval }),
    keepDuplicates: row.keeps_duplicates === 1,
  }
}

/** Parameters that say how the lists of a device are shown. */
export const formParams = {
  tagsAsObject: Type.Optional(Flag),
  attributesAsObject: Type.Optional(Flag),
}
/** Parameters that say how devices are shown. */
export const showParams = { excludeConnectionInfo: Type.Optional(Flag), ...formParams }

export function showDevice(
  row: DeviceTable,
  applicationId: string,
  params: Static<TObject<typeof showParams>>,
): ShownDevice {
  return {
    ...formDevice(toDevice(row, applicationId), params),
    ...(isSet(params.excludeConnectionInfo) ? {} : { connectionInfo: toConnectionInfo(row) }),
  }
}

/** The device with its tags and attributes as lists, or as objects if the client asks for that. */
export function formDevice(device: DeviceRecord, params: Static<TObject<typeof formParams>>): ShownDevice {
  return {
    ...device,
    ...(isSet(params.tagsAsObject) ? { tags: tagsAsObject(device.tags) } : {}),
    ...(isSet(params.attributesAsObject)
      ? { attributes: Object.fromEntries(device.attributes.map((attribute) => [attribute.name, attribute])) }
      : {}),
  }
}

function toConnectionInfo({ connected, connected_at, disconnected_at }: DeviceTable) {
  if (connected === null) return { connected: null }
  const time = connected ? connected_at : disconnected_at
  return { connected: connected ? (1 as const) : (0 as const), ...(time === null ? {} : { time: toIso(time) }) }
}

/** Each key has a list of values, since a device may have several tags of one key. */
export function tagsAsObject(tags: readonly Tag[]): Record<string, string[]> {
  // A tag may be called `toString`.
  const byKey = new Map<string, string[]>()
  for (const { key, value } of tags) byKey.set(key, [...(byKey.get(key) ?? []), value])
  return Object.fromEntries(byKey)
}

export function toAttributes({ attributes }: Pick<DeviceTable, 'attributes'>): Attribute[] {
  return fromColumn<Attribute[]>(attributes)
}

/** Names of the attributes that have, or had when they were removed, another type. */
export async function findRetyped(
  tx: Transaction,
  before: Pick<DeviceTable, 'id' | 'attributes'>,
  attributes: readonly Attribute[],
): Promise<string[]> {
  const removed = await tx.selectFrom('removed_attributes').selectAll().where('device_id', '=', before.id).execute()
  const types = new Map<string, string>([
    ...removed.map(({ name, data_type }) => [name, data_type] as const),
    ...fromColumn<Attribute[]>(before.attributes).map(({ name, dataType }) => [name, dataType] as const),
  ])
  return attributes.filter(({ name, dataType }) => (types.get(name) ?? dataType) !== dataType).map(({ name }) => name)
}

/** Remembers the types of the attributes that `attributes` leaves out. Their points show again if they come back with the same type. */
export async function noteRemoved(
  tx: Transaction,
  { id, attributes: before }: Pick<DeviceTable, 'id' | 'attributes'>,
  attributes: readonly Attribute[],
): Promise<void> {
  const names = new Set(attributes.map(({ name }) => name))
  const removed = fromColumn<Attribute[]>(before).filter(({ name }) => !names.has(name))
  const back = [...names, ...removed.map(({ name }) => name)]
  if (back.length === 0) return
  await tx.deleteFrom('removed_attributes').where('device_id', '=', id).where('name', 'in', back).execute()
  const rows = removed.map(({ name, dataType }) => ({ device_id: id, name, data_type: dataType }))
  await insertRows(tx, 'removed_attributes', rows)
}

export function computesAny({ deviceClass = 'standalone', attributes = [] }: ComputingFields): boolean {
  return computedAttributes(deviceClass, attributes).length > 0
}

type ComputingFields = Pick<DevicePost, 'attributes' | 'deviceClass'>

/** Checks what the schema cannot express. */
export function checkDevice({
  attributes = [],
  deviceClass = 'standalone',
  systemInterval,
}: ComputingFields & Pick<DevicePost, 'systemInterval'>): void {
  if (systemInterval !== undefined && deviceClass !== 'system') {
    throw invalid({ problem: 'device.systemInterval is only for devices of the class system' })
  }
  checkSystem(deviceClass, attributes)
  const names = new Set<string>()
  for (const { name } of attributes) {
    if (names.has(name)) throw invalid({ problem: `device.attributes has ${name} twice` })
    names.add(name)
  }
}

/** Checks that the gateway and the parent exist, and that the device `id` does not become its own ancestor. */
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
  const isBelow = sql`id = ${parentId} and id in ${descendantsOf('devices', sql`${id}`)}`
  const { rows } = await sql`select id from devices where ${isBelow}`.execute(tx)
  if (rows.length > 0) throw invalid({ problem: 'device.parentId names a device below this one' })
}

/** Writes the rows by which a device is found: those of its tags and those of its attributes. */
export async function indexDevice(
  tx: Transaction,
  id: string,
  { tags, attributes }: Pick<DevicePost, 'tags' | 'attributes'>,
): Promise<void> {
  const tagRows = tags?.map(({ key, value }) => ({ key, value, device_id: id })) ?? []
  await insertRows(tx, 'device_tags', tagRows, { skipsExisting: true })
  const attributeRows = attributes?.map(({ name, dataType }) => ({ name, data_type: dataType, device_id: id })) ?? []
  await insertRows(tx, 'device_attributes', attributeRows)
}

export async function insertDevice(tx: Transaction, device: DevicePost, row: DeviceTable): Promise<void> {
  await checkReferences(tx, device)
  await insertRows(tx, 'devices', [row])
  await indexDevice(tx, row.id, device)
}

export async function readDeviceRow(
  db: Kysely<Tables>,
  id: string,
  visible: Condition = always,
): Promise<DeviceTable | undefined> {
  const condition = sql`devices.id = ${id} and ${visible}`
  return (await sql<DeviceTable>`select devices.* from devices where ${condition}`.execute(db)).rows[0]
}
