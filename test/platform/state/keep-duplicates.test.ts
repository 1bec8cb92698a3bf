import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { expireStates } from '../../../platform/state/expire-states.ts'
import { exportStates } from '../../../platform/state/export-states.ts'
import { maxDuplicates } from '../../../platform/state/number-points.ts'
import { removeAllPoints, removePoints, rowsPerWrite } from '../../../platform/state/remove-points.ts'
import { reportState } from '../../../platform/state/report-state.ts'
import { aggregations } from '../../../platform/state/series-query.ts'
import { readSeries, seriesLimits } from '../../../platform/state/time-series.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

const relay = { type: 'device', id: 'a'.repeat(24) } as const
const attributes = [
  { name: 'x', dataType: 'number' },
  { name: 'note', dataType: 'string' },
]
type Data = Record<string, number | string>

eachStore((_name, open) => {
  async function setUp(device: object = { keepDuplicates: true }) {
    const test = await openPlatform(await open())
    const { ok, platform, clock } = test
    const posted = { device: { name: 'pot', attributes, ...device } }
    const { id: deviceId } = await ok<{ id: string }>('devices.post', posted)
    const at = clock.ms - 1000
    const time = new Date(at).toISOString()
    const report = (...states: Data[]) => {
      const given = states.map((data) => ({ time: at, data }))
      return reportState(platform, deviceId, given.length === 1 ? given[0] : given, relay)
    }
    const states = async (params: object = {}) => {
      const found = await ok<{ time: string; data: Data }[]>('device.getState', { deviceId, limit: 1000, ...params })
      expect(new Set(found.map((state) => state.time))).toEqual(new Set(found.length > 0 ? [time] : []))
      return found.map(({ data }) => data)
    }
    const patch = (patched: object) => ok('device.patch', { deviceId, device: patched })
    const query = async (asked: object) => {
      const whole = { deviceIds: [deviceId], start: at - 5000, end: at + 1000, ...asked }
      const { devices } = await ok<{ devices: Record<string, { points: { data: Data }[] }> }>('data.timeSeriesQuery', {
        query: whole,
      })
      return devices[deviceId]?.points.map(({ data }) => data)
    }
    return { ...test, deviceId, at, time, report, states, patch, query }
  }

  describe('a device that keeps duplicates', () => {
    it('shows that it does, and is changed to and fro', async () => {
      const { ok, deviceId, patch, refused } = await setUp({})
      const flag = async () => (await ok('device.get', { deviceId })).keepDuplicates
      expect(await flag()).toBe(false)
      for (const keepDuplicates of [true, false, true]) {
        await patch({ keepDuplicates })
        expect(await flag()).toBe(keepDuplicates)
        await patch({ name: 'other' })
        expect(await flag()).toBe(keepDuplicates)
      }
      for (const keepDuplicates of ['true', 1, null])
        expect(await refused('device.patch', { deviceId, device: { keepDuplicates } })).toMatchObject({
          statusCode: 400,
          message: expect.stringContaining('keepDuplicates'),
        })
    })

    it('keeps each of the states with the same time as it was reported, in one report and in several', async () => {
      const { report, states } = await setUp()
      await report({ x: 1, note: 'a' })
      await report({ x: 2 }, { x: 3, note: 'c' })
      await report({ note: 'd' })
      await report({ x: 1, note: 'a' })
      const inOrder = [{ x: 1, note: 'a' }, { x: 2 }, { x: 3, note: 'c' }, { note: 'd' }, { x: 1, note: 'a' }]
      expect(await states({ sortDirection: 'asc' })).toEqual(inOrder)
      expect(await states({ limit: 2 })).toEqual(inOrder.toReversed().slice(0, 2))
      expect(await states({ limit: 2, sortDirection: 'asc' })).toEqual(inOrder.slice(0, 2))
    })

    it('keeps what several write at once', async () => {
      const { report, states } = await setUp()
      await Promise.all(Array.from({ length: 20 }, (_, x) => report({ x })))
      expect((await states()).map(({ x }) => x).sort((one, other) => Number(one) - Number(other))).toEqual(
        Array.from({ length: 20 }, (_, x) => x),
      )
    })

    it('does not touch what others report for the same time', async () => {
      const { ok, report, states, platform, at } = await setUp()
      const { id } = await ok<{ id: string }>('devices.post', { device: { name: 'other', attributes } })
      const write = (deviceId: string, x: number) =>
        platform.states.write({ states: [{ deviceId, states: [{ time: at, data: { x } }], isBatch: false }], relay })
      await Promise.all([write(id, 1), report({ x: 1 }), write(id, 2), report({ x: 2 }), write(id, 3)])
      expect(await states()).toHaveLength(2)
      expect(await ok('device.getState', { deviceId: id, limit: 10 })).toMatchObject([{ data: { x: 3 } }])
    })

    it('has the value that was reported last as its last one', async () => {
      const { ok, report, deviceId, time } = await setUp()
      await report({ x: 1, note: 'a' }, { x: 5 }, { x: 2 })
      const composite = { x: { time, value: 2 }, note: { time, value: 'a' } }
      expect(await ok('device.getCompositeState', { deviceId })).toEqual(composite)
      expect(await ok('devices.getCompositeState')).toMatchObject({ items: [{ compositeState: composite }] })
      const query = { deviceIds: [deviceId], attribute: 'x' }
      expect(await ok('data.lastValueQuery', { query })).toEqual({ [deviceId]: { time, data: { x: 2 } } })
    })

    it('counts each of them in queries over time, the last of them as what lasts', async () => {
      const { report, query, platform, deviceId, at } = await setUp()
      await report({ x: 1 }, { x: 5 }, { x: 3 }, { x: 3 })
      const expected = {
        ...{ FIRST: 1, LAST: 3, COUNT: 4, MAX: 5, MIN: 1, MEDIAN: 3, MEAN: 3, SUM: 12 },
        ...{ STD_DEV: Math.sqrt(2), TIME_WEIGHTED_AVERAGE: 3 },
      }
      for (const aggregation of aggregations) {
        for (const resolution of [{}, { resolution: 1_000_000 }])
          expect(await query({ attributes: ['x'], aggregation, ...resolution }), aggregation).toEqual([
            { x: expect.closeTo(expected[aggregation], 9) },
          ])
      }
      expect(await query({ attributes: ['x'], aggregation: 'NONE' })).toHaveLength(4)
      const series = {
        ...{ devices: sql`devices.id = ${deviceId}`, attributes: ['x'], start: at, end: at + 1000 },
        ...{ resolution: undefined, order: 'asc' as const, acrossDevices: false },
      }
      // However few points a part may have, all of a millisecond are in one.
      for (const pointsAPart of [1, 2, 3]) {
        for (const type of ['COUNT', 'LAST', 'STD_DEV'] as const)
          expect(
            await readSeries(platform.store, { ...series, aggregation: { type } }, { ...seriesLimits, pointsAPart }),
          ).toMatchObject([{ number: expect.closeTo(expected[type], 9) }])
      }
    })

    it('keeps at most so many of one time, and then overwrites the last', async () => {
      const { report, states } = await setUp()
      await report(...Array.from({ length: maxDuplicates + 1 }, (_, x) => ({ x })))
      await report({ x: -1 }, { x: -2 })
      const found = await states()
      expect(found).toHaveLength(maxDuplicates)
      expect(found.slice(0, 2)).toEqual([{ x: -2 }, { x: maxDuplicates - 2 }])
    })

    it('keeps what it has when it keeps no more, and then overwrites the last of them', async () => {
      const { report, states, patch } = await setUp()
      await report({ x: 1, note: 'a' }, { x: 2 })
      await patch({ keepDuplicates: false })
      expect(await states()).toEqual([{ x: 2 }, { x: 1, note: 'a' }])
      await report({ x: 3, note: 'b' }, { x: 4 })
      expect(await states()).toEqual([{ x: 4 }, { x: 1, note: 'b' }])
      await patch({ keepDuplicates: true })
      await report({ x: 5 })
      expect(await states()).toEqual([{ x: 5 }, { x: 4 }, { x: 1, note: 'b' }])
    })

    it('exports a line for each, also where a page ends between them', async () => {
      const { report, platform, deviceId, at } = await setUp()
      const count = 137
      await report(...Array.from({ length: count }, (_, x) => ({ x })))
      await reportState(platform, deviceId, { time: at + 1, data: { x: count } }, relay)
      const devices = sql`devices.id = ${deviceId}`
      let file = ''
      for await (const part of await exportStates(platform.store, devices, { from: 1, to: at + 10 })) file += part
      const lines = file.trimEnd().split('\r\n').slice(1)
      expect(lines.map((line) => Number(line.split(',').at(-1)))).toEqual(
        Array.from({ length: count + 1 }, (_, x) => x),
      )
    })

    it('loses them all when its data is removed, in however many steps', async () => {
      const { deviceId, platform, at, states } = await setUp()
      for (let time = at; time < at + 8; time++) {
        const given = Array.from({ length: 900 }, (_, x) => ({ time, data: { x } }))
        await reportState(platform, deviceId, given, relay)
      }
      expect(8 * 900).toBeGreaterThan(rowsPerWrite)
      await removePoints(platform.store, deviceId, removeAllPoints)
      expect(await states()).toEqual([])
    })

    it('keeps the newest of them where only so many are kept, and loses the expired', async () => {
      const { report, states, platform, clock } = await setUp()
      await report(...Array.from({ length: 10 }, (_, x) => ({ x, note: `${x}` })))
      expect(await expireStates(platform, { ms: 0, points: 3 })).toBe(14)
      expect(await states()).toEqual([9, 8, 7].map((x) => ({ x, note: `${x}` })))
      expect(await expireStates(platform, { ms: 2000, points: 3 })).toBe(0)
      clock.ms += 2000
      expect(await expireStates(platform, { ms: 2000, points: 2 })).toBe(6)
      expect(await states()).toEqual([])
    })
  })
})
