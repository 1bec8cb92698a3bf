/** The devices of the application. */
import { sql } from 'kysely'
import Type from 'typebox'
import { findVisible } from '../auth/device-access.ts'
import { checkOwnDevice, relayOf } from '../auth/own-device.ts'
import { invalid } from '../base/refusals.ts'
import type { Platform } from '../platform.ts'
import { AdvancedQuery } from '../records/advanced-query.ts'
import { allOf, type Condition, isIn, isTagged, startsWith } from '../records/conditions.ts'
import { compileDeviceQuery } from '../records/device-query.ts'
import {
  checkDevice,
  DevicePost,
  dataTypes,
  deviceClasses,
  formDevice,
  formParams,
  insertDevice,
  ShownDevice,
  showDevice,
  showParams,
  toDevice,
  toRow,
} from '../records/device-record.ts'
import { type ListSpec, list, listParams, listResult } from '../records/list.ts'
import { closed, groupBy, Id, Key, oneOf, Success, someOf, TagFilters } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'
import { startRunsOfDevice } from '../runs/runs-of-devices.ts'
import { readLastValues } from '../state/read-states.ts'
import { selectDevices, selection } from '../state/select-devices.ts'
import { sendCommand } from '../state/send-command.ts'
import { GivenCommand, GivenStateFields } from '../state/state-schemas.ts'
import { requireTime } from '../state/times.ts'
import { CompositeState, compositeParams, readComposite, showComposite } from './device/composite-state.ts'
import { bulkDeviceActions } from './devices-in-bulk.ts'

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

const { filter: _filter, filterField: _filterField, ...unfilteredParams } = listParams(spec)
const Prefix = Type.Optional(Type.String({ maxLength: 255 }))
const query = Type.Optional(AdvancedQuery)
const maxNames = 1000
const maxStates = 10_000
/** How many devices one call may report states of. */
const maxDevices = 1000

export const devices: Resource = {
  name: 'devices',
  summary: 'Devices.',
  actions: {
    get: defineAction({
      summary: 'Lists devices. A `query` replaces all other conditions.',
      method: 'GET',
      path,
      params: closed({
        ...listParams(spec),
        deviceClass: Type.Optional(someOf(deviceClasses)),
        tagFilter: Type.Optional(TagFilters),
        parentId: Type.Optional(Id),
        query,
        queryDeleted: Type.Optional(
          Type.Unsafe<false | 'false' | '0'>({
            enum: [false, 'false', '0'],
            description: 'Devices that were deleted are not kept, so only `false` is taken.',
          }),
        ),
        ...showParams,
      }),
      result: listResult(ShownDevice),
      scopes: [...reads, 'all.Device', 'all.Device.read'],
      async run(params, context) {
        const { platform } = context
        const { filter: _, filterField: __, ...unfiltered } = params
        const hasQuery = params.query !== undefined
        const condition = await findVisible(context, async (compiling) => {
          if (hasQuery) return compileDeviceQuery(platform.store, params.query, 'query', compiling)
          const { deviceClass, parentId, tagFilter = [] } = params
          return allOf([
            ...(deviceClass ? [isIn(sql`devices.device_class`, [deviceClass].flat())] : []),
            ...(parentId ? [sql`devices.parent_id = ${parentId}`] : []),
            ...tagFilter.map((filter) => isTagged(filter, compiling.having)),
          ])
        })
        return list(spec, hasQuery ? unfiltered : params, platform, [condition], (rows) =>
          rows.map((row) => showDevice(row, platform.applicationId, params)),
        )
      },
    }),

    post: defineAction({
      summary: 'Creates a device.',
      method: 'POST',
      path,
      body: 'device',
      status: 201,
      params: closed({ device: DevicePost, ...formParams }),
      result: ShownDevice,
      scopes: ['all.Application'],
      async run({ device, ...form }, { platform }) {
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
        return formDevice(created, form)
      },
    }),

    sendState: defineAction({
      summary: "Reports states of several devices: all, or none. Flowpot's own.",
      method: 'POST',
      path: `${path}/state`,
      body: 'multiDeviceState',
      params: closed({
        multiDeviceState: Type.Array(closed({ deviceId: Id, ...GivenStateFields }), {
          minItems: 1,
          maxItems: maxStates,
        }),
      }),
      result: Success,
      scopes: ['all.Application', 'all.Device'],
      async run({ multiDeviceState }, context) {
        const byDevice = groupBy(multiDeviceState, (state) => state.deviceId)
        if (byDevice.size > maxDevices)
          throw invalid({ problem: `multiDeviceState names more than ${maxDevices} devices` })
        for (const deviceId of byDevice.keys()) await checkOwnDevice(context, deviceId)
        const given = [...byDevice].map(([deviceId, states]) => ({ deviceId, states, isBatch: states.length > 1 }))
        await context.platform.states.write({ states: given, relay: relayOf(context) })
        return { success: true as const }
      },
    }),

    sendCommand: defineAction({
      summary: 'Sends a command to devices that are selected by ID, by tag or by a query.',
      method: 'POST',
      path: `${path}/command`,
      body: 'multiDeviceCommand',
      params: closed({ multiDeviceCommand: closed({ ...GivenCommand, ...selection }) }),
      result: Success,
      scopes: ['all.Application', 'all.Device'],
      async run({ multiDeviceCommand: { name, payload, time, ...selected } }, context) {
        const { platform } = context
        const devices = await selectDevices(selected, context, 'multiDeviceCommand')
        const command = { name, payload, time: requireTime(time, platform.clock.now(), 'multiDeviceCommand.time') }
        await sendCommand(platform, devices, command, relayOf(context))
        return { success: true as const }
      },
    }),

    ...bulkDeviceActions,

    deviceNames: defineAction({
      summary: 'Lists the names of devices, 1000 at most.',
      method: 'GET',
      path: `${path}/deviceNames`,
      params: closed({ query, startsWith: Prefix }),
      result: closed({
        deviceSummary: Type.Array(closed({ id: Id, name: Type.String(), deviceClass: oneOf(deviceClasses) })),
      }),
      scopes: reads,
      async run({ query: given, startsWith: prefix }, { platform: { store } }) {
        const conditions = [
          ...(prefix ? [startsWith(sql`devices.name`, prefix)] : []),
          ...(given ? [await compileDeviceQuery(store, given)] : []),
        ]
        const { rows } = await sql<{ id: string; name: string; deviceClass: (typeof deviceClasses)[number] }>`select
          devices.id, devices.name, devices.device_class as "deviceClass" from devices where ${allOf(conditions)}
          order by devices.name, devices.id limit ${sql.lit(maxNames)}`.execute(store.read)
        return { deviceSummary: rows }
      },
    }),

    getCompositeState: defineAction({
      summary: 'Lists devices with the last value of each of their attributes.',
      method: 'GET',
      path: `${path}/compositeState`,
      params: closed({ ...unfilteredParams, query, ...compositeParams }),
      result: closed({
        ...listResult(closed({ id: Id, name: Type.String(), compositeState: CompositeState })).properties,
        query,
      }),
      scopes: reads,
      async run({ start, end, attributes, query: given, ...params }, context) {
        const { store } = context.platform
        const range = readComposite({ start, end, attributes }, context.platform.clock.now())
        const conditions = given ? [await compileDeviceQuery(store, given)] : []
        const page = await list(spec, params, context.platform, conditions, async (rows) => {
          const ids = rows.map(({ id }) => id)
          const values = await readLastValues(store, isIn(sql`devices.id`, ids), range)
          const byDevice = groupBy(values, ({ deviceId }) => deviceId)
          return rows.map(({ id, name }) => ({ id, name, compositeState: showComposite(byDevice.get(id) ?? []) }))
        })
        return { ...page, ...(given ? { query: given } : {}) }
      },
    }),

    attributeNames: defineAction({
      summary: 'Lists the names of attributes, 1000 at most.',
      method: 'GET',
      path: `${path}/attributeNames`,
      params: closed({ query, dataType: Type.Optional(someOf(dataTypes)), startsWith: Prefix }),
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
      params: closed({ query, startsWith: Prefix }),
      result: closed({ tagKeys: Type.Array(Key) }),
      scopes: reads,
      run: async (params, { platform }) => ({ tagKeys: await readNames(platform, 'device_tags', 'key', params, []) }),
    }),

    tagValues: defineAction({
      summary: 'Lists the values that a tag has, 1000 at most.',
      method: 'GET',
      path: `${path}/tagValues`,
      params: closed({ query, key: Key, startsWith: Prefix }),
      result: closed({ tagKey: Key, tagValues: Type.Array(Type.String()) }),
      scopes: reads,
      run: async (params, { platform }) => ({
        tagKey: params.key,
        tagValues: await readNames(platform, 'device_tags', 'value', params, [sql`key = ${params.key}`]),
      }),
    }),
  },
}

/** The distinct texts of a column in the index of tags or attributes, sorted. */
async function readNames(
  { store }: Platform,
  table: 'device_tags' | 'device_attributes',
  column: 'name' | 'key' | 'value',
  { query, startsWith: prefix }: { query?: Readonly<Record<string, unknown>>; startsWith?: string },
  conditions: readonly Condition[],
): Promise<string[]> {
  const all = [...conditions]
  if (prefix) all.push(startsWith(sql.ref(column), prefix))
  if (query) all.push(sql`device_id in (select id from devices where ${await compileDeviceQuery(store, query)})`)
  const { rows } = await sql<{ found: string }>`select distinct ${sql.ref(column)} as found from ${sql.table(table)}
    where ${allOf(all)} order by found limit ${sql.lit(maxNames)}`.execute(store.read)
  return rows.map((row) => row.found)
}
