/** Separates what is stored of a device's report from what is dropped. */
import type { Relay } from '../base/events.ts'
import type { HeardDevice, StoredState } from '../runs/runs-of-states.ts'
import type { DeviceStateTable } from '../store/tables.ts'
import { convertValue, fromStored, type Scalar } from './convert-value.ts'
import type { Duplicates } from './number-points.ts'
import type { GivenState } from './state-schemas.ts'
import { readTime, whyNotTaken } from './times.ts'

export interface StatesOfDevice {
  readonly deviceId: string
  readonly states: readonly GivenState[]
  /** Whether the states came as a list. */
  readonly isBatch: boolean
}

export interface SortedOut extends HeardDevice {
  /** Unless duplicates are overwritten, the `nth` of a point tells from which of the states it is. */
  readonly points: readonly DeviceStateTable[]
  readonly duplicates: Duplicates
  /** A sentence for each thing that was dropped. */
  readonly dropped: readonly string[]
}

/** What has to be known of a device to take its reports. */
export interface ReportingDevice {
  /** The type of each attribute. */
  readonly dataTypes: ReadonlyMap<string, string>
  /** Names of the attributes that the device, a system, computes. Only what was computed is taken for them, and nothing else for others. */
  readonly computed: ReadonlySet<string>
  readonly duplicates: Duplicates
}

const nothing: readonly string[] = []

/** `now` is milliseconds since 1970. */
export function sortOut(
  { deviceId, states, isBatch }: StatesOfDevice,
  { dataTypes, computed, duplicates }: ReportingDevice,
  now: number,
  relay: Relay,
  isComputed = false,
): SortedOut {
  const points: DeviceStateTable[] = []
  const reports: StoredState[] = []
  let dropped: Set<string> | undefined
  const drop = (line: string) => {
    dropped ??= new Set()
    dropped.add(line)
  }
  for (const { data: given, time: givenTime, meta } of states) {
    const read = readTime(givenTime, now)
    if (read === undefined)
      drop(`The time ${shown(givenTime)} cannot be read: the state has the time at which it came.`)
    const time = read ?? now
    const reason = whyNotTaken(time, now)
    if (reason !== undefined) {
      drop(`A state was ignored: ${reason}.`)
      continue
    }
    const data: Record<string, Scalar> = {}
    let isTaken = false
    for (const attribute of Object.keys(given)) {
      const value = given[attribute]
      const dataType = dataTypes.get(attribute)
      const stored =
        dataType === undefined
          ? 'is no attribute of the device'
          : computed.has(attribute) === isComputed
            ? convertValue(value, dataType)
            : 'is computed from the children of the system'
      if (dataType === undefined || typeof stored === 'string') {
        drop(`${attribute.slice(0, 255)} was dropped: it ${stored}.`)
        continue
      }
      data[attribute] = fromStored(stored, dataType)
      const nth = duplicates === 'overwritten' ? 0 : reports.length
      points.push({ device_id: deviceId, attribute, time, nth, number: stored.number, text: stored.text })
      isTaken = true
    }
    if (!isTaken) continue
    reports.push({ time, data, meta })
  }
  return { deviceId, at: now, isBatch, relay, points, duplicates, reports, dropped: dropped ? [...dropped] : nothing }
}

function shown(given: unknown): string {
  const text = JSON.stringify(given) ?? ''
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const maxTold = 10

/** The line for the device's log. */
export function toLine(dropped: readonly string[]): string {
  const more = dropped.length - maxTold
  return [...dropped.slice(0, maxTold), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ')
}
