/** Parameters and result of a query over time, in Losant's shapes, and the meaning of its range and aggregation. */
import Type, { type Static } from 'typebox'
import { zoneNamed } from '../../../contracts/time-zone.ts'
import { invalid } from '../../base/refusals.ts'
import { closed, ifType, mapOf, oneOf, Time } from '../../records/schemas.ts'
import { dayMs } from '../../state/local-days.ts'
import { selection } from '../../state/select-devices.ts'
import { type Aggregation, aggregations } from '../../state/series-query.ts'
import { Attributes, ShownState, ShownValue } from '../../state/state-schemas.ts'
import { readMoment } from '../../state/times.ts'

/** Losant's limit of points that are not aggregated. */
export const maxRawPoints = 25_000

const ms = (minimum: number, description: string) => Type.Number({ minimum, maximum: 1e15, description })
const Value = Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'], maxLength: 255 })
const AggregationName = oneOf([...aggregations, 'NONE'])
const AggregationOptions = Type.Object(
  {
    type: oneOf([...aggregations, 'NONE', 'TIMEATVALUE']),
    options: Type.Optional(closed({ value: Type.Optional(Value) })),
  },
  { additionalProperties: false },
)
const GivenAggregation = Type.Unsafe<Static<typeof AggregationName> | Static<typeof AggregationOptions>>({
  type: ['string', 'object'],
  ...ifType('string', AggregationName, AggregationOptions),
})
const Order = oneOf(['asc', 'desc'])

export const SeriesParams = closed({
  start: Type.Optional(ms(-1e15, 'Milliseconds since 1970. Negative numbers count back from now.')),
  end: Type.Optional(ms(-1e15, 'Milliseconds since 1970. 0 is now, and negative numbers count back from now.')),
  duration: Type.Optional(ms(1, 'Milliseconds, if `start` is missing. A day by default.')),
  resolution: Type.Optional(ms(1, 'Milliseconds that one point covers. Without it one point covers the whole range.')),
  timeZone: Type.Optional(
    Type.String({
      maxLength: 60,
      description:
        "Flowpot's own: the IANA name of the zone at whose midnights points begin. It needs a `resolution` of whole days. The first point is at `start` and covers the rest of its day; the others are counted from that day. By default points begin at multiples of the resolution since 1970.",
    }),
  ),
  aggregation: Type.Optional(GivenAggregation),
  attributes: Type.Optional(Attributes),
  ...selection,
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: maxRawPoints,
      description: 'How many points are returned if they are not aggregated.',
    }),
  ),
  order: Type.Optional(Order),
  acrossDevices: Type.Optional(
    Type.Boolean({
      description: "Flowpot's own: one series per attribute over all devices, instead of one for each device.",
    }),
  ),
})

const DeviceSeries = closed({
  name: Type.String(),
  // A device may have several tags of one key.
  tags: mapOf(Type.Array(Type.String())),
  points: Type.Array(ShownState),
})
export type DeviceSeries = Static<typeof DeviceSeries>

const SeriesPoint = closed({ time: Time, value: ShownValue, sum: Type.Optional(Type.Number()), count: Type.Integer() })
export type SeriesPoint = Static<typeof SeriesPoint>

export const SeriesResult = closed({
  start: Time,
  end: Time,
  resolution: Type.Number(),
  aggregation: GivenAggregation,
  limit: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'How many points are returned at most, if they are not aggregated.',
  }),
  order: Order,
  devices: mapOf(DeviceSeries),
  attributes: Type.Optional(
    mapOf(Type.Array(SeriesPoint), { description: 'With `acrossDevices`: the series of each attribute.' }),
  ),
})

type SeriesParams = Static<typeof SeriesParams>

export function readRange({ start: givenStart, end: givenEnd, duration }: SeriesParams, now: number) {
  const open = givenStart === undefined || duration === undefined ? now : readMoment(givenStart, now) + duration
  const end = givenEnd === undefined ? Math.round(open) : readMoment(givenEnd, now)
  const start = givenStart === undefined ? Math.round(end - (duration ?? dayMs)) : readMoment(givenStart, now)
  if (start >= end) throw invalid({ problem: 'query.start is not before query.end' })
  if (start < -8.64e15 || end > 8.64e15) throw invalid({ problem: 'query.start or query.end is no time' })
  return { start, end }
}

export function readTimeZone({ timeZone: name, resolution }: SeriesParams, aggregation: Aggregation | 'NONE') {
  if (name === undefined) return undefined
  const timeZone = zoneNamed(name)
  if (timeZone === undefined)
    throw invalid({
      problem: `query.timeZone: there is no time zone ${JSON.stringify(name)}; write its IANA name, such as Europe/Berlin`,
    })
  if (aggregation === 'NONE') throw invalid({ problem: 'query.timeZone has no meaning without an aggregation' })
  if (resolution === undefined || resolution % dayMs !== 0)
    throw invalid({ problem: `query.timeZone needs a resolution of whole days: a multiple of ${dayMs}` })
  return timeZone
}

export function readAggregation(given: Static<typeof GivenAggregation>): Aggregation | 'NONE' {
  const { type, options } = typeof given === 'string' ? { type: given, options: undefined } : given
  if (type === 'NONE') return 'NONE'
  if (type !== 'TIMEATVALUE') {
    if (options?.value !== undefined) throw invalid({ problem: `query.aggregation ${type} takes no value` })
    // Boundary: the schema accepts no other type.
    return { type } as Aggregation
  }
  if (options?.value === undefined) throw invalid({ problem: 'query.aggregation.options.value is required' })
  return { type: 'TIMEATVALUE', value: options.value } as const
}
