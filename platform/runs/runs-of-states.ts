/** Which runs the reports of devices start, and what each begins with. */
import type { StateWatch, Watch } from '../../contracts/watches.ts'
import type { Relay } from '../base/events.ts'
import type { RunBegin } from '../base/triggered-run.ts'
import { toIso } from '../records/schemas.ts'
import type { Transaction } from '../store/store.ts'
import type { NewRun } from './triggered-runs.ts'
import { isById, matchingDevices, type OnDevices } from './watches.ts'

/** What was stored of one state. */
export interface StoredState {
  /** Milliseconds since 1970. */
  readonly time: number
  /** By attribute. */
  readonly data: Readonly<Record<string, number | string | boolean>>
  readonly meta: unknown
}

/** What was stored of a device's report. */
export interface HeardDevice {
  readonly deviceId: string
  /** When the report came, in milliseconds since 1970. */
  readonly at: number
  readonly isBatch: boolean
  /** The states that were stored, at least in part. */
  readonly reports: readonly StoredState[]
  readonly relay: Relay
}

export async function runsOfStates(
  tx: Transaction,
  watches: readonly OnDevices<StateWatch>[],
  heard: readonly HeardDevice[],
): Promise<NewRun[]> {
  const runs: NewRun[] = []
  if (watches.length === 0) return runs
  const ids = [...new Set(heard.map(({ deviceId }) => deviceId))]
  for (const watch of watches) {
    const watched = await matchingDevices(tx, watch, ids)
    for (const one of heard) {
      if (!watched.has(one.deviceId)) continue
      for (const begin of beginsOf(watch, one)) runs.push({ trigger: watch.trigger, flowId: watch.flowId, begin })
    }
  }
  return runs
}

function beginsOf(watch: Watch<StateWatch>, { deviceId, at, isBatch, reports, relay }: HeardDevice): RunBegin[] {
  if (watch.reports !== 'all' && (watch.reports === 'batch') !== isBatch) return []
  const common = {
    triggerId: deviceId,
    triggerType: isById(watch) ? 'deviceId' : 'deviceTag',
    relayId: relay.id,
    relayType: relay.type,
  }
  if (isBatch && watch.batch === 'once') {
    const data = reports.map(({ time, data, meta }) => ({
      time: toIso(time),
      data,
      ...(meta === undefined ? {} : { meta }),
    }))
    return [{ ...common, time: at, data }]
  }
  return reports
    .filter((report) => isAskedFor(watch, report, at))
    .map(({ time, data, meta }) => ({ ...common, time, data, ...(meta === undefined ? {} : { meta }) }))
}

function isAskedFor(watch: Watch<StateWatch>, { time, data }: StoredState, at: number): boolean {
  const { attributes, ignoredAttributes, maxAgeSeconds } = watch
  if (maxAgeSeconds !== undefined && time < at - maxAgeSeconds * 1000) return false
  const names = Object.keys(data)
  if (ignoredAttributes && names.every((name) => ignoredAttributes.includes(name))) return false
  return !attributes || names.some((name) => attributes.includes(name))
}
