import { describe, expect, it } from 'vitest'
import { reportState } from '../../../platform/state/report-state.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

const attributes = [
  { name: 'moisture', dataType: 'number' },
  { name: 'lid', dataType: 'boolean' },
  { name: 'note', dataType: 'string' },
]
const minute = 60_000
const dayMs = 86_400_000
const ofDays = { resolution: dayMs, timeZone: 'Europe/Berlin', aggregation: 'MEAN' }
const relay = { type: 'device', id: 'a'.repeat(24) } as const

interface Result {
  start: string
  end: string
  resolution: number
  devices: Record<string, { name: string; points: { time: string; data: Record<string, unknown> }[] }>
  attributes: Record<string, { time: string; value: unknown; sum: number; count: number }[]>
}

eachStore((_, open) => {
  async function setUp() {
    const test = await openPlatform(await open())
    test.clock.ms = Date.UTC(2026, 0, 2, 12)
    const { ok, platform, clock } = test
    const addDevice = async (more: object = {}) =>
      (await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes, ...more } })).id
    const report = (deviceId: string, ago: number, data: object) =>
      reportState(platform, deviceId, { time: new Date(clock.ms - ago).toISOString(), data }, relay)
    const query = (given: object) => ok<Result>('data.timeSeriesQuery', { query: given })
    const points = async (deviceId: string, given: object) =>
      (await query({ deviceIds: [deviceId], ...given })).devices[deviceId]?.points
    const iso = (ago: number) => new Date(clock.ms - ago).toISOString()
    return { ...test, addDevice, report, query, points, iso }
  }

  describe('a query over time', () => {
    // Losant's own example: https://docs.losant.com/references/aggregations/
    const losants = [41, 80, 7, 90, 40, 89, 33, 21, 63]
    const expected: [string, number][] = [
      ['COUNT', 9],
      ['FIRST', 41],
      ['LAST', 63],
      ['MAX', 90],
      ['MIN', 7],
      ['MEAN', 464 / 9],
      ['MEDIAN', 41],
      ['SUM', 464],
      ['STD_DEV', Math.sqrt(losants.reduce((sum, n) => sum + (n - 464 / 9) ** 2, 0) / 9)],
      // The first stands for no time before it came; each for a minute.
      ['TIME_WEIGHTED_AVERAGE', 464 / 9],
    ]
    it.each(expected)('aggregates by %s', async (aggregation, value) => {
      const { addDevice, report, points, iso } = await setUp()
      const id = await addDevice()
      for (const [index, moisture] of losants.entries()) await report(id, (9 - index) * minute, { moisture })
      const found = await points(id, { duration: 10 * minute, aggregation, attributes: ['moisture'] })
      expect(found).toEqual([{ time: iso(10 * minute), data: { moisture: expect.closeTo(value, 9) } }])
    })

    it('gives a point for each stretch that has any, at whole multiples of the resolution', async () => {
      const { addDevice, report, query, iso } = await setUp()
      const id = await addDevice()
      await report(id, 12 * minute, { moisture: 9, lid: true })
      await report(id, 11 * minute, { moisture: 3 })
      await report(id, 3 * minute, { moisture: 5 })
      await report(id, 0, { moisture: 100 })
      const given = { deviceIds: [id], end: 0, duration: 15 * minute, resolution: 5 * minute, aggregation: 'MEAN' }
      const points = [
        { time: iso(15 * minute), data: { lid: 1, moisture: 6 } },
        { time: iso(5 * minute), data: { moisture: 5 } },
      ]
      expect(await query(given)).toEqual({
        start: iso(15 * minute),
        limit: null,
        order: 'asc',
        end: iso(0),
        resolution: 5 * minute,
        aggregation: 'MEAN',
        devices: { [id]: { name: 'pot', tags: {}, points } },
      })
      expect((await query({ ...given, order: 'desc' })).devices[id]?.points).toEqual(points.toReversed())
    })

    it('shows first and last in the type of the attribute, and counts anything', async () => {
      const { addDevice, report, points } = await setUp()
      const id = await addDevice()
      await report(id, 2000, { lid: true, note: 'dry', moisture: 1 })
      await report(id, 1000, { lid: false, note: 'wet', moisture: 2 })
      const data = async (aggregation: unknown) => (await points(id, { duration: 5000, aggregation }))?.[0]?.data
      expect(await data('FIRST')).toEqual({ lid: true, note: 'dry', moisture: 1 })
      expect(await data('LAST')).toEqual({ lid: false, note: 'wet', moisture: 2 })
      expect(await data('COUNT')).toEqual({ lid: 2, note: 2, moisture: 2 })
      expect(await data({ type: 'SUM' })).toEqual({ lid: 1, moisture: 3 })
      expect(await data('MEDIAN')).toEqual({ lid: 0.5, moisture: 1.5 })
    })

    it('weighs by the time that a value stood, from before the range and across stretches', async () => {
      const { addDevice, report, points, iso } = await setUp()
      const id = await addDevice()
      await report(id, 60 * minute, { moisture: 10, note: 'dry', lid: true })
      await report(id, 15 * minute, { moisture: 40, note: 'wet' })
      await report(id, 5 * minute, { note: 'dry' })
      const range = { duration: 20 * minute, resolution: 10 * minute }
      const weighed = await points(id, { ...range, aggregation: 'TIME_WEIGHTED_AVERAGE', attributes: ['moisture'] })
      expect(weighed).toEqual([
        { time: iso(20 * minute), data: { moisture: 25 } },
        { time: iso(10 * minute), data: { moisture: 40 } },
      ])
      const at = (value: unknown) => ({ aggregation: { type: 'TIMEATVALUE', options: { value } } })
      expect(await points(id, { ...range, ...at('dry'), attributes: ['note'] })).toEqual([
        { time: iso(20 * minute), data: { note: 5 * minute } },
        { time: iso(10 * minute), data: { note: 5 * minute } },
      ])
      expect(await points(id, { duration: 20 * minute, ...at(true), attributes: ['lid'] })).toEqual([
        { time: iso(20 * minute), data: { lid: 20 * minute } },
      ])
      expect(await points(id, { duration: 20 * minute, ...at(7), attributes: ['moisture'] })).toEqual([
        { time: iso(20 * minute), data: { moisture: 0 } },
      ])
    })

    it('gives every state of one device as it came, up to the limit, and says where it ended', async () => {
      const { addDevice, report, points, query, refused, iso } = await setUp()
      const [id, other] = [await addDevice(), await addDevice()]
      for (const ago of [3000, 2000, 1000]) await report(id, ago, { moisture: ago, note: 'x' })
      const none = { aggregation: 'NONE', attributes: ['moisture'], duration: 3000 }
      expect(await points(id, none)).toEqual(
        [3000, 2000, 1000].map((ago) => ({ time: iso(ago), data: { moisture: ago } })),
      )
      const cut = await query({ ...none, deviceIds: [id], limit: 2, order: 'desc' })
      expect(cut.devices[id]).toEqual({
        name: 'pot',
        tags: {},
        points: [1000, 2000].map((ago) => ({ time: iso(ago), data: { moisture: ago } })),
      })
      expect(await refused('data.timeSeriesQuery', { query: { ...none, deviceIds: [id, other] } })).toMatchObject({
        statusCode: 400,
        message: 'query.aggregation NONE takes exactly one device',
      })
    })

    it('names devices by ID, by tag or by query, and takes them together where it is asked to', async () => {
      const { addDevice, report, query, iso } = await setUp()
      const west = await addDevice({ name: 'west', tags: [{ key: 'fleet', value: 'a' }] })
      const east = await addDevice({ name: 'east', tags: [{ key: 'fleet', value: 'a' }] })
      const other = await addDevice({ name: 'other' })
      await report(west, 1000, { moisture: 1, note: 'w' })
      await report(east, 2000, { moisture: 5, note: 'e' })
      await report(other, 1000, { moisture: 100 })
      const ids = async (given: object) => Object.keys((await query({ duration: 5000, ...given })).devices)
      const tagged = { deviceTags: [{ key: 'fleet', value: 'a' }] }
      expect(await ids(tagged)).toEqual([west, east])
      expect(await ids({ deviceIds: [other] })).toEqual([other])
      expect(await ids({ ...tagged, deviceIds: [other] })).toEqual([west, east, other])
      expect(await ids({ deviceQuery: { name: 'east' } })).toEqual([east])
      expect(await ids({ deviceIds: [] })).toEqual([])
      const across = (aggregation: string) =>
        query({ ...tagged, duration: 5000, acrossDevices: true, aggregation }).then((result) => result.attributes)
      expect(await across('MEAN')).toEqual({ moisture: [{ time: iso(5000), value: 3, sum: 6, count: 2 }] })
      expect(await across('FIRST')).toMatchObject({ moisture: [{ value: 5, count: 2 }], note: [{ value: 'e' }] })
      expect(await across('LAST')).toMatchObject({ moisture: [{ value: 1 }], note: [{ value: 'w' }] })
      expect(await across('MEDIAN')).toMatchObject({ moisture: [{ value: 3 }] })
      expect(await across('TIME_WEIGHTED_AVERAGE')).toMatchObject({ moisture: [{ value: 3 }] })
      // At the same time the first device's counts.
      await report(east, 1000, { moisture: 9, note: 'e' })
      await report(west, 2000, { moisture: 7 })
      expect(await across('FIRST')).toMatchObject({ moisture: [{ value: 7 }] })
      expect(await across('LAST')).toMatchObject({ moisture: [{ value: 1 }], note: [{ value: 'w', count: 3 }] })
    })

    it('begins stretches of days at the midnights of a time zone, the first at the start', async () => {
      const { addDevice, query, clock, report } = await setUp()
      const id = await addDevice()
      clock.ms = Date.parse('2026-03-30T10:00Z')
      // The clocks of Berlin skip an hour on the 29th: its day ends at 22:00Z.
      for (const time of ['28T22:59', '28T23:00', '29T21:59', '29T22:00', '30T09:00']) {
        await report(id, clock.ms - Date.parse(`2026-03-${time}Z`), { moisture: 1 })
      }
      const start = Date.parse('2026-03-28T12:00Z')
      const days = { deviceIds: [id], start, resolution: dayMs, aggregation: 'COUNT', timeZone: 'Europe/Berlin' }
      const counts = async (given: object) =>
        (await query({ ...days, ...given })).devices[id]?.points.map(({ time, data }) => [time, data.moisture])
      expect(await counts({})).toEqual([
        ['2026-03-28T12:00:00.000Z', 1],
        ['2026-03-28T23:00:00.000Z', 2],
        ['2026-03-29T22:00:00.000Z', 2],
      ])
      expect(await counts({ order: 'desc', end: Date.parse('2026-03-29T22:00Z') })).toEqual([
        ['2026-03-28T23:00:00.000Z', 2],
        ['2026-03-28T12:00:00.000Z', 1],
      ])
      expect(await counts({ resolution: 7 * dayMs })).toEqual([['2026-03-28T12:00:00.000Z', 5]])
      expect(await counts({ timeZone: undefined })).toEqual([
        ['2026-03-28T00:00:00.000Z', 2],
        ['2026-03-29T00:00:00.000Z', 2],
        ['2026-03-30T00:00:00.000Z', 1],
      ])
      const across = await query({ ...days, start: start - 9 * dayMs, acrossDevices: true })
      expect(across.attributes).toEqual({
        moisture: [1, 2, 2].map((count) => expect.objectContaining({ value: count, count })),
      })
    })

    const misfits: [string, object, string][] = [
      ['no devices', { duration: 5 }, 'names no devices'],
      ['an aggregation that there is not', { aggregation: 'AVG' }, 'must be one of'],
      ['TIMEATVALUE without a value', { aggregation: { type: 'TIMEATVALUE' } }, 'options.value is required'],
      ['a value for MEAN', { aggregation: { type: 'MEAN', options: { value: 1 } } }, 'takes no value'],
      ['a range that ends before it starts', { start: -1000, end: -2000 }, 'start is not before'],
      ['no duration', { duration: 0 }, 'duration must be >= 1'],
      ['no resolution', { resolution: 0 }, 'resolution must be >= 1'],
      ['a time that there is not', { start: -1e15 * 0.9, end: 1 }, ''],
      ['a limit past the largest', { limit: 25_001 }, 'limit must be <= 25000'],
      ['a time zone that there is not', { ...ofDays, timeZone: 'Mars/Base' }, 'there is no time zone "Mars/Base"'],
      ['a path for a time zone', { ...ofDays, timeZone: '../../etc/passwd' }, 'there is no time zone'],
      ['SQL for a time zone', { ...ofDays, timeZone: `UTC'; drop table devices --` }, 'there is no time zone'],
      ['no text for a time zone', { ...ofDays, timeZone: '' }, 'there is no time zone ""'],
      ['a long text for a time zone', { ...ofDays, timeZone: 'x'.repeat(61) }, 'timeZone must NOT have more than 60'],
      ['a list for a time zone', { ...ofDays, timeZone: ['UTC'] }, 'timeZone must be string'],
      [
        'hours of a time zone',
        { ...ofDays, resolution: 3_600_000 },
        'resolution of whole days: a multiple of 86400000',
      ],
      ['a day and a half of a time zone', { ...ofDays, resolution: 1.5 * dayMs }, 'resolution of whole days'],
      ['a time zone without a resolution', { timeZone: 'Europe/Berlin' }, 'resolution of whole days'],
      ['a time zone for plain points', { ...ofDays, aggregation: 'NONE' }, 'no meaning without an aggregation'],
      [
        'days of a time zone that end before they start',
        { ...ofDays, start: -1000, end: -2000 },
        'start is not before',
      ],
      ['more days than there may be', { ...ofDays, start: 1 }, 'at most 4000 stretches; take a coarser resolution'],
      ['all days of all time', { ...ofDays, start: -8e14, end: 9e14 }, 'at most 4000 stretches'],
      ['too many stretches to weigh', { start: 1, resolution: 1, aggregation: 'TIME_WEIGHTED_AVERAGE' }, 'too much'],
    ]
    it.each(misfits)('is refused with %s', async (name, given, message) => {
      const { addDevice, report, refused, ok, errors } = await setUp()
      const id = await addDevice()
      await report(id, 0, { moisture: 1 })
      const devices = name === 'no devices' ? {} : { deviceIds: [id] }
      const params = { query: { ...devices, ...given } }
      if (message === '') await ok('data.timeSeriesQuery', params)
      else
        expect(await refused('data.timeSeriesQuery', params)).toMatchObject({
          statusCode: 400,
          message: expect.stringContaining(message),
        })
      expect(errors).toEqual([])
    })
  })

  describe('a query for last values', () => {
    it('gives the last value of the attribute of each device, or its last state', async () => {
      const { addDevice, report, ok, iso, refused } = await setUp()
      const [one, two, none] = [await addDevice(), await addDevice(), await addDevice()]
      await report(one, 3000, { moisture: 1, note: 'x' })
      await report(one, 1000, { note: 'y', lid: false })
      await report(two, 2000, { moisture: 7 })
      const last = (query: object) => ok('data.lastValueQuery', { query })
      expect(await last({ deviceIds: [one, two, none], attribute: 'moisture' })).toEqual({
        [one]: { time: iso(3000), data: { moisture: 1 } },
        [two]: { time: iso(2000), data: { moisture: 7 } },
      })
      expect(await last({ deviceIds: [one] })).toEqual({ [one]: { time: iso(1000), data: { note: 'y', lid: false } } })
      expect(await last({ deviceIds: [] })).toEqual({})
      expect((await refused('data.lastValueQuery', { query: {} })).message).toContain('names no devices')
    })
  })
})
