/** What newer versions of Losant's client send, and what they expect. */
import { describe, expect, it } from 'vitest'
import { anonymousActor } from '../../../platform/auth/actor.ts'
import { authenticate } from '../../../platform/auth/authenticate.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

interface Made {
  readonly id: string
}
const attributes = [
  { name: 'moisture', dataType: 'number' },
  { name: 'lid', dataType: 'boolean', attributeTags: { unit: 'none' } },
]

eachStore((_name, open) => {
  async function setUp() {
    const administrator = { email: 'root@lom.example', password: 'a long password' }
    const test = await openPlatform(await open(), { administrator })
    const device = { name: 'pot', tags: [{ key: 'floor', value: '2' }], attributes }
    const { id: deviceId } = await test.ok<Made>('devices.post', { device })
    const report = (moisture: number) => test.ok('device.sendState', { deviceId, deviceState: { data: { moisture } } })
    return { ...test, deviceId, report, administrator }
  }

  describe("Losant's newer client", () => {
    it('asks for the past by start, end and duration', async () => {
      const { ok, deviceId, report, clock } = await setUp()
      const began = clock.ms
      for (const moisture of [1, 2, 3]) {
        clock.ms = began + moisture * 1000
        await report(moisture)
      }
      const found = async (params: object) =>
        (
          await ok<{ data: { moisture: number } }[]>('device.getState', {
            deviceId,
            limit: 9,
            sortDirection: 'asc',
            ...params,
          })
        ).map(({ data }) => data.moisture)
      expect(await found({ start: began + 2000 })).toEqual([2, 3])
      expect(await found({ end: began + 2000 })).toEqual([1, 2])
      expect(await found({ start: String(began + 1000), duration: '1000' })).toEqual([1, 2])
      expect(await found({ duration: 1500 })).toEqual([2, 3])
      expect(await found({ end: began + 2000, duration: 500 })).toEqual([2])
      for (const call of ['device.getCommand', 'device.getLogEntries']) {
        expect(await ok(call, { deviceId, start: 1, end: began - 1 })).toEqual([])
      }
    })

    it('gets points over time with the limit, the order and the tags of devices, and nothing else', async () => {
      const { ok, deviceId, report } = await setUp()
      await report(5)
      const query = { deviceIds: [deviceId], order: 'desc' }
      const result = await ok<{ devices: Record<string, object> }>('data.timeSeriesQuery', { query })
      expect(Object.keys(result).sort()).toEqual([
        'aggregation',
        'devices',
        'end',
        'limit',
        'order',
        'resolution',
        'start',
      ])
      expect(result).toMatchObject({ limit: null, order: 'desc' })
      expect(result.devices[deviceId]).toMatchObject({ name: 'pot', tags: { floor: ['2'] } })
      const raw = { ...query, aggregation: 'NONE', limit: 1 }
      const { devices } = await ok<{ devices: Record<string, object> }>('data.timeSeriesQuery', { query: raw })
      expect(Object.keys(devices[deviceId] ?? {}).sort()).toEqual(['name', 'points', 'tags'])
    })

    it('gets devices in the form that it asks for, also of those that it makes and changes', async () => {
      const { ok, deviceId } = await setUp()
      const form = { tagsAsObject: true, attributesAsObject: '1' }
      const shown = { tags: { floor: ['2'] }, attributes: { moisture: { dataType: 'number' } } }
      const device = { name: 'other', tags: [{ key: 'floor', value: '2' }], attributes }
      expect(await ok('devices.post', { device, ...form })).toMatchObject(shown)
      expect(await ok('device.patch', { deviceId, device: {}, ...form })).toMatchObject(shown)
      expect(await ok('devices.get', { queryDeleted: 'false', query: { $and: [] } })).toMatchObject({ totalCount: 2 })
    })

    it('signs the administrator in for as long as it asks', async () => {
      const { ok, platform, clock, administrator } = await setUp()
      const credentials = { ...administrator, tokenTTL: 90 * 86_400 }
      const { token } = await ok<{ token: string }>('auth.authenticateUser', { credentials }, anonymousActor)
      const isGood = async () => (await authenticate(platform, token)).kind === 'administrator'
      clock.ms += 89 * 86_400_000
      expect(await isGood()).toBe(true)
      clock.ms += 2 * 86_400_000
      expect(await isGood()).toBe(false)
    })

    it('reads and changes attributes one by one', async () => {
      const { ok, refused, deviceId, report } = await setUp()
      await report(5)
      const path = { deviceId, name: 'moisture' }
      expect(
        await ok('deviceAttributes.get', { deviceId, sortField: 'name', filterField: 'name', filter: '*D' }),
      ).toMatchObject({
        items: [{ name: 'lid', deviceId }],
        totalCount: 1,
      })
      const post = { deviceId, deviceAttribute: { name: 'light', dataType: 'string' } }
      expect(await ok('deviceAttributes.post', post)).toMatchObject({ name: 'light', dataType: 'string' })
      expect(await refused('deviceAttributes.post', post)).toMatchObject({ statusCode: 409 })
      const deviceAttribute = { description: 'of the soil' }
      expect(await ok('deviceAttribute.patch', { ...path, deviceAttribute })).toMatchObject(deviceAttribute)
      expect(await ok('deviceAttribute.get', path)).toMatchObject({ dataType: 'number', ...deviceAttribute })
      expect(await ok('device.getState', { deviceId })).toMatchObject([{ data: { moisture: 5 } }])
      await ok('deviceAttribute.delete', path)
      expect(await refused('deviceAttribute.get', path)).toMatchObject({ statusCode: 404 })
      expect(await ok('device.getState', { deviceId })).toEqual([])
    })

    it('lists names and composite states of devices', async () => {
      const { ok, deviceId, report, clock } = await setUp()
      await report(5)
      await ok('devices.post', { device: { name: 'Shelf' } })
      expect(await ok('devices.deviceNames', { startsWith: 'P' })).toEqual({
        deviceSummary: [{ id: deviceId, name: 'pot', deviceClass: 'standalone' }],
      })
      const moisture = { value: 5, time: new Date(clock.ms).toISOString() }
      expect(await ok('devices.getCompositeState', { sortField: 'name' })).toMatchObject({
        items: [
          { name: 'Shelf', compositeState: {} },
          { name: 'pot', compositeState: { moisture } },
        ],
        totalCount: 2,
      })
    })

    it('changes, empties and deletes devices in bulk', async () => {
      const { ok, refused, deviceId, report } = await setUp()
      await report(5)
      await ok('devices.post', { device: { name: 'Shelf' } })
      const patchInfo = { query: { name: 'pot' }, updateFields: { description: 'green' } }
      expect(await ok('devices.patch', { patchInfo })).toEqual({ updated: 1, failed: 0, skipped: 0 })
      expect(await ok('device.get', { deviceId })).toMatchObject({ description: 'green' })
      const isOwnParent = { deviceIds: [deviceId], updateFields: { parentId: deviceId } }
      expect(await ok('devices.patch', { patchInfo: isOwnParent })).toEqual({ updated: 0, failed: 1, skipped: 0 })
      expect(await ok('devices.removeData', { options: { query: {} } })).toEqual({ completed: 2, notApplicable: 0 })
      expect(await ok('device.getState', { deviceId })).toEqual([])
      expect(await refused('devices.delete', { options: {} })).toMatchObject({ statusCode: 400 })
      expect(await ok('devices.delete', { options: { query: { name: 'pot' } } })).toEqual({ removed: 1, failed: 0 })
      expect(await ok('devices.get')).toMatchObject({ items: [{ name: 'Shelf' }] })
    })

    it('publishes a message, but on no topic of devices', async () => {
      const { ok, refused, platform, deviceId } = await setUp()
      const told: object[] = []
      platform.events.on('messagePublished', (message) => told.push(message))
      await ok('application.mqttPublishMessage', { payload: { topic: 'pots/all', message: 'hello' } })
      expect(told).toEqual([{ topic: 'pots/all', text: 'hello' }])
      for (const topic of [`losant/${deviceId}/command`, '$SYS/a', 'a/#', 'a/+/b']) {
        expect(await refused('application.mqttPublishMessage', { payload: { topic, message: 'x' } })).toMatchObject({
          statusCode: 400,
        })
      }
    })
  })
})
