/** Queries series of values, for the nodes that read them: their fields, and the platform's answer. */
import { Type } from 'typebox'
import type { NodeCheck, Run } from '../../engine/node.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { callAction } from './call-platform.ts'
import { present } from './device-selection.ts'
import { flag } from './flag.ts'
import { lacking, misplaced, onlyOne } from './misplaced.ts'

type Scalar = string | number | boolean

export interface Series {
  readonly start: string
  readonly end: string
  readonly devices: Readonly<Record<string, DeviceSeries>>
  /** With `acrossDevices`. */
  readonly attributes?: Readonly<Record<string, readonly Point[]>>
}

export interface DeviceSeries {
  readonly name: string
  readonly points: readonly { readonly time: string; readonly data: Readonly<Record<string, Scalar>> }[]
}

export interface Point {
  readonly time: string
  readonly value: Scalar
  readonly sum?: number
  readonly count?: number
}

/** The points of one attribute of a device. */
export function pointsOf({ points }: DeviceSeries, name: string): Point[] {
  return points.flatMap(({ time, data }) => {
    const value = Object.hasOwn(data, name) ? data[name] : undefined
    return value === undefined ? [] : [{ time, value }]
  })
}

export async function querySeries(run: Run, query: object): Promise<Series> {
  return (await callAction(run, 'data.timeSeriesQuery', { query })) as Series // boundary: the platform's answer
}

export const aggregations = [
  'MEAN',
  'FIRST',
  'LAST',
  'MIN',
  'MAX',
  'MEDIAN',
  'SUM',
  'COUNT',
  'STD_DEV',
  'TIME_WEIGHTED_AVERAGE',
  'TIMEATVALUE',
] as const

export const milliseconds = (description: string) =>
  ValueOf(Type.Number({ minimum: 1 }), { description, acceptsDigits: true })

/** The fields that the nodes have in common. */
export const seriesFields = {
  attribute: Type.Optional(ValueOf(Type.String(), { description: 'The attribute to read.' })),
  attributes: Type.Optional(
    ValueOf(Type.Array(Type.String(), { minItems: 1 }), {
      description: 'Several attributes to read. The result is then a map by attribute.',
    }),
  ),
  end: Type.Optional(milliseconds('The end of the range, in milliseconds since 1970. Defaults to now.')),
  value: Type.Optional(
    ValueOf(Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      description: 'For `TIMEATVALUE`: the value whose time is added up.',
    }),
  ),
  perDevice: flag('Gives a map by device ID, instead of one result for all devices.'),
}

interface CompiledNames {
  readonly attribute?: CompiledValue<string> | undefined
  readonly attributes?: CompiledValue<string[]> | undefined
}

/** The attributes to read. Throws if they are missing, since the platform would then read every attribute. */
export function namesOf({ attribute, attributes }: CompiledNames, payload: Payload): readonly string[] {
  return attribute ? [present('attribute', attribute(payload))] : present('attributes', attributes?.(payload))
}

export function aggregationOf(type: string, value: CompiledValue | undefined, payload: Payload) {
  return type === 'TIMEATVALUE' ? { type, options: { value: value?.(payload) } } : type
}

/** Reports a node without exactly one of `attribute` and `attributes`, or without a `value` that it needs. */
export function checkSeries(check: NodeCheck): void {
  const { config, report } = check
  if (onlyOne(check, ['attribute', 'attributes']) === undefined) {
    lacking(report, 'The node does not say which attribute to read.', 'Give attribute, or attributes for several.')
  }
  if ((config.aggregation === 'TIMEATVALUE') === (config.value !== undefined)) return
  if (config.value === undefined) {
    report({ code: 'FLOW_MISSING_FIELD', at: ['aggregation'], message: 'TIMEATVALUE needs a value.' })
  } else {
    misplaced(report, 'value', 'value needs `aggregation: TIMEATVALUE`.')
  }
}
