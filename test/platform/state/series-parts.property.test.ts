/** Long stretches on SQLite, which are computed in parts, and what a query may ask for at most. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, expect, it } from 'vitest'
import { zoneNamed } from '../../../contracts/time-zone.ts'
import { dayMs } from '../../../platform/state/local-days.ts'
import { reportState } from '../../../platform/state/report-state.ts'
import {
  type Aggregation,
  aggregations,
  type SeriesQuery,
  type SeriesRow,
} from '../../../platform/state/series-query.ts'
import { readSeries, seriesLimits } from '../../../platform/state/time-series.ts'
import { openTemporaryStore, type StoreSettings } from '../../../platform/store/open-store.ts'
import { openPlatform, type TestPlatform } from '../test-platform.ts'

const relay = { type: 'device', id: 'a'.repeat(24) } as const
const attributes = [
  { name: 'moisture', dataType: 'number' },
  { name: 'lid', dataType: 'boolean' },
  { name: 'note', dataType: 'string' },
]
/** All but the median. */
const mergeable: Aggregation[] = [
  ...aggregations.filter((type) => type !== 'MEDIAN').map((type) => ({ type })),
  { type: 'TIMEATVALUE', value: true },
  { type: 'TIMEATVALUE', value: 'dry' },
]

const shown = ({ attribute, bucket, number, text }: SeriesRow) => ({ attribute, bucket, number, text })

const opened: TestPlatform[] = []
afterEach(() => Promise.all(opened.splice(0).map(({ platform }) => platform.store.close())))

async function setUp(settings: Partial<StoreSettings> = {}) {
  const test = await openPlatform(await openTemporaryStore(settings))
  opened.push(test)
  const { ok, platform, clock } = test
  const addDevice = async () => (await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes } })).id
  const query: SeriesQuery = {
    devices: sql`1 = 1`,
    attributes: undefined,
    start: clock.ms - 3_600_000,
    end: clock.ms,
    resolution: undefined,
    aggregation: { type: 'MEAN' },
    order: 'asc',
    acrossDevices: false,
  }
  return { ...test, store: platform.store, addDevice, query }
}

it('come to the same in parts as in one, of a device and of several', async () => {
  const { store, addDevice, query, platform, clock } = await setUp()
  const devices = [await addDevice(), await addDevice(), await addDevice()]
  // Before the range as well: what stands on into it.
  const report = fc.record({
    deviceId: fc.constantFrom(...devices),
    time: fc.integer({ min: -4000, max: -1 }).map((seconds) => clock.ms + seconds * 1000),
    data: fc.record(
      {
        moisture: fc.integer({ min: 1_000_000, max: 1_000_050 }),
        lid: fc.boolean(),
        note: fc.constantFrom('dry', 'wet'),
      },
      { requiredKeys: [] },
    ),
  })
  const property = fc.asyncProperty(
    fc.array(report, { minLength: 1, maxLength: 60 }),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom(undefined, 1_000_000),
    async (reports, pointsAPart, resolution) => {
      await store.write((tx) => tx.deleteFrom('device_states').execute())
      for (const { deviceId, ...state } of reports) await reportState(platform, deviceId, state, relay)
      for (const acrossDevices of [false, true]) {
        for (const aggregation of mergeable) {
          const given = { ...query, resolution, aggregation, acrossDevices }
          const inOne = await readSeries(store, given, { ...seriesLimits, unpartedMs: 1e15 })
          const inParts = await readSeries(store, given, { ...seriesLimits, unpartedMs: 0, pointsAPart })
          expect(inParts.map(shown), aggregation.type).toEqual(
            inOne.map((row) => ({ ...shown(row), number: row.number === null ? null : expect.closeTo(row.number, 4) })),
          )
        }
      }
    },
  )
  await fc.assert(property, { numRuns: 40 })
})

it('gives a median of as many points as it may take, and refuses one of more', async () => {
  const { store, addDevice, query, platform, clock } = await setUp()
  const devices = [await addDevice(), await addDevice()]
  const states = [3, 2, 1].map((ago) => ({ time: clock.ms - ago * 1000, data: { moisture: ago, note: 'x' } }))
  for (const deviceId of devices) await reportState(platform, deviceId, states, relay)
  const read = (acrossDevices: boolean, medianPoints: number) =>
    readSeries(store, { ...query, aggregation: { type: 'MEDIAN' }, acrossDevices }, { ...seriesLimits, medianPoints })
  expect(await read(false, 3)).toMatchObject(devices.map((device_id) => ({ device_id, number: 2 })))
  await expect(read(false, 2)).rejects.toThrow('a median takes at most 2 points of a stretch; take a finer resolution')
  expect(await read(true, 6)).toMatchObject([{ attribute: 'moisture', number: 2, sum: 12, count: 6 }])
  await expect(read(true, 5)).rejects.toThrow('a median over several devices takes at most 5 points; take a shorter')
})

it('is refused where more values come out, or more stretches are read, than may', async () => {
  const { store, addDevice, query, platform, clock } = await setUp()
  const states = [3, 2, 1].map((ago) => ({ time: clock.ms - ago * 1000, data: { moisture: ago } }))
  await reportState(platform, await addDevice(), states, relay)
  const read = (limits: object) => readSeries(store, { ...query, resolution: 1000 }, { ...seriesLimits, ...limits })
  expect(await read({ values: 3, parts: 3 })).toHaveLength(3)
  await expect(read({ values: 2 })).rejects.toThrow('more than 2 values come out; take a coarser resolution')
  await expect(read({ parts: 2 })).rejects.toThrow('more than 2 stretches are read; take a coarser resolution')
})

it('is refused where it takes too long, by 400 and not as though the database had failed', async () => {
  const { refused, addDevice, platform, clock } = await setUp({ workLimitMs: 1 })
  const deviceId = await addDevice()
  const points = Array.from({ length: 20_000 }, (_, index) => {
    return { device_id: deviceId, attribute: 'moisture', time: clock.ms - 1 - index, nth: 0, number: index, text: null }
  })
  for (let from = 0; from < points.length; from += 1000) {
    await platform.store.write((tx) =>
      tx
        .insertInto('device_states')
        .values(points.slice(from, from + 1000))
        .execute(),
    )
  }
  const query = { deviceIds: [deviceId], duration: 20_000, resolution: 1, aggregation: 'MEAN' }
  expect(await refused('data.timeSeriesQuery', { query })).toMatchObject({
    statusCode: 400,
    message: 'query asks for too much: it reads too many points; take a shorter range',
  })
})

it('is refused with more days of a time zone, of all series together, than may come out', async () => {
  const { store, addDevice, query } = await setUp()
  await addDevice()
  const days = { ...query, start: query.end - 9 * dayMs, resolution: dayMs, timeZone: zoneNamed('Asia/Kathmandu') }
  const read = (limits: object) => readSeries(store, days, { ...seriesLimits, ...limits })
  expect(await read({ days: 10, values: 30 })).toEqual([])
  await expect(read({ days: 9 })).rejects.toThrow('at most 9 stretches')
  await expect(read({ values: 29 })).rejects.toThrow('more than 29 values come out')
})
