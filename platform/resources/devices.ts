/** The devices of the application. */
import { sql } from 'kysely'
import Type from 'typebox'
import { visibleDevices } from '../auth/device-access.ts'
import type { Platform } from '../platform.ts'
import { allOf, type Condition, isIn, isTagged } from '../records/conditions.ts'
import { compileDeviceQuery, DeviceQuery } from '../records/device-query.ts'
import {
  attributesAsObject,
  checkDevice,
  DevicePost,
  DeviceRecord,
  dataTypes,
  deviceClasses,
  insertDevice,
  ShownDevice,
  tagsAsObject,
  toConnectionInfo,
  toDevice,
  toRow,
} from '../records/device-record.ts'
import { type ListSpec, list, listParams, listResult } from '../records/list.ts'
import { closed, Flag, Id, isSet, Key, someOf, TagFilters } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'
import { startRunsOfDevice } from '../runs/runs-of-devices.ts'
import { devicesSendActions } from './devices-send.ts'

const path = '/applications/{applicationId}/devices'
const reads = ['all.Application', 'all.Application.read']
const spec: ListSpec<'devices'> = {
  table: 'devices',
  sort: {
    name: 'name',
    id: 'id',
    creationDate: 'created_at',
    lastUpdated: 'updated_at',
    connectionStatus: 'connected',
  },
  filter: { name: 'name' },
}

const startsWith = Type.Optional(Type.String({ maxLength: 255 }))
const query = Type.Optional(DeviceQuery)
const MAX_NAMES = 1000

export const devices: Resource = {
  name: 'devices',
  summary: 'Devices.',
  actions: {
    get: defineAction({
      summary: 'Lists devices. A `query` stands in place of every other condition.',
      method: 'GET',
      path,
      params: closed({
        ...listParams(spec),
        deviceClass: Type.Optional(someOf(deviceClasses)),
        tagFilter: Type.Optional(TagFilters),
        excludeConnectionInfo: Type.Optional(Flag),
        parentId: Type.Optional(Id),
        query,
        tagsAsObject: Type.Optional(Flag),
        attributesAsObject: Type.Optional(Flag),
      }),
      result: listResult(ShownDevice),
      scopes: [...reads, 'all.Device', 'all.Device.read'],
      async run(params, context) {
        const { platform, actor } = context
        const { filter: _, filterField: __, ...unfiltered } = params
        const hasQuery = params.query !== undefined
        const conditions = [await visibleDevices(platform, actor)]
        if (hasQuery) conditions.push(await compileDeviceQuery(platform.store, params.query))
        else {
          if (params.deviceClass) conditions.push(isIn(sql`devices.device_class`, [params.deviceClass].flat()))
          if (params.parentId) conditions.push(sql`devices.parent_id = ${params.parentId}`)
          conditions.push(...(params.tagFilter ?? []).map(isTagged))
        }
        return list(spec, hasQuery ? unfiltered : params, platform, conditions, (rows) =>
          rows.map((row) => {
            const device = toDevice(row, platform.applicationId)
            return {
              ...device,
              ...(isSet(params.tagsAsObject) ? { tags: tagsAsObject(device.tags) } : {}),
              ...(isSet(params.attributesAsObject) ? { attributes: attributesAsObject(device.attributes) } : {}),
              ...(isSet(params.excludeConnectionInfo) ? {} : { connectionInfo: toConnectionInfo(row) }),
            }
          }),
        )
      },
    }),

    post: defineAction({
      summary: 'Creates a device.',
      method: 'POST',
      path,
      body: 'device',
      status: 201,
      params: closed({ device: DevicePost }),
      result: DeviceRecord,
      scopes: ['all.Application'],
      async run({ device }, { platform }) {
        checkDevice(device)
        const row = toRow(device, platform.newId(), platform.clock.now())
        const created = toDevice(row, platform.applicationId)
        const runs = await platform.store.write(async (tx) => {
          await insertDevice(tx, device, row)
          const data = { device: created }
          return startRunsOfDevice(platform, tx, { on: 'create', deviceId: row.id, time: row.created_at, data })
        })
        platform.events.emit('deviceCreated', { deviceId: row.id })
        platform.events.emit('runsQueued', runs)
        return created
      },
    }),

    ...devicesSendActions,

    attributeNames: defineAction({
      summary: 'Lists the names of attributes, 1000 at most.',
      method: 'GET',
      path: `${path}/attributeNames`,
      params: closed({ query, dataType: Type.Optional(someOf(dataTypes)), startsWith }),
      result: closed({ attributeNames: Type.Array(Key) }),
      scopes: reads,
      async run(params, { platform }) {
        const ofType = params.dataType ? [isIn(sql`data_type`, [params.dataType].flat())] : []
        return { attributeNames: await readNames(platform, 'device_attributes', 'name', params, ofType) }
      },
    }),

    tagKeys: defineAction({
      summary: 'Lists the keys of tags, 1000 at most.',
      method: 'GET',
      path: `${path}/tagKeys`,
      params: closed({ query, startsWith }),
      result: closed({ tagKeys: Type.Array(Key) }),
      scopes: reads,
      run: async (params, { platform }) => ({ tagKeys: await readNames(platform, 'device_tags', 'key', params, []) }),
    }),

    tagValues: defineAction({
      summary: 'Lists the values that a tag has, 1000 at most.',
      method: 'GET',
      path: `${path}/tagValues`,
      params: closed({ query, key: Key, startsWith }),
      result: closed({ tagKey: Key, tagValues: Type.Array(Type.String()) }),
      scopes: reads,
      run: async (params, { platform }) => ({
        tagKey: params.key,
        tagValues: await readNames(platform, 'device_tags', 'value', params, [sql`key = ${params.key}`]),
      }),
    }),
  },
}

/** The different texts of a column of an index table, in their order. */
async function readNames(
  { store }: Platform,
  table: 'device_tags' | 'device_attributes',
  column: 'name' | 'key' | 'value',
  { query, startsWith }: { query?: Readonly<Record<string, unknown>>; startsWith?: string },
  conditions: readonly Condition[],
): Promise<string[]> {
  const all = [...conditions]
  if (startsWith) {
    // `*` and `?` mean themselves here.
    const escaped = startsWith.replace(/[\\%_]/g, '\\$&')
    const like = store.dialect === 'sqlite' ? sql`like` : sql`ilike`
    all.push(sql`${sql.ref(column)} ${like} ${`${escaped}%`} escape '\\'`)
  }
  if (query) all.push(sql`device_id in (select id from devices where ${await compileDeviceQuery(store, query)})`)
  const { rows } = await sql<{ found: string }>`select distinct ${sql.ref(column)} as found from ${sql.table(table)}
    where ${allOf(all)} order by found limit ${sql.lit(MAX_NAMES)}`.execute(store.read)
  return rows.map((row) => row.found)
}
