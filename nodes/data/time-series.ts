import { Type } from 'typebox'
import { anything, listShape, objectShape, type Shape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { checkManyDevices, compileManyDevices, manyDevices } from '../parts/many-devices.ts'
import { misplaced, onlyOne } from '../parts/misplaced.ts'
import { oneOf } from '../parts/one-of.ts'
import {
  aggregationOf,
  aggregations,
  checkSeries,
  type DeviceSeries,
  milliseconds,
  namesOf,
  type Point,
  pointsOf,
  querySeries,
  seriesFields,
} from '../parts/series.ts'
import { checkTimeZone, timeZoneField, zoneOf } from '../parts/time-zone-field.ts'

export const timeSeries = defineNode({
  type: 'time-series',
  losant: { type: 'TimeSeriesNode' },
  summary: 'Reads what devices reported over a range of time, with one value per interval.',
  description: `| requested | value at \`result\` |
|---|---|
| one \`attribute\` | \`[ { time, value, sum, count } ]\` |
| \`attributes\` | such a list by attribute |
| with \`perDevice\` | either by the ID of the device; then points are \`{ time, value }\` |
| with \`aggregation: NONE\` | \`{ start, end, aggregation, resolution, limit, devices }\`, where a device has \`{ name, tags, points }\` and a point \`{ time, data }\`; for one device only |

The time of a point is the start of its interval, which is a whole multiple of \`resolutionMs\` since 1970. An interval without a
report has no point. If no device matches, or an ID is malformed, there are no points.

With \`timeZone\`, the intervals are days of that zone, or several days, and \`resolutionMs\` is a multiple of a day (86,400,000). They begin at
midnight there, so a day has 23 or 25 hours where the clocks change. The first interval begins with the range and lasts until the end of its day;
weeks are counted from that day. To have it whole, let [date-time](date-time.md) find the midnight that is the \`start\`. There are at most 4,000 intervals.`,
  config: Type.Object({
    ...manyDevices,
    ...seriesFields,
    durationMs: Type.Optional(milliseconds('How far back, in milliseconds. Defaults to a day.')),
    start: Type.Optional(milliseconds('The start of the range, in milliseconds since 1970, instead of `durationMs`.')),
    resolutionMs: Type.Optional(milliseconds('Length of an interval, in milliseconds. Defaults to the whole range.')),
    timeZone: timeZoneField('The zone at whose midnights intervals begin, if they are whole days.', {}),
    aggregation: oneOf([...aggregations, 'NONE'], {
      description: 'How the values of an interval are combined.',
      default: 'MEAN',
    }),
    order: oneOf(['asc', 'desc'], { description: 'Oldest or newest first.', default: 'asc' }),
    limit: Type.Optional(
      ValueOf(Type.Integer({ minimum: 1, maximum: 25_000 }), {
        description: 'For `NONE`: the most points. Defaults to 25,000.',
        acceptsDigits: true,
      }),
    ),
    result: PathTo({ description: 'Where the points go.' }),
  }),
  outputs: ['next'],
  check: (check) => {
    checkManyDevices(check)
    checkSeries(check)
    onlyOne(check, ['start', 'durationMs'], 'The range ends at end, or now.')
    checkRaw(check)
    checkTimeZone(check)
    checkDays(check)
  },
  writes: (config) => [{ path: String(config.result), shape: shapeOf(config) }],
  compile: (config) => {
    const { attribute, durationMs, start, resolutionMs, timeZone, end, value, limit, result } = config
    const { aggregation = 'MEAN', order = 'asc', perDevice = false } = config
    const select = compileManyDevices(config)
    const isRaw = aggregation === 'NONE'

    return async (payload, run) => {
      const names = namesOf(config, payload)
      const devices = await select(payload, run)
      // Queries even if no device can match, since the range is part of the answer.
      const selected = devices ?? { deviceIds: [] }
      const range = {
        duration: durationMs?.(payload),
        start: start?.(payload),
        resolution: resolutionMs?.(payload),
        // Without a zone the platform counts intervals from 1970, also those that are no days.
        timeZone: timeZone && zoneOf(timeZone, payload).name,
        end: end?.(payload),
      }
      const most = limit?.(payload) ?? 25_000
      const given = Object.entries({ ...range, limit: isRaw ? most : undefined }).filter(
        ([, part]) => part !== undefined,
      )
      const query = {
        ...selected,
        ...Object.fromEntries(given),
        attributes: names,
        aggregation: aggregationOf(aggregation, value, payload),
        order,
        ...(perDevice || isRaw ? {} : { acrossDevices: true }),
      }
      const series = await querySeries(run, query)
      const oneOrAll = (read: (name: string) => readonly Point[]) =>
        attribute ? read(names[0] ?? '') : Object.fromEntries(names.map((name) => [name, read(name)]))
      if (isRaw) {
        result.set(payload, { ...series, resolution: null, limit: most })
      } else if (perDevice) {
        const ofDevice = (device: DeviceSeries) => oneOrAll((name) => pointsOf(device, name))
        const devices = Object.entries(series.devices).map(([id, device]) => [id, ofDevice(device)])
        result.set(payload, Object.fromEntries(devices))
      } else {
        const points = oneOrAll((name) => series.attributes?.[name] ?? [])
        result.set(payload, points)
      }
      return 'next'
    }
  },
  examples: [
    {
      title: 'The last day of a pot, a mean for every five minutes',
      yaml: `type: time-series
deviceId: << data.params.id >>
attribute: moisture
durationMs: 86400000
resolutionMs: 300000
aggregation: MEAN
result: data.points`,
      payload: { data: { params: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' } } },
      answers: {
        'data.timeSeriesQuery': {
          result: {
            devices: {},
            attributes: { moisture: [{ time: '2026-01-02T03:00:00.000Z', value: 0.4, sum: 2, count: 5 }] },
          },
        },
      },
      expect: {
        output: 'next',
        payload: { 'data.points': [{ time: '2026-01-02T03:00:00.000Z', value: 0.4, sum: 2, count: 5 }] },
      },
    },
    {
      title: 'The water of each day since a midnight, by the clocks of the user',
      yaml: `type: time-series
deviceId: << data.params.id >>
attribute: litres
start: << data.since >> # of date-time, with startOf, timeZone and as: milliseconds
resolutionMs: 86400000
timeZone: << experience.user.userTags.timeZone.[0] >>
aggregation: SUM
result: data.days`,
      payload: {
        data: { params: { id: '6a1c2d3e4f5a6b7c8d9e0f1b' }, since: 1774738800000 },
        experience: { user: { userTags: { timeZone: ['Europe/Berlin'] } } },
      },
      answers: {
        'data.timeSeriesQuery': {
          result: {
            devices: {},
            attributes: { litres: [{ time: '2026-03-28T23:00:00.000Z', value: 1.5, sum: 1.5, count: 3 }] },
          },
        },
      },
      expect: {
        output: 'next',
        payload: { 'data.days': [{ time: '2026-03-28T23:00:00.000Z', value: 1.5, sum: 1.5, count: 3 }] },
      },
    },
    {
      title: 'Two attributes of every pot of a user, a pot at a time',
      yaml: `type: time-series
query: { tags: { owner: << experience.user.id >> } }
attributes: [ moisture, light ]
resolutionMs: 3600000
aggregation: MAX
perDevice: true
result: data.points`,
      payload: { data: {}, experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } } },
      answers: {
        'data.timeSeriesQuery': {
          result: {
            devices: {
              '6a1c2d3e4f5a6b7c8d9e0f1b': {
                name: 'Fern',
                tags: {},
                points: [{ time: '2026-01-02T03:00:00.000Z', data: { moisture: 0.4 } }],
              },
            },
          },
        },
      },
      expect: {
        output: 'next',
        payload: {
          'data.points': {
            '6a1c2d3e4f5a6b7c8d9e0f1b': {
              moisture: [{ time: '2026-01-02T03:00:00.000Z', value: 0.4 }],
              light: [],
            },
          },
        },
      },
    },
  ],
})

function shapeOf({ aggregation, perDevice, attribute }: RawConfig): Shape {
  if (aggregation === 'NONE' || perDevice === true) return anything
  const points = listShape(objectShape({ time: scalar, value: scalar, sum: scalar, count: scalar }))
  return attribute === undefined ? objectShape({}, true) : points
}

function checkRaw({ config, report }: NodeCheck): void {
  const isRaw = config.aggregation === 'NONE'
  for (const field of isRaw ? ['resolutionMs', 'timeZone', 'perDevice'] : ['limit']) {
    if (config[field] === undefined) continue
    const message = isRaw
      ? `${field} has no meaning for points that are not aggregated.`
      : `${field} needs \`aggregation: NONE\`.`
    misplaced(report, field, message)
  }
}

const dayMs = 86_400_000

function checkDays({ config: { aggregation, resolutionMs, timeZone }, report }: NodeCheck): void {
  if (timeZone === undefined || aggregation === 'NONE') return
  const hint = 'Write 86400000 for a day, 604800000 for a week.'
  if (resolutionMs === undefined) misplaced(report, 'timeZone', 'timeZone needs a resolutionMs of whole days.', hint)
  const isOfDays = typeof resolutionMs !== 'number' || resolutionMs % dayMs === 0
  const message = 'With timeZone, resolutionMs is a multiple of a day.'
  if (!isOfDays) report({ code: 'FLOW_WRONG_TYPE', at: ['resolutionMs'], message, hint })
}
