import { describe, expect, it } from 'vitest'
import { authenticate } from '../../../platform/auth/authenticate.ts'
import { readDeviceAccess } from '../../../platform/auth/sign-in.ts'
import { closeOpenConnections, noteConnected, noteDisconnected } from '../../../platform/state/connections.ts'
import { logOnDevice } from '../../../platform/state/device-log.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

eachStore((_name, open) => {
  async function setUp() {
    const test = await openPlatform(await open())
    const { ok, platform, clock } = test
    const addDevice = async (device: object = {}) =>
      (await ok<{ id: string }>('devices.post', { device: { name: 'pot', ...device } })).id
    const deviceId = await addDevice()
    const told: [string, object][] = []
    for (const name of [
      'commandSent',
      'deviceConnected',
      'deviceDisconnected',
      'deviceChanged',
      'keyChanged',
    ] as const) {
      platform.events.on(name, (detail) => told.push([name, detail]))
    }
    const signIn = async (id: string, key: object = {}) => {
      const made = await ok<{ id: string; key: string; secret: string }>('applicationKeys.post', {
        applicationKey: { deviceIds: [id], ...key },
      })
      const credentials = { deviceId: id, key: made.key, secret: made.secret }
      const { token } = await ok<{ token: string }>('auth.authenticateDevice', { credentials })
      return { keyId: made.id, actor: await authenticate(platform, token) }
    }
    const iso = (ago = 0) => new Date(clock.ms - ago).toISOString()
    const log = (id = deviceId) => ok<object[]>('device.getLogEntries', { deviceId: id, limit: 1000 })
    return { ...test, addDevice, deviceId, told, signIn, iso, log }
  }

  describe('a command', () => {
    it('is stored, told and listed, the last first', async () => {
      const { ok, deviceId, told, iso, clock, platform } = await setUp()
      const relay = { type: 'flow', id: platform.applicationId }
      await ok('device.sendCommand', { deviceId, deviceCommand: { name: 'water', payload: { ml: 50 }, time: -1000 } })
      await ok('device.sendCommand', { deviceId, deviceCommand: { name: 'stop' } })
      await ok('device.sendCommand', { deviceId, deviceCommand: { name: 'null', payload: null } })
      expect(told).toEqual([
        ['commandSent', { deviceId, name: 'water', payload: { ml: 50 }, time: clock.ms - 1000, relay }],
        ['commandSent', { deviceId, name: 'stop', payload: undefined, time: clock.ms, relay }],
        ['commandSent', { deviceId, name: 'null', payload: null, time: clock.ms, relay }],
      ])
      expect(await ok('device.getCommand', { deviceId })).toEqual([{ name: 'null', time: iso(), payload: null }])
      expect(await ok('device.getCommand', { deviceId, limit: 10, sortDirection: 'asc' })).toEqual([
        { name: 'water', time: iso(1000), payload: { ml: 50 } },
        { name: 'stop', time: iso() },
        { name: 'null', time: iso(), payload: null },
      ])
      expect(await ok('device.getCommand', { deviceId, limit: 10, since: -500 })).toHaveLength(2)
    })

    it('reaches the devices that are named, and is refused where none are named at all', async () => {
      const { ok, refused, addDevice, told } = await setUp()
      const west = await addDevice({ tags: [{ key: 'fleet', value: 'west' }] })
      const both = await addDevice({ name: 'both', tags: [{ key: 'fleet', value: 'west' }] })
      const send = async (multiDeviceCommand: object) => {
        told.length = 0
        await ok('devices.sendCommand', { multiDeviceCommand: { name: 'x', ...multiDeviceCommand } })
        return told.map(([, detail]) => Reflect.get(detail, 'deviceId'))
      }
      const deviceTags = [{ key: 'fleet', value: 'west' }]
      expect(await send({ deviceTags })).toEqual([west, both])
      expect(await send({ deviceIds: [both], deviceTags })).toEqual([west, both])
      expect(await send({ deviceIds: [west, 'f'.repeat(24)] })).toEqual([west])
      expect(await send({ deviceQuery: { name: 'both' } })).toEqual([both])
      expect(await send({ deviceIds: [] })).toEqual([])
      const wrong = (multiDeviceCommand: object) => refused('devices.sendCommand', { multiDeviceCommand })
      expect((await wrong({ name: 'x' })).message).toContain('multiDeviceCommand names no devices')
      expect((await wrong({ name: '', deviceTags })).statusCode).toBe(400)
      expect((await wrong({ name: 'x', deviceQuery: { colour: 1 } })).message).toContain(
        'multiDeviceCommand.deviceQuery',
      )
      const large = { name: 'x', deviceTags, payload: 'x'.repeat(262_144) }
      expect((await wrong(large)).message).toContain('longer than 262144 bytes')
    })

    it('for a device that does not exist is refused, and the oldest of very many are forgotten', async () => {
      const { ok, refused, deviceId } = await setUp()
      const to = (id: string) => ({ deviceId: id, deviceCommand: { name: 'x' } })
      expect((await refused('device.sendCommand', to('f'.repeat(24)))).statusCode).toBe(404)
      for (let i = 0; i < 105; i++) await ok('device.sendCommand', { deviceId, deviceCommand: { name: `n${i}` } })
      const kept = await ok<{ name: string }[]>('device.getCommand', { deviceId, limit: 1000 })
      expect(kept.map(({ name }) => name)).toEqual(Array.from({ length: 100 }, (_, i) => `n${104 - i}`))
    })
  })

  describe('a connection', () => {
    it('is noted with its end, the reason and the counts, and shown on the device', async () => {
      const { platform, deviceId, clock, iso, log, ok, told } = await setUp()
      await noteConnected(platform, deviceId, { at: clock.ms - 5000 })
      expect(await ok('device.get', { deviceId })).toMatchObject({ connectionInfo: { connected: 1, time: iso(5000) } })
      const end = { at: clock.ms, connectedAt: clock.ms - 5000, reason: 'Connection Lost', messagesFromClient: 7 }
      await noteDisconnected(platform, deviceId, { ...end, messagesToClient: 2 })
      expect(await ok('devices.get')).toMatchObject({ items: [{ connectionInfo: { connected: 0, time: iso() } }] })
      expect(await log()).toEqual([
        { time: iso(), connected: 0, disconnectReason: 'Connection Lost', messagesFromClient: 7, messagesToClient: 2 },
        { time: iso(5000), connected: 1 },
      ])
      expect(told).toEqual([
        ['deviceConnected', { deviceId, time: clock.ms - 5000 }],
        ['deviceDisconnected', { deviceId, time: clock.ms, connectedAt: clock.ms - 5000, reason: 'Connection Lost' }],
      ])
    })

    it('that another has taken over ends without the device being disconnected', async () => {
      const { platform, deviceId, ok, log } = await setUp()
      await noteConnected(platform, deviceId, { at: 1000 })
      await noteConnected(platform, deviceId, { at: 2000 })
      await noteDisconnected(platform, deviceId, { at: 2001, connectedAt: 1000 })
      expect(await ok('device.get', { deviceId })).toMatchObject({ connectionInfo: { connected: 1 } })
      expect(await log()).toHaveLength(3)
      await noteDisconnected(platform, deviceId, { at: 3000, connectedAt: 2000 })
      expect(await ok('device.get', { deviceId })).toMatchObject({ connectionInfo: { connected: 0 } })
    })

    it('of a device that does not exist is not noted', async () => {
      const { platform, told } = await setUp()
      const unknown = 'f'.repeat(24)
      await noteConnected(platform, unknown, { at: 1 })
      await noteDisconnected(platform, unknown, { at: 2 })
      await logOnDevice(platform, unknown, 'no')
      expect(await platform.store.read.selectFrom('device_log').selectAll().execute()).toEqual([])
      expect(told).toEqual([])
    })

    it('that is still open when a process starts is ended', async () => {
      const { platform, deviceId, addDevice, ok, log } = await setUp()
      const other = await addDevice()
      await noteConnected(platform, deviceId, { at: 1000 })
      await closeOpenConnections(platform, { at: 2000, reason: 'Restarted' })
      expect(await ok('devices.get', { query: { connectionStatus: 'connected' } })).toMatchObject({ totalCount: 0 })
      expect(await log()).toMatchObject([{ disconnectReason: 'Restarted' }, { connected: 1 }])
      expect(await log(other)).toEqual([])
    })

    it('is sorted and queried by', async () => {
      const { platform, deviceId: never, addDevice, ok } = await setUp()
      const [on, off] = [await addDevice(), await addDevice()]
      await noteConnected(platform, on, { at: 1000 })
      await noteConnected(platform, off, { at: 1000 })
      await noteDisconnected(platform, off, { at: 2000 })
      const find = async (params: object) =>
        (await ok<{ items: { id: string }[] }>('devices.get', params)).items.map(({ id }) => id)
      expect(await find({ query: { connectionStatus: 'connected' } })).toEqual([on])
      expect(await find({ query: { connectionStatus: { $ne: 'connected' } } })).toEqual([never, off])
      expect(await find({ query: { disconnectedAt: { $gte: 2000 } } })).toEqual([off])
      expect(await find({ query: { connectedAt: null } })).toEqual([never])
      expect(await find({ sortField: 'connectionStatus', sortDirection: 'desc', perPage: 3 })).toHaveLength(3)
      expect((await find({ sortField: 'connectionStatus' })).indexOf(off)).toBeLessThan(
        (await find({ sortField: 'connectionStatus' })).indexOf(on),
      )
    })

    it('is set by hand, and refused where it is nonsense', async () => {
      const { deviceId, ok, refused, log, iso } = await setUp()
      const set = (connectionStatus: object) => ({ deviceId, connectionStatus })
      await ok('device.setConnectionStatus', set({ status: 'connected', connectedAt: -3000 }))
      await ok('device.setConnectionStatus', set({ status: 'disconnected', disconnectReason: 'asleep' }))
      expect(await log()).toEqual([
        { time: iso(), connected: 0, disconnectReason: 'asleep' },
        { time: iso(3000), connected: 1 },
      ])
      const refusedWith = async (status: object) =>
        (await refused('device.setConnectionStatus', set(status))).statusCode
      expect(await refusedWith({ status: 'asleep' })).toBe(400)
      expect(await refusedWith({})).toBe(400)
      expect(await refusedWith({ status: 'disconnected', messagesToClient: -1 })).toBe(400)
      const unknown = { deviceId: 'f'.repeat(24), connectionStatus: { status: 'connected' } }
      expect((await refused('device.setConnectionStatus', unknown)).statusCode).toBe(404)
    })
  })

  describe('the log of a device', () => {
    it('keeps the newest 500 lines, counts what repeats, and takes any text', async () => {
      const { platform, deviceId, log } = await setUp()
      for (let i = 0; i < 505; i++) await logOnDevice(platform, deviceId, `line ${i}`)
      await logOnDevice(platform, deviceId, 'line 504')
      const lines = await log()
      expect(lines).toHaveLength(500)
      expect(lines).toContainEqual(expect.objectContaining({ message: 'line 504', count: 2 }))
      expect(JSON.stringify(lines)).not.toContain('line 4"')
      await logOnDevice(platform, deviceId, `a\u0000b\ud83c ${'x'.repeat(1e6)}`)
      expect(JSON.stringify(await log()).length).toBeLessThan(100_000)
    })
  })

  describe("a device's token", () => {
    it('reports for the device itself and its peripherals, and for no other that its key is good for', async () => {
      const { addDevice, ok, refused, signIn } = await setUp()
      const attributes = [{ name: 'moisture', dataType: 'number' }]
      const gateway = await addDevice({ deviceClass: 'gateway', attributes })
      const peripheral = await addDevice({ deviceClass: 'peripheral', gatewayId: gateway, attributes })
      const [seen, hidden] = [await addDevice({ attributes }), await addDevice({ attributes })]
      const { actor } = await signIn(gateway, { deviceIds: [gateway, seen] })
      const state = (deviceId: string) => ({ deviceId, deviceState: { data: { moisture: 1 } } })
      const several = (...ids: string[]) => ({
        multiDeviceState: ids.map((deviceId) => ({ deviceId, data: { moisture: 2 }, time: -1 })),
      })
      const status = (deviceId: string) => ({ deviceId, connectionStatus: { status: 'connected' } })
      await ok('device.sendState', state(gateway), actor)
      await ok('device.sendState', state(peripheral), actor)
      await ok('device.setConnectionStatus', status(peripheral), actor)
      expect(await ok('device.getState', { deviceId: gateway }, actor)).toHaveLength(1)
      await ok('devices.sendState', several(gateway, peripheral), actor)
      for (const [id, code] of [
        [seen, 403],
        [hidden, 404],
        ['f'.repeat(24), 404],
      ] as const) {
        expect((await refused('device.sendState', state(id), actor)).statusCode, id).toBe(code)
        expect((await refused('devices.sendState', several(gateway, id), actor)).statusCode, id).toBe(code)
        expect((await refused('device.setConnectionStatus', status(id), actor)).statusCode, id).toBe(code)
      }
      expect(await ok('device.getState', { deviceId: gateway, limit: 10 })).toHaveLength(2)
      const plain = await signIn(seen)
      expect((await refused('device.sendState', state(gateway), plain.actor)).statusCode).toBe(404)
    })

    it('is not taken for a gateway because another device says that it stands behind it', async () => {
      const { addDevice, refused, signIn } = await setUp()
      const plain = await addDevice({ attributes: [{ name: 'moisture', dataType: 'number' }] })
      const behind = await addDevice({ gatewayId: plain })
      const { actor } = await signIn(plain)
      const state = { deviceId: behind, deviceState: { data: {} } }
      expect((await refused('device.sendState', state, actor)).statusCode).toBe(404)
    })

    it('sees the data and commands of the devices that its key is good for, alone', async () => {
      const { addDevice, ok, refused, signIn, told } = await setUp()
      const attributes = [{ name: 'moisture', dataType: 'number' }]
      const tags = [{ key: 'fleet', value: 'west' }]
      const [mine, other] = [await addDevice({ attributes, tags }), await addDevice({ attributes, tags })]
      const state = { deviceState: { data: { moisture: 1 }, time: -1 } }
      for (const deviceId of [mine, other]) await ok('device.sendState', { deviceId, ...state })
      const { actor } = await signIn(mine)
      const all = { deviceIds: [mine, other], deviceTags: tags, deviceQuery: {} }
      const series = await ok<{ devices: object }>('data.timeSeriesQuery', { query: all }, actor)
      expect(Object.keys(series.devices)).toEqual([mine])
      expect(Object.keys(await ok('data.lastValueQuery', { query: all }, actor))).toEqual([mine])
      await ok('devices.sendCommand', { multiDeviceCommand: { name: 'x', ...all } }, actor)
      expect(told).toMatchObject([['commandSent', { deviceId: mine, relay: { type: 'device', id: mine } }]])
      for (const call of ['getState', 'getCompositeState', 'getCommand', 'getLogEntries']) {
        expect((await refused(`device.${call}`, { deviceId: other }, actor)).statusCode, call).toBe(404)
      }
      const command = { deviceId: other, deviceCommand: { name: 'x' } }
      expect((await refused('device.sendCommand', command, actor)).statusCode).toBe(404)
      expect((await refused('device.removeData', { deviceId: mine }, actor)).statusCode).toBe(403)
    })
  })

  describe('what the broker asks', () => {
    it('is answered as it is now, and changes are told', async () => {
      const { platform, addDevice, ok, signIn, told } = await setUp()
      const gateway = await addDevice({ deviceClass: 'gateway' })
      const behind = await addDevice({ gatewayId: gateway })
      const { keyId } = await signIn(gateway, { filterType: 'whitelist', pubTopics: ['a/#'] })
      const access = () => readDeviceAccess(platform, gateway, keyId)
      expect(await access()).toMatchObject({
        device: { id: gateway, device_class: 'gateway' },
        key: { id: keyId, filter_type: 'whitelist', pub_topics: '["a/#"]' },
        peripheralIds: [behind],
      })
      await ok('device.patch', { deviceId: gateway, device: { deviceClass: 'standalone' } })
      expect(await access()).toMatchObject({ peripheralIds: [] })
      await ok('applicationKey.patch', { applicationKeyId: keyId, applicationKey: { status: 'inactive' } })
      expect(await access()).toBeUndefined()
      await ok('applicationKey.patch', { applicationKeyId: keyId, applicationKey: { status: 'active' } })
      expect(await access()).toBeDefined()
      await ok('applicationKey.delete', { applicationKeyId: keyId })
      expect(await access()).toBeUndefined()
      expect(told.map(([name]) => name)).toEqual(['deviceChanged', 'keyChanged', 'keyChanged', 'keyChanged'])
    })
  })

  describe('the application', () => {
    it('has a readme', async () => {
      const { ok, refused, platform, iso } = await setUp()
      expect(await ok('application.readme')).toEqual({ applicationId: platform.applicationId, content: '' })
      const patched = await ok('application.readmePatch', { readme: { content: '# lōm' } })
      expect(patched).toEqual({ applicationId: platform.applicationId, content: '# lōm', lastUpdated: iso() })
      expect(await ok('application.readme')).toEqual(patched)
      const long = { readme: { content: 'x'.repeat(131_073) } }
      expect((await refused('application.readmePatch', long)).statusCode).toBe(400)
    })

    it('finds what it has by part of the name, with the wildcards of every filter, or by ID', async () => {
      const { ok, addDevice } = await setUp()
      const fern = await addDevice({ name: 'Fern 100%' })
      await ok('experienceUsers.post', { experienceUser: { email: 'fern@lom.example', password: 'correct horse' } })
      await ok('experienceGroups.post', { experienceGroup: { name: 'ferns' } })
      await ok('applicationApiTokens.post', { apiToken: { name: 'ci' } })
      const search = (filter: string) =>
        ok<{ _type: string; name: string; id: string }[]>('application.search', { filter })
      expect((await search('fern')).map(({ _type, name }) => [_type, name])).toEqual([
        ['device', 'Fern 100%'],
        ['experienceUser', 'fern@lom.example'],
        ['experienceGroup', 'ferns'],
      ])
      expect(await search('100%')).toEqual([{ _type: 'device', name: 'Fern 100%', id: fern }])
      expect(await search(fern)).toHaveLength(1)
      expect(await search('f*s')).toHaveLength(1)
      expect(await search('_')).toEqual([])
    })
  })
})
