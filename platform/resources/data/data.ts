/** What devices have reported, over time. */
import { sql } from 'kysely'
import Type from 'typebox'
import { invalid } from '../../base/refusals.ts'
import { type Condition, isIn } from '../../records/conditions.ts'
import { tagsAsObject } from '../../records/device-record.ts'
import { closed, fromColumn, groupBy, Key, mapOf, type Tag, toIso } from '../../records/schemas.ts'
import { type ActionContext, defineAction, type Resource } from '../../resource.ts'
import { fromStored } from '../../state/convert-value.ts'
import { readLastValues, readStates } from '../../state/read-states.ts'
import { selectDevices, selection } from '../../state/select-devices.ts'
import { type Aggregation, type SeriesRow, tooMuch } from '../../state/series-query.ts'
import { ShownState } from '../../state/state-schemas.ts'
import { readSeries } from '../../state/time-series.ts'
import { dataExport } from './export.ts'
import {
  type DeviceSeries,
  maxRawPoints,
  readAggregation,
  readRange,
  readTimeZone,
  SeriesParams,
  type SeriesPoint,
  SeriesResult,
} from './series-params.ts'

const path = '/applications/{applicationId}/data'
const scopes = ['all.Application', 'all.Application.read', 'all.Device', 'all.Device.read']

const maxDevices = 1000

export const data: Resource = {
  name: 'data',
  summary: 'What devices have reported, over time.',
  actions: {
    timeSeriesQuery: defineAction({
      summary: 'Returns what devices reported within a range of time, aggregated.',
      method: 'POST',
      path: `${path}/time-series-query`,
      body: 'query',
      params: closed({ query: SeriesParams }),
      result: SeriesResult,
      scopes,
      async run({ query }, context) {
        const { store } = context.platform
        const { start, end } = readRange(query, context.platform.clock.now())
        const resolution = query.resolution === undefined ? undefined : Math.round(query.resolution)
        const { order = 'asc', limit = maxRawPoints } = query
        const given = query.aggregation ?? 'LAST'
        const aggregation = readAggregation(given)
        const timeZone = readTimeZone(query, aggregation)
        const found = await readDevices(await selectDevices(query, context, 'query'), context)
        const series = new Map<string, DeviceSeries>(
          found.map(({ id, name, tags }) => [id, { name, tags: tagsAsObject(fromColumn<Tag[]>(tags)), points: [] }]),
        )
        const shown = {
          start: toIso(start),
          end: toIso(end),
          resolution: resolution ?? end - start,
          aggregation: given,
          limit: aggregation === 'NONE' ? limit : null,
          order,
        }
        if (aggregation === 'NONE') {
          const [device, ...others] = series
          if (others.length > 0) throw invalid({ problem: 'query.aggregation NONE takes exactly one device' })
          const range = { from: start, to: end - 1, limit, direction: order, attributes: query.attributes }
          const states = device ? await readStates(store.read, device[0], range) : []
          device?.[1].points.push(...states)
          return { ...shown, devices: Object.fromEntries(series) }
        }
        const rows = await readSeries(store, {
          devices: oneOfDevices(found),
          attributes: query.attributes,
          start,
          end,
          resolution,
          timeZone,
          aggregation,
          order,
          acrossDevices: query.acrossDevices ?? false,
        })
        if (query.acrossDevices) return { ...shown, devices: {}, attributes: toAttributes(rows, aggregation) }
        for (const [id, own] of groupBy(rows, (row) => row.device_id)) {
          const device = series.get(id)
          if (device) device.points = toPoints(own, aggregation)
        }
        return { ...shown, devices: Object.fromEntries(series) }
      },
    }),

    lastValueQuery: defineAction({
      summary: 'Returns the last value of an attribute of each device; without `attribute` its last state.',
      method: 'POST',
      path: `${path}/last-value-query`,
      body: 'query',
      params: closed({ query: closed({ attribute: Type.Optional(Key), ...selection }) }),
      result: mapOf(ShownState),
      scopes,
      async run({ query }, context) {
        const found = await readDevices(await selectDevices(query, context, 'query'), context)
        const values = await readLastValues(context.platform.store, oneOfDevices(found), {
          from: 0,
          to: Number.MAX_SAFE_INTEGER,
          attributes: query.attribute === undefined ? undefined : [query.attribute],
        })
        return Object.fromEntries(
          [...groupBy(values, (value) => value.deviceId)].map(([id, own]) => {
            const last = Math.max(...own.map(({ time }) => time))
            const latest = own.filter(({ time }) => time === last)
            return [
              id,
              { time: toIso(last), data: Object.fromEntries(latest.map(({ attribute, value }) => [attribute, value])) },
            ]
          }),
        )
      },
    }),
  },
  downloads: { export: dataExport },
}

function oneOfDevices(devices: readonly { readonly id: string }[]): Condition {
  return isIn(
    sql`devices.id`,
    devices.map(({ id }) => id),
  )
}

async function readDevices(devices: Condition, { platform }: ActionContext) {
  const { rows } = await sql<{
    id: string
    name: string
    tags: string
  }>`select devices.id, devices.name, devices.tags from devices
    where ${devices} order by devices.id limit ${sql.lit(maxDevices + 1)}`.execute(platform.store.read)
  if (rows.length > maxDevices) throw tooMuch(`it names more than ${maxDevices} devices`)
  return rows
}

/** Turns the sorted rows of a device into points: the attributes of one stretch become one point. */
function toPoints(rows: readonly SeriesRow[], aggregation: Aggregation): DeviceSeries['points'] {
  const points: DeviceSeries['points'] = []
  let last: number | undefined
  for (const row of rows) {
    if (row.bucket !== last) points.push({ time: toIso(row.bucket), data: {} })
    last = row.bucket
    const point = points.at(-1)
    if (point) point.data[row.attribute] = toValue(row, aggregation)
  }
  return points
}

function toAttributes(rows: readonly SeriesRow[], aggregation: Aggregation): Record<string, SeriesPoint[]> {
  return Object.fromEntries(
    [...groupBy(rows, (row) => row.attribute)].map(([attribute, values]) => [
      attribute,
      values.map((row) => ({
        time: toIso(row.bucket),
        value: toValue(row, aggregation),
        ...(row.sum === null ? {} : { sum: row.sum }),
        count: row.count,
      })),
    ]),
  )
}

/** FIRST and LAST give values of the attribute's type. All other aggregations give numbers. */
function toValue(row: SeriesRow, { type }: Aggregation): number | string | boolean {
  return type === 'FIRST' || type === 'LAST' ? fromStored(row, row.data_type) : (row.number ?? row.text ?? '')
}
