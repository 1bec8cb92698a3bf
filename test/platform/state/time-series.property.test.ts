import fc from 'fast-check'
import { expect, it } from 'vitest'
import { reportState } from '../../../platform/state/report-state.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

interface Result {
  readonly devices: Record<string, { readonly points: unknown }>
  readonly attributes: Record<string, unknown>
}

const relay = { type: 'device', id: 'a'.repeat(24) } as const

eachStore((databaseName, open) => {
  it('a query over time agrees with plain arithmetic, whatever was reported', async () => {
    const { ok, platform, clock } = await openPlatform(await open())
    clock.ms = Date.UTC(2026, 0, 2, 12)
    const attributes = [{ name: 'moisture', dataType: 'number' }]
    const addDevice = async () => (await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes } })).id
    const query = (given: object) => ok<Result>('data.timeSeriesQuery', { query: given })
    const report = fc.record({
      ago: fc.integer({ min: 1, max: 3600 }),
      value: fc.integer({ min: -50, max: 50 }),
      isOther: fc.boolean(),
    })
    const property = fc.asyncProperty(
      fc.uniqueArray(report, { minLength: 1, maxLength: 40, selector: ({ ago }) => ago }),
      fc.constantFrom(7, 60, 600, 5000),
      async (reports, seconds) => {
        const deviceIds = [await addDevice(), await addDevice()]
        const own = reports.map(({ ago, value, isOther }) => ({ time: clock.ms - ago * 1000, value, isOther }))
        for (const { time, value, isOther } of own) {
          await reportState(platform, deviceIds[Number(isOther)] ?? '', { time, data: { moisture: value } }, relay)
        }
        const range = { deviceIds, duration: 3_600_000, resolution: seconds * 1000, attributes: ['moisture'] }
        for (const [aggregation, compute] of Object.entries(arithmetic)) {
          const expected = (isMeant: (one: { isOther: boolean }) => boolean) =>
            inStretches(own.filter(isMeant), seconds * 1000).map(([bucket, values]) => ({
              time: new Date(bucket).toISOString(),
              value: expect.closeTo(compute(values), 8),
              count: values.length,
            }))
          const each = await query({ ...range, aggregation })
          for (const [index, id] of deviceIds.entries()) {
            expect(each.devices[id]?.points, aggregation).toEqual(
              expected(({ isOther }) => Number(isOther) === index).map(({ time, value }) => ({
                time,
                data: { moisture: value },
              })),
            )
          }
          const all = await query({ ...range, aggregation, acrossDevices: true })
          expect(all.attributes.moisture ?? [], aggregation).toMatchObject(expected(() => true))
        }
        const weighed = await query({
          ...range,
          aggregation: 'TIME_WEIGHTED_AVERAGE',
          deviceIds: deviceIds.slice(0, 1),
        })
        expect(weighed.devices[deviceIds[0] ?? '']?.points).toEqual(
          weigh(
            own.filter(({ isOther }) => !isOther),
            clock.ms - range.duration,
            clock.ms,
            range.resolution,
          ),
        )
      },
    )
    await fc.assert(property, { numRuns: databaseName === 'SQLite' ? 50 : 10 })
  })
})

type Reports = readonly { readonly time: number; readonly value: number }[]

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const valuesOf = (reports: Reports) => reports.map(({ value }) => value)
const arithmetic: Record<string, (reports: Reports) => number> = {
  COUNT: (reports) => reports.length,
  FIRST: (reports) => reports[0]?.value ?? Number.NaN,
  LAST: (reports) => reports.at(-1)?.value ?? Number.NaN,
  MAX: (reports) => Math.max(...valuesOf(reports)),
  MIN: (reports) => Math.min(...valuesOf(reports)),
  SUM: (reports) => mean(valuesOf(reports)) * reports.length,
  MEAN: (reports) => mean(valuesOf(reports)),
  MEDIAN: (reports) => {
    const sorted = valuesOf(reports).sort((one, other) => one - other)
    return mean([sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, sorted[Math.floor(sorted.length / 2)] ?? 0])
  },
  STD_DEV: (reports) => {
    const values = valuesOf(reports)
    return Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))
  },
}

function inStretches(reports: Reports, resolution: number): [number, Reports][] {
  const found = new Map<number, { time: number; value: number }[]>()
  for (const one of [...reports].sort((a, b) => a.time - b.time)) {
    const bucket = Math.floor(one.time / resolution) * resolution
    const group = found.get(bucket)
    if (group) group.push(one)
    else found.set(bucket, [one])
  }
  return [...found]
}

/** Second by second, since reports come and stretches begin at whole ones: what was reported last stands. */
function weigh(reports: Reports, start: number, end: number, resolution: number) {
  const newestFirst = [...reports].sort((one, other) => other.time - one.time)
  const standing: { time: number; value: number }[] = []
  for (let time = start; time < end; time += 1000) {
    const last = newestFirst.find((report) => report.time <= time)
    if (last) standing.push({ time, value: last.value })
  }
  return inStretches(standing, resolution).map(([bucket, seconds]) => ({
    time: new Date(bucket).toISOString(),
    data: { moisture: expect.closeTo(mean(valuesOf(seconds)), 8) },
  }))
}
