/** Reads the values of a gauge, and arranges them as Losant's gauge does. */
import type { Run } from '../../../engine/node.ts'
import { callAction } from '../../parts/call-platform.ts'
import { querySeries } from '../../parts/series.ts'

export interface Reading {
  /** Empty if the value is that of all devices together. */
  readonly deviceId: string
  readonly attribute: string
  readonly time: string
  readonly value: unknown
}

export async function readRange(
  run: Run,
  names: readonly string[],
  query: Readonly<Record<string, unknown>>,
): Promise<Reading[]> {
  const { devices, attributes, end: time } = await querySeries(run, query)
  return names.flatMap((attribute) => {
    const overall = (attributes?.[attribute] ?? []).map(({ value }) => ({ deviceId: '', attribute, time, value }))
    const own = Object.entries(devices).flatMap(([deviceId, { points }]) =>
      points.flatMap(({ data }) =>
        Object.hasOwn(data, attribute) ? [{ deviceId, attribute, time, value: data[attribute] }] : [],
      ),
    )
    return [...overall, ...own]
  })
}

export async function readLast(
  run: Run,
  names: readonly string[],
  devices: object,
  perDevice: boolean,
): Promise<Reading[]> {
  const readings: Reading[] = []
  for (const attribute of names) {
    const answer = await callAction(run, 'data.lastValueQuery', { query: { ...devices, attribute } })
    const last = answer as Record<string, { time: string; data: Record<string, unknown> }> // boundary: the platform's answer
    const own = Object.entries(last).map(([deviceId, { time, data }]) => ({
      deviceId,
      attribute,
      time,
      value: data[attribute],
    }))
    // ISO times of equal length sort as text.
    const latest = own.toSorted((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0)).slice(0, 1)
    readings.push(...(perDevice ? own : latest))
  }
  return readings
}

export function arrange(
  readings: readonly Reading[],
  { isOne, perDevice }: { isOne: boolean; perDevice: boolean },
): unknown {
  if (!perDevice) return byAttribute(readings, isOne)
  const ids = new Set(readings.map(({ deviceId }) => deviceId))
  const readingsOf = (id: string) => readings.filter(({ deviceId }) => deviceId === id)
  return Object.fromEntries([...ids].map((id) => [id, byAttribute(readingsOf(id), isOne)]))
}

function byAttribute(readings: readonly Reading[], isOne: boolean): unknown {
  const shown = readings.map(({ attribute, time, value }) => [attribute, { time, value }] as const)
  return isOne ? (shown[0]?.[1] ?? {}) : Object.fromEntries(shown)
}
