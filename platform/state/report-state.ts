/** Takes what a device reports: the one way into its state, for REST, MQTT and flows. */
import { sql } from 'kysely'
import type { PlatformEvents, Relay } from '../events.ts'
import type { Platform } from '../platform.ts'
import { notFound } from '../refusals.ts'
import { fromColumn } from '../resources/schemas.ts'
import type { Transaction } from '../store/store.ts'
import type { DeviceStateTable } from '../store/tables.ts'
import { convertValue, fromStored, type Scalar } from './convert-value.ts'
import { insertLogLine } from './device-log.ts'
import { type GivenState, StateOrStates } from './state-schemas.ts'
import { readTime, whyNotTaken } from './times.ts'

export interface Reported {
  /** States that were stored, at least in part. */
  readonly accepted: number
  /** What was not stored, a sentence each; it also stands in the device's log. */
  readonly dropped: readonly string[]
}

type StateReported = PlatformEvents['stateReported']

/**
 * Stores what `body` says: one state, or a list of them. Resolves after the commit. Throws `PLATFORM_INVALID` (400) for a wrong shape, 404 where
 * there is no such device, and what the store throws.
 */
export async function reportState(
  platform: Platform,
  deviceId: string,
  body: unknown,
  relay: Relay,
): Promise<Reported> {
  platform.validate(StateOrStates, body)
  // The line above holds it against the schema.
  return reportStates(platform, [{ deviceId, states: [body].flat() as GivenState[] }], relay)
}

export interface StatesOfDevice {
  readonly deviceId: string
  readonly states: readonly GivenState[]
}

/** Stores states that fit their schema, of several devices: all or, where one of them does not exist, none. */
export async function reportStates(
  platform: Platform,
  given: readonly StatesOfDevice[],
  relay: Relay,
): Promise<Reported> {
  const now = platform.clock.now()
  const lineId = platform.newId()
  const sorted = await platform.store.write(async (tx) => {
    const all: SortedOut[] = []
    for (const { deviceId, states } of given) {
      const one = sortOut(deviceId, states, await readDataTypes(tx, deviceId), now, relay)
      await insertPoints(tx, one.points)
      if (one.dropped.length > 0) await insertLogLine(tx, deviceId, lineId, now, toLine(one.dropped))
      all.push(one)
    }
    return all
  })
  const reports = sorted.flatMap((one) => one.reports)
  for (const report of reports) platform.events.emit('stateReported', report)
  return { accepted: reports.length, dropped: sorted.flatMap((one) => one.dropped) }
}

/** Types by name of the attributes that the device has now. */
async function readDataTypes(tx: Transaction, deviceId: string): Promise<ReadonlyMap<string, string>> {
  const row = await tx.selectFrom('devices').select('attributes').where('id', '=', deviceId).executeTakeFirst()
  if (!row) throw notFound({ what: 'Device' })
  const attributes = fromColumn<{ name: string; dataType: string }[]>(row.attributes)
  return new Map(attributes.map(({ name, dataType }) => [name, dataType]))
}

interface SortedOut {
  readonly points: readonly DeviceStateTable[]
  readonly reports: readonly StateReported[]
  readonly dropped: readonly string[]
}

function sortOut(
  deviceId: string,
  states: readonly GivenState[],
  dataTypes: ReadonlyMap<string, string>,
  now: number,
  relay: Relay,
): SortedOut {
  // Of the same attribute at the same millisecond the last counts; PostgreSQL refuses a statement that holds both.
  const points = new Map<string, DeviceStateTable>()
  const reports: StateReported[] = []
  const dropped = new Set<string>()
  for (const { data: given, time: givenTime, meta, flowVersion } of states) {
    const time = readTime(givenTime, now)
    const reason = whyNotTaken(time, now)
    if (reason !== undefined) {
      dropped.add(`A state was ignored: ${reason}.`)
      continue
    }
    const data: Record<string, Scalar> = {}
    for (const [attribute, value] of Object.entries(given)) {
      const dataType = dataTypes.get(attribute)
      const stored = dataType === undefined ? 'is no attribute of the device' : convertValue(value, dataType)
      if (dataType === undefined || typeof stored === 'string') {
        dropped.add(`${attribute.slice(0, 255)} was dropped: it ${stored}.`)
        continue
      }
      data[attribute] = fromStored(stored, dataType)
      points.set(`${attribute} ${time}`, { device_id: deviceId, attribute, time, ...stored })
    }
    if (Object.keys(data).length === 0) continue
    const more = { ...(meta === undefined ? {} : { meta }), ...(flowVersion === undefined ? {} : { flowVersion }) }
    reports.push({ deviceId, time, data, ...more, relay })
  }
  return { points: [...points.values()], reports, dropped: [...dropped] }
}

/** Five values a row: SQLite takes 32,766 a statement. */
const ROWS_A_STATEMENT = 1000

async function insertPoints(tx: Transaction, points: readonly DeviceStateTable[]): Promise<void> {
  for (let start = 0; start < points.length; start += ROWS_A_STATEMENT) {
    await tx
      .insertInto('device_states')
      .values(points.slice(start, start + ROWS_A_STATEMENT))
      .onConflict((conflict) =>
        conflict
          .columns(['device_id', 'attribute', 'time'])
          .doUpdateSet({ number: sql`excluded.number`, text: sql`excluded.text` }),
      )
      .execute()
  }
}

const MAX_TOLD = 10

function toLine(dropped: readonly string[]): string {
  const more = dropped.length - MAX_TOLD
  return [...dropped.slice(0, MAX_TOLD), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ')
}
