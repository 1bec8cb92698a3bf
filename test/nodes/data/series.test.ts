import { describe, expect, test } from 'vitest'
import type { ActionCatalog } from '../../../contracts/actions.ts'
import { aggregations } from '../../../nodes/parts/series.ts'
import { describeActions } from '../../../platform/resources/catalogue.ts'
import { problemsOf } from '../run-node.ts'
import { nodesOnPlatform } from '../run-on-platform.ts'

const actions: ActionCatalog = describeActions()

describe('a series that does not load', () => {
  const series = 'type: time-series\nresult: data.r'
  const gauge = 'type: gauge\nresult: data.r'
  const days = `${series}\ndeviceId: a\nattribute: a`
  const raw = `${days}\naggregation: NONE`
  test.each([
    [`${series}\nattribute: a`, 'FLOW_MISSING_FIELD', 'what to select'],
    [`${series}\ndeviceId: a`, 'FLOW_MISSING_FIELD', 'which attribute'],
    [`${series}\ndeviceId: a\nattribute: a\nattributes: [ b ]`, 'FLOW_UNKNOWN_FIELD', 'combined with attribute'],
    [`${series}\ndeviceId: a\nattributes: []`, 'FLOW_WRONG_TYPE', 'attributes'],
    [`${series}\ndeviceId: a\nattribute: a\naggregation: AVERAGE`, 'FLOW_WRONG_TYPE', 'aggregation'],
    [`${series}\ndeviceId: a\nattribute: a\nresolutionMs: 0`, 'FLOW_WRONG_TYPE', 'resolutionMs'],
    [`${series}\ndeviceId: a\nattribute: a\nlimit: 5`, 'FLOW_UNKNOWN_FIELD', 'NONE'],
    [`${series}\ndeviceId: a\nattribute: a\naggregation: NONE\nresolutionMs: 5`, 'FLOW_UNKNOWN_FIELD', 'resolutionMs'],
    [`${raw}\ntimeZone: UTC`, 'FLOW_UNKNOWN_FIELD', 'timeZone'],
    [`${days}\nresolutionMs: 86400000\ntimeZone: Mars/Base`, 'FLOW_WRONG_TYPE', 'no time zone'],
    [`${days}\nresolutionMs: 3600000\ntimeZone: UTC`, 'FLOW_WRONG_TYPE', 'a multiple of a day'],
    [`${days}\nstart: 5\ndurationMs: 5`, 'FLOW_UNKNOWN_FIELD', 'cannot be combined with start'],
    [`${days}\ntimeZone: UTC`, 'FLOW_UNKNOWN_FIELD', 'needs a resolutionMs of whole days'],
    [`${series}\ndeviceId: a\nattribute: a\naggregation: TIMEATVALUE`, 'FLOW_MISSING_FIELD', 'needs a value'],
    [`${series}\ndeviceId: a\nattribute: a\nvalue: 1`, 'FLOW_UNKNOWN_FIELD', 'TIMEATVALUE'],
    [`${gauge}\ndeviceId: a\nattribute: a\naggregation: MAX`, 'FLOW_UNKNOWN_FIELD', 'durationMs'],
    [`${gauge}\ndeviceId: a\nattribute: a\nresolutionMs: 5`, 'FLOW_UNKNOWN_FIELD', 'resolutionMs'],
  ])('%j is %s', (yaml, code, text) => {
    const found = problemsOf(yaml, actions)
    expect(found.map((problem) => problem.code)).toEqual([code])
    expect(JSON.stringify(found)).toContain(text)
  })
})

const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const minuteMs = 60_000
/** Begins a stretch of ten minutes. */
const stretch = Date.UTC(2026, 0, 2, 2, 50)
const iso = (ms: number) => new Date(ms).toISOString()

/** Two pots: one reports 1, 3 and, ten minutes later, 5; the other 7 and light, in the first stretch. */
async function reported() {
  const on = await nodesOnPlatform()
  const attributes = ['moisture', 'light'].map((name) => ({ name, dataType: 'number' }))
  const make = async (name: string) =>
    (
      await on.ok<{ id: string }>('devices.post', {
        device: { name, attributes, tags: [{ key: 'floor', value: '2' }] },
      })
    ).id
  const fern = await make('Fern')
  const cactus = await make('Cactus')
  const report = (deviceId: string, time: number, data: object) =>
    on.ok('device.sendState', { deviceId, deviceState: { time, data } })
  await report(fern, stretch, { moisture: 1 })
  await report(fern, stretch + minuteMs, { moisture: 3 })
  await report(fern, stretch + 10 * minuteMs, { moisture: 5 })
  await report(cactus, stretch + 2 * minuteMs, { moisture: 7, light: 20 })
  return { ...on, fern, cactus }
}

const all = 'type: time-series\ndeviceTags: [ { key: floor } ]\nresolutionMs: 600000'

describe('time-series', () => {
  test('has a point for every stretch that was reported in, with sum and count', async () => {
    const { result, fern } = await reported()
    const yaml = 'type: time-series\ndeviceId: << data.id >>\nattribute: moisture\nresolutionMs: << data.resolution >>'
    const points = [
      { time: iso(stretch), value: 2, sum: 4, count: 2 },
      { time: iso(stretch + 10 * minuteMs), value: 5, sum: 5, count: 1 },
    ]
    expect(await result(yaml, { id: fern, resolution: 600_000 })).toEqual(points)
    expect(await result(`${yaml}\norder: desc`, { id: fern, resolution: '600000' })).toEqual(points.toReversed())
  })

  test('takes all devices together, or each by its ID', async () => {
    const { result, fern, cactus } = await reported()
    const value = (values: [number, number][]) => values.map(([time, v]) => ({ time: iso(time), value: v }))
    expect(await result(`${all}\nattribute: moisture\naggregation: MEDIAN`)).toMatchObject([
      { value: 3, sum: 11, count: 3 },
      { value: 5 },
    ])
    expect(await result(`${all}\nattribute: moisture\naggregation: MAX\nperDevice: true`)).toEqual({
      [fern]: value([
        [stretch, 3],
        [stretch + 10 * minuteMs, 5],
      ]),
      [cactus]: value([[stretch, 7]]),
    })
    expect(await result(`${all}\nattributes: [ light, moisture, none ]\naggregation: SUM`)).toMatchObject({
      light: [{ value: 20 }],
      moisture: [{ value: 11 }, { value: 5 }],
      none: [],
    })
    expect(await result(`${all}\nattributes: [ light ]\nperDevice: true`)).toEqual({
      [fern]: { light: [] },
      [cactus]: { light: value([[stretch, 20]]) },
    })
  })

  test('reads the range that it is given', async () => {
    const { result, fern } = await reported()
    const yaml = `type: time-series\ndeviceId: ${fern}\nattribute: moisture\naggregation: COUNT`
    const counts = async (range: string) =>
      ((await result(`${yaml}\n${range}`)) as { value: number }[]).map((p) => p.value)
    expect(await counts('durationMs: 86400000')).toEqual([3])
    expect(await counts(`durationMs: ${now - stretch - 10 * minuteMs + 1}`)).toEqual([1])
    expect(await counts(`durationMs: 60000\nend: ${stretch + 1}`)).toEqual([1])
    expect(await counts(`durationMs: 60000\nend: ${stretch}`)).toEqual([])
  })

  test('counts by the days of a time zone', async () => {
    const { result, fern } = await reported()
    const yaml = `type: time-series\ndeviceId: ${fern}\nattribute: moisture\naggregation: COUNT\nresolutionMs: << data.day >>`
    const at = (time: string) => [{ time, value: 3, sum: 9, count: 3 }]
    // The range begins at 03:04 UTC of the day before.
    const payload = { day: '86400000', zone: ' Asia/Kathmandu ' }
    expect(await result(yaml, payload)).toEqual(at('2026-01-02T00:00:00.000Z'))
    expect(await result(`${yaml}\ntimeZone: << data.zone >>`, payload)).toEqual(at('2026-01-01T18:15:00.000Z'))
    expect(await result(`${yaml}\ntimeZone: UTC`, payload)).toEqual(at('2026-01-02T00:00:00.000Z'))
    expect(await result(`${yaml}\ntimeZone: America/New_York`, payload)).toEqual(at('2026-01-01T05:00:00.000Z'))
    const since = (start: number) => result(`${yaml}\ntimeZone: UTC\nstart: << data.start >>`, { ...payload, start })
    expect(await since(Date.UTC(2026, 0, 2))).toEqual(at('2026-01-02T00:00:00.000Z'))
    expect(await since(stretch + minuteMs)).toEqual([{ time: iso(stretch + minuteMs), value: 2, sum: 8, count: 2 }])
    // One of a week begins with the range.
    expect(await result(`${yaml}\ntimeZone: UTC`, { day: 604_800_000 })).toEqual(at('2026-01-01T03:04:05.678Z'))
  })

  test('gives the points of one device as they are', async () => {
    const { result, fern } = await reported()
    const yaml = `type: time-series\ndeviceId: ${fern}\nattribute: moisture\naggregation: NONE\nlimit: 2`
    expect(await result(yaml)).toEqual({
      start: iso(now - 86_400_000),
      end: iso(now),
      aggregation: 'NONE',
      resolution: null,
      limit: 2,
      order: 'asc',
      devices: {
        [fern]: {
          name: 'Fern',
          tags: { floor: ['2'] },
          points: [
            { time: iso(stretch), data: { moisture: 1 } },
            { time: iso(stretch + minuteMs), data: { moisture: 3 } },
          ],
        },
      },
    })
  })

  test.each(aggregations)('knows %s', async (aggregation) => {
    const { result } = await reported()
    const value = aggregation === 'TIMEATVALUE' ? '\nvalue: 3' : ''
    const points = await result(`${all}\nattribute: moisture\naggregation: ${aggregation}${value}`)
    expect(points).toContainEqual(expect.objectContaining({ value: expect.any(Number) }))
  })

  test.each(['deviceId: not-a-real-value', 'deviceIds: [ nobody ]', 'group: nothing', 'user: nobody@lom.example'])(
    'has no points of %s',
    async (way) => {
      const { result } = await reported()
      expect(await result(`type: time-series\n${way}\nattribute: moisture`)).toEqual([])
      expect(await result(`type: time-series\n${way}\nattribute: moisture\nperDevice: true`)).toEqual({})
    },
  )

  test.each([
    ['deviceIds: << data.missing >>\nattribute: moisture', 'deviceIds is missing'],
    [
      'deviceTags: [ { key: floor, value: << data.missing >> } ]\nattribute: moisture',
      'deviceTags[0].value is missing',
    ],
    ['query: {}\nattribute: "no such name"', 'with 400'],
    ['query: {}\nattribute: << data.missing >>', 'attribute is missing'],
    ['query: {}\nattributes: << data.missing >>', 'attributes is missing'],
    ['query: {}\nattribute: moisture\ndurationMs: << data.text >>', 'durationMs'],
    ['query: {}\nattribute: moisture\nstart: << data.text >>', 'start'],
    ['query: {}\nattribute: moisture\nstart: 1000\nend: 900', 'query.start is not before query.end'],
    ['query: {}\nattribute: moisture\nresolutionMs: 86400000\ntimeZone: << data.text >>', 'no time zone "long"'],
    ['query: {}\nattribute: moisture\nresolutionMs: 86400000\ntimeZone: << data.missing >>', 'no time zone ""'],
    ['query: {}\nattribute: moisture\nresolutionMs: << data.hour >>\ntimeZone: UTC', 'resolution of whole days'],
    ['query: {}\nattribute: moisture\naggregation: NONE', 'exactly one device'],
  ])('fails for %j', async (fields, message) => {
    const { run } = await reported()
    const { error } = await run(`type: time-series\n${fields}\nresult: data.result`, { text: 'long', hour: 3_600_000 })
    expect(String(error)).toContain(message)
  })
})

describe('gauge', () => {
  test('has the last value, of whichever device reported last', async () => {
    const { result, fern, cactus } = await reported()
    const yaml = 'type: gauge\ndeviceTags: [ { key: floor } ]'
    const last = { time: iso(stretch + 10 * minuteMs), value: 5 }
    const seven = { time: iso(stretch + 2 * minuteMs), value: 7 }
    const light = { time: iso(stretch + 2 * minuteMs), value: 20 }
    expect(await result(`${yaml}\nattribute: moisture`)).toEqual(last)
    expect(await result(`${yaml}\nattributes: [ moisture, light, none ]`)).toEqual({ moisture: last, light })
    expect(await result(`${yaml}\nattribute: moisture\nperDevice: true`)).toEqual({ [fern]: last, [cactus]: seven })
    expect(await result(`${yaml}\nattributes: [ light, moisture ]\nperDevice: true`)).toEqual({
      [fern]: { moisture: last },
      [cactus]: { light, moisture: seven },
    })
  })

  test('has one value over a range', async () => {
    const { result, fern, cactus } = await reported()
    const yaml = 'type: gauge\ndeviceTags: [ { key: floor } ]\ndurationMs: 86400000'
    const time = iso(now)
    expect(await result(`${yaml}\nattribute: moisture`)).toEqual({ time, value: 4 })
    expect(await result(`${yaml}\nattribute: moisture\naggregation: MAX\nperDevice: true`)).toEqual({
      [fern]: { time, value: 5 },
      [cactus]: { time, value: 7 },
    })
    expect(await result(`${yaml}\nattributes: [ light, moisture ]\naggregation: COUNT\nend: ${stretch + 1}`)).toEqual({
      moisture: { time: iso(stretch + 1), value: 1 },
    })
  })

  test.each(['', '\ndurationMs: 1000', '\nperDevice: true', '\ndurationMs: 1000\nperDevice: true'])(
    'is empty where nothing was reported%j',
    async (fields) => {
      const { result, fern } = await reported()
      for (const id of [fern, 'not-a-real-value']) {
        expect(await result(`type: gauge\ndeviceId: ${id}\nattribute: light${fields}`)).toEqual({})
      }
    },
  )
})
