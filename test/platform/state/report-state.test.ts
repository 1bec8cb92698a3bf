import { describe, expect, it } from 'vitest'
import { reportState } from '../../../platform/state/report-state.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

const attributes = [
  { name: 'moisture', dataType: 'number' },
  { name: 'lid', dataType: 'boolean' },
  { name: 'place', dataType: 'gps' },
  { name: 'note', dataType: 'string' },
  { name: 'photo', dataType: 'blob' },
]
const relay = { type: 'device', id: 'a'.repeat(24) } as const

eachStore((_name, open) => {
  async function setUp() {
    const test = await openPlatform(await open())
    const { platform, ok } = test
    const addDevice = async (more: object = {}) =>
      (await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes, ...more } })).id
    const deviceId = await addDevice()
    const report = (body: unknown, id = deviceId) => reportState(platform, id, body, relay)
    const states = (params: object = {}) => ok<object[]>('device.getState', { deviceId, limit: 100, ...params })
    const log = () => ok<object[]>('device.getLogEntries', { deviceId, limit: 100 })
    const iso = (ago = 0) => new Date(test.clock.ms - ago).toISOString()
    return { ...test, addDevice, deviceId, report, states, log, iso }
  }

  describe('a state', () => {
    it('is stored in the types of its attributes', async () => {
      const { report, states, iso, deviceId, ok } = await setUp()
      const data = { moisture: '41.5', lid: 1, place: '1.5, 2', note: 7, photo: 'aGk=' }
      expect(await report({ data, meta: { by: 'hand' }, flowVersion: 'v1' })).toEqual({ accepted: 1, dropped: [] })
      const stored = { moisture: 41.5, lid: true, place: '1.5,2', note: '7', photo: 'aGk=' }
      expect(await states()).toEqual([{ time: iso(), data: stored }])
      expect(await ok('device.getCompositeState', { deviceId, attributes: 'lid, note' })).toEqual({
        lid: { time: iso(), value: true },
        note: { time: iso(), value: '7' },
      })
    })

    it('of a millisecond overwrites what was reported for it, attribute by attribute', async () => {
      const { report, states, iso } = await setUp()
      await report({ time: iso(), data: { moisture: 1, note: 'kept' } })
      await report([
        { time: iso(), data: { moisture: 2 } },
        { time: iso(), data: { moisture: 3 } },
      ])
      expect(await states()).toEqual([{ time: iso(), data: { moisture: 3, note: 'kept' } }])
    })

    it('in a list counts one by one, with its own time', async () => {
      const { report, states, iso } = await setUp()
      const batch = [3000, 1000, 2000].map((ago) => ({ time: -ago, data: { moisture: ago } }))
      expect(await report(batch)).toEqual({ accepted: 3, dropped: [] })
      const expected = [1000, 2000, 3000].map((ago) => ({ time: iso(ago), data: { moisture: ago } }))
      expect(await states()).toEqual(expected)
      expect(await states({ limit: 2 })).toEqual(expected.slice(0, 2))
      expect(await states({ limit: '1', sortDirection: 'asc' })).toEqual(expected.slice(2))
      expect(await states({ since: -2000 })).toEqual(expected.slice(0, 2))
    })

    it('reads the last states whichever attributes they have', async () => {
      const { report, states, iso } = await setUp()
      await report(Array.from({ length: 20 }, (_, i) => ({ time: -i * 10, data: { moisture: i } })))
      await report({ time: -15, data: { note: 'between' } })
      await report({ time: -20, data: { lid: true } })
      expect(await states({ limit: 4 })).toEqual([
        { time: iso(), data: { moisture: 0 } },
        { time: iso(10), data: { moisture: 1 } },
        { time: iso(15), data: { note: 'between' } },
        { time: iso(20), data: { lid: true, moisture: 2 } },
      ])
    })

    it('loses what the device has no attribute for, what has the wrong type and what is null, and its log says so', async () => {
      const { report, states, log, iso } = await setUp()
      const reported = await report({ data: { moisture: 5, colour: 'red', lid: 'maybe', note: null } })
      expect(reported.dropped).toEqual([
        'colour was dropped: it is no attribute of the device.',
        'lid was dropped: it is neither true nor false.',
        'note was dropped: it is neither a number nor text nor a boolean.',
      ])
      expect(reported.accepted).toBe(1)
      expect(await states()).toEqual([{ time: iso(), data: { moisture: 5 } }])
      expect(await log()).toEqual([{ time: iso(), message: reported.dropped.join(' '), count: 1 }])
    })

    it('with nothing left is not stored, and the same again takes no further line of the log', async () => {
      const { report, states, log, clock, iso } = await setUp()
      for (let i = 0; i < 5; i++) {
        clock.ms += 1000
        expect(await report({ data: { colour: i } })).toMatchObject({ accepted: 0 })
      }
      expect(await states()).toEqual([])
      expect(await log()).toMatchObject([{ time: iso(), count: 5 }])
    })

    it('is ignored more than 30 days ago and more than a day ahead', async () => {
      const { report, states, log, iso } = await setUp()
      const day = 86_400_000
      const at = (ago: number) => ({ time: iso(ago), data: { moisture: 1 } })
      const { accepted, dropped } = await report([at(30 * day), at(30 * day + 1), at(-day), at(-day - 1)])
      expect(accepted).toBe(2)
      expect(dropped).toEqual([
        'A state was ignored: its time is more than 30 days ago.',
        'A state was ignored: its time is more than a day ahead.',
      ])
      expect(await states()).toHaveLength(2)
      expect(await log()).toHaveLength(1)
    })

    const misfits: [string, unknown, string][] = [
      ['nothing', undefined, 'must be object,array'],
      ['text', 'wet', 'must be object,array'],
      ['null', null, 'must be object,array'],
      ['no data', {}, 'data is required'],
      ['a list for data', { data: [1] }, 'data must be object'],
      [
        'an object for a value',
        { data: { moisture: { value: 1 } } },
        'data.moisture must be number,string,boolean,null',
      ],
      ['a list for a value', { data: { moisture: [1] } }, 'data.moisture must be'],
      ['a field that there is not', { data: {}, colour: 'red' }, 'colour is not a field'],
      ['a boolean for the time', { data: {}, time: true }, 'time must be string,number,object'],
      ['an empty object for the time', { data: {}, time: {} }, 'time.$date is required'],
      ['an empty list', [], 'must NOT have fewer than 1 items'],
      ['a list with a misfit in it', [{ data: { moisture: 1 } }, 7], '[1] must be object'],
      ['10,001 states', Array(10_001).fill({ data: {} }), 'must NOT have more than 10000 items'],
      ['U+0000', { data: { note: 'a\u0000b' } }, 'data.note must not contain the character U+0000'],
      ['a name of JavaScript', JSON.parse('{"data":{"__proto__":1}}'), 'is not allowed'],
    ]
    it.each(misfits)('of the wrong shape is refused, and nothing of it stored: %s', async (_name, body, message) => {
      const { report, states, log } = await setUp()
      await expect(report(body)).rejects.toMatchObject({ status: 400, message: expect.stringContaining(message) })
      expect([await states(), await log()]).toEqual([[], []])
    })

    it('of a device that does not exist is refused', async () => {
      const { report, ok, refused } = await setUp()
      await expect(report({ data: {} }, 'f'.repeat(24))).rejects.toMatchObject({ status: 404 })
      const params = { deviceId: 'f'.repeat(24) }
      for (const call of ['getState', 'getCompositeState', 'getLogEntries', 'getCommand', 'removeData']) {
        expect((await refused(`device.${call}`, params)).statusCode, call).toBe(404)
      }
      expect(await ok('devices.get')).toMatchObject({ totalCount: 1 })
    })

    it('in a batch of ten thousand is stored whole', async () => {
      const { report, states, ok, deviceId } = await setUp()
      const batch = Array.from({ length: 10_000 }, (_, i) => ({ time: -i, data: { moisture: i } }))
      expect((await report(batch)).accepted).toBe(10_000)
      expect(await states({ limit: 1000 })).toHaveLength(1000)
      const query = { deviceIds: [deviceId], aggregation: 'COUNT', end: 2e12, start: 1 }
      expect(await ok('data.timeSeriesQuery', { query })).toMatchObject({
        devices: { [deviceId]: { points: [{ data: { moisture: 10_000 } }] } },
      })
    })
  })

  describe('devices.sendState', () => {
    it('reports for several devices, or for none where one does not exist', async () => {
      const { addDevice, deviceId, ok, refused, states } = await setUp()
      const other = await addDevice()
      const multiDeviceState = [
        { deviceId, data: { moisture: 1 } },
        { deviceId: other, data: { moisture: 2 } },
        { deviceId, time: -5, data: { moisture: 0 } },
      ]
      await ok('devices.sendState', { multiDeviceState })
      expect(await states()).toHaveLength(2)
      const unknown = { deviceId: 'f'.repeat(24), data: { moisture: 3 } }
      const wrong = { multiDeviceState: [{ deviceId, time: -9, data: { moisture: 3 } }, unknown] }
      expect((await refused('devices.sendState', wrong)).statusCode).toBe(404)
      expect(await states()).toHaveLength(2)
    })
  })

  describe('what was reported', () => {
    it('is removed from a range, or whole, and of no other device', async () => {
      const { addDevice, deviceId, report, ok, states, clock } = await setUp()
      const other = await addDevice()
      const batch = [0, 1000, 2000, 3000].map((ago) => ({ time: -ago, data: { moisture: ago, note: 'x' } }))
      await report(batch)
      await report(batch, other)
      await ok('device.removeData', { deviceId, start: '-2000', end: -1000 })
      expect(await states()).toMatchObject([{ data: { moisture: 0 } }, { data: { moisture: 3000 } }])
      await report({ time: new Date(clock.ms + 60_000).toISOString(), data: { moisture: 9 } })
      await ok('device.removeData', { deviceId })
      expect(await states()).toEqual([])
      expect(await ok('device.getState', { deviceId: other, limit: 10 })).toHaveLength(4)
    })

    it('is removed in parts when it is much', async () => {
      const { deviceId, report, ok, platform } = await setUp()
      for (const from of [0, 10_000]) {
        await report(Array.from({ length: 7000 }, (_, i) => ({ time: -1 - from - i, data: { moisture: i } })))
      }
      await ok('device.removeData', { deviceId, end: -10_000 })
      const left = await platform.store.read.selectFrom('device_states').selectAll().execute()
      expect(left).toHaveLength(7000)
    })

    it('goes with the device, with all that is kept of it', async () => {
      const { deviceId, report, ok, platform } = await setUp()
      await report({ data: { moisture: 1, colour: 1 } })
      await ok('device.sendCommand', { deviceId, deviceCommand: { name: 'x' } })
      await ok('device.delete', { deviceId })
      for (const table of ['device_states', 'device_log', 'device_commands', 'device_attributes'] as const) {
        expect(await platform.store.read.selectFrom(table).selectAll().execute(), table).toEqual([])
      }
    })

    it('of an attribute is lost with its type, and hidden while the device has it not', async () => {
      const { deviceId, report, ok, states } = await setUp()
      await report({ data: { moisture: 1, note: 'x' } })
      const set = (given: object[]) => ok('device.patch', { deviceId, device: { attributes: given } })
      await set([{ name: 'moisture', dataType: 'number' }])
      expect(await states()).toMatchObject([{ data: { moisture: 1 } }])
      await set(attributes)
      expect(await states()).toMatchObject([{ data: { moisture: 1, note: 'x' } }])
      await set([
        { name: 'moisture', dataType: 'string' },
        { name: 'note', dataType: 'string' },
      ])
      expect(await states()).toMatchObject([{ data: { note: 'x' } }])
    })
  })
})
