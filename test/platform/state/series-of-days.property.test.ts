/** Queries over the days of a time zone, against plain arithmetic that asks the calendar of the zone minute by minute. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { zoneNamed } from '../../../contracts/time-zone.ts'
import { dayMs } from '../../../platform/state/local-days.ts'
import { type Aggregation, aggregations, type SeriesQuery } from '../../../platform/state/series-query.ts'
import { readSeries, seriesLimits } from '../../../platform/state/time-series.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

const minuteMs = 60_000
/** Zones, and an instant at which their clocks change. */
const changes: readonly [zone: string, at: string][] = [
  ['America/Sao_Paulo', '2018-11-04T03:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00Z'],
  ['Asia/Beirut', '2026-03-28T22:00Z'],
  ['America/Havana', '2026-11-01T05:00Z'],
  ['America/St_Johns', '2010-11-07T02:31Z'],
  ['Asia/Kathmandu', '2026-01-01T18:15Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
]
const given: Aggregation[] = [...aggregations.map((type) => ({ type })), { type: 'TIMEATVALUE', value: 3 }]

interface Point {
  readonly device: string
  readonly time: number
  readonly value: number
}

eachStore((databaseName, open) => {
  it('a query over the days of a time zone agrees with plain arithmetic, whatever was reported and wherever it begins', async () => {
    const store = await open()
    const { ok } = await openPlatform(store)
    const attributes = [{ name: 'moisture', dataType: 'number' }]
    const addDevice = async () => (await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes } })).id
    const devices = [await addDevice(), await addDevice()].sort()
    const moment = fc.record({
      device: fc.constantFrom(...devices),
      // Before the range as well, and at the very edges of its stretches.
      share: fc.double({ min: -0.2, max: 1.1, noNaN: true }),
      edge: fc.option(fc.nat(8), { nil: undefined }),
      off: fc.constantFrom(-1, 0, 1),
      value: fc.integer({ min: 1, max: 5 }),
    })
    const property = fc.asyncProperty(
      fc.constantFrom(...changes),
      fc.integer({ min: 0, max: 5 * 24 * 60 }),
      fc.integer({ min: 1, max: 9 * 24 * 60 }),
      fc.constantFrom(1, 1, 2, 7),
      fc.array(moment, { maxLength: 25, size: '+1' }),
      async ([zone, at], minutesBefore, minutes, days, moments) => {
        const start = Date.parse(at) - minutesBefore * minuteMs
        const end = start + minutes * minuteMs
        const stretches = stretchesOf(zone, { start, end, days })
        const points = distinct(
          moments.map(({ device, share, edge, off, value }) => {
            const time = edge === undefined ? start + Math.round(share * (end - start)) : stretches[edge]?.[0]
            return { device, value, time: (time ?? start) + off }
          }),
        )
        await store.write(async (tx) => {
          await tx.deleteFrom('device_states').execute()
          const rows = points.map(({ device, time, value }) => {
            return { device_id: device, attribute: 'moisture', time, nth: 0, number: value, text: null }
          })
          if (rows.length > 0) await tx.insertInto('device_states').values(rows).execute()
        })
        for (const aggregation of given) {
          for (const acrossDevices of [false, true]) {
            const query: SeriesQuery = {
              devices: sql`1 = 1`,
              attributes: undefined,
              order: 'asc',
              resolution: days * dayMs,
              timeZone: zoneNamed(zone),
              ...{ start, end, aggregation, acrossDevices },
            }
            const groups = acrossDevices ? [devices] : devices.map((device) => [device])
            const expected = stretches.flatMap(([from, until]) =>
              groups.flatMap((group) => {
                const value = plain(aggregation, points, group, from, until)
                return value === undefined ? [] : [[from, expect.closeTo(value, 8)]]
              }),
            )
            for (const pointsAPart of [2, seriesLimits.pointsAPart]) {
              const rows = await readSeries(store, query, { ...seriesLimits, pointsAPart })
              expect(
                rows.map(({ bucket, number }) => [bucket, number]),
                JSON.stringify([aggregation, acrossDevices, pointsAPart]),
              ).toEqual(expected)
            }
          }
        }
      },
    )
    await fc.assert(property, { numRuns: databaseName === 'SQLite' ? 60 : 15 })
  })
})

/** When stretches of so many days of the calendar begin and end. */
function stretchesOf(zone: string, { start, end, days }: { start: number; end: number; days: number }) {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const dayAt = (time: number) => Date.parse(format.format(time)) / dayMs
  const stretches: [number, number][] = [[start, end]]
  let next = dayAt(start) + days
  // Every change of these zones is at a whole minute.
  for (let time = Math.floor(start / minuteMs) * minuteMs + minuteMs; time < end; time += minuteMs) {
    if (dayAt(time) < next) continue
    const last = stretches.at(-1)
    if (last) last[1] = time
    stretches.push([time, end])
    while (next <= dayAt(time)) next += days
  }
  return stretches
}

/** One point of a device at a time, the oldest first, and of several devices the one with the lower ID. */
function distinct(points: readonly Point[]): Point[] {
  const found = new Map(points.map((point) => [`${point.device} ${point.time}`, point]))
  return [...found.values()].sort((one, other) => one.time - other.time || (one.device < other.device ? -1 : 1))
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function plain(aggregation: Aggregation, points: readonly Point[], devices: string[], from: number, until: number) {
  const own = points.filter(({ device }) => devices.includes(device))
  if (aggregation.type === 'TIMEATVALUE' || aggregation.type === 'TIME_WEIGHTED_AVERAGE') {
    const each = devices.map((name) =>
      weighed(
        aggregation,
        own.filter(({ device }) => device === name),
        from,
        until,
      ),
    )
    const known = each.filter((value) => value !== undefined)
    return known.length > 0 ? mean(known) : undefined
  }
  const inside = own.filter(({ time }) => time >= from && time < until)
  const values = inside.map(({ value }) => value)
  if (values.length === 0) return undefined
  const sorted = [...values].sort((one, other) => one - other)
  const middle = [sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, sorted[Math.floor(sorted.length / 2)] ?? 0]
  // At the same time, the device with the lower ID wins: it is the first.
  const latest = inside.at(-1)?.time
  const plainly: Readonly<Record<typeof aggregation.type, () => number>> = {
    COUNT: () => values.length,
    SUM: () => mean(values) * values.length,
    MEAN: () => mean(values),
    MAX: () => Math.max(...values),
    MIN: () => Math.min(...values),
    MEDIAN: () => mean(middle),
    STD_DEV: () => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2))),
    FIRST: () => values[0] ?? Number.NaN,
    LAST: () => inside.find(({ time }) => time === latest)?.value ?? Number.NaN,
  }
  return plainly[aggregation.type]()
}

function weighed(aggregation: Aggregation, points: readonly Point[], from: number, until: number) {
  const before = points.filter(({ time }) => time < from).slice(-1)
  const inside = points.filter(({ time }) => time >= from && time < until)
  const standing = [...before.map((point) => ({ ...point, time: from })), ...inside]
  const known = until - (standing[0]?.time ?? until)
  if (known === 0) return undefined
  const worth = (value: number) => (aggregation.type === 'TIMEATVALUE' ? Number(value === aggregation.value) : value)
  const total = standing.reduce((sum, { time, value }, index) => {
    return sum + worth(value) * ((standing[index + 1]?.time ?? until) - time)
  }, 0)
  return aggregation.type === 'TIMEATVALUE' ? total : total / known
}
