/**
 * Writes what devices report. All reports that have come by the time the store is ready are one write: one query for the devices,
 * one statement for the points, one for the runs that they start. With fifty devices at once, a state takes about 20 instead of
 * 150 µs.
 */
import { CompiledQuery } from 'kysely'
import { FlowpotError } from '../../contracts/errors.ts'
import type { Relay } from '../base/events.ts'
import { notFound } from '../base/refusals.ts'
import type { TriggeredRun } from '../base/triggered-run.ts'
import { toAttributes } from '../records/device-record.ts'
import { fromColumn } from '../records/schemas.ts'
import { computedAttributes } from '../records/system-attribute.ts'
import { armInactivityTimers } from '../runs/inactivity.ts'
import { refuseIfTooMany } from '../runs/run-bounds.ts'
import { runsOfStates } from '../runs/runs-of-states.ts'
import { insertRuns } from '../runs/triggered-runs.ts'
import type { RunsBase } from '../runs/watches.ts'
import type { Transaction } from '../store/store.ts'
import type { DeviceStateTable, DeviceTable } from '../store/tables.ts'
import { noteComputed } from './computed-until.ts'
import { insertLogLine } from './device-log.ts'
import { insertPoints } from './insert-points.ts'
import { numberPoints, readDuplicates } from './number-points.ts'
import { type ReportingDevice, type SortedOut, type StatesOfDevice, sortOut, toLine } from './sort-out.ts'

/** States that were reported together. If one of the devices does not exist, none of them is stored. */
export interface Report {
  readonly states: readonly StatesOfDevice[]
  readonly relay: Relay
  /** Only for a system that has computed its attributes: the time for which. If it has done so before, nothing is stored. */
  readonly computedUntil?: number
}

export interface Reported {
  /** States that were stored, at least in part. */
  readonly accepted: number
  /** A sentence for each thing that was not stored. The device's log has them too. */
  readonly dropped: readonly string[]
}

export interface StateWriter {
  /** Resolves after the commit. Rejects with 404 if there is no such device, and with the errors of the store. */
  write(report: Report): Promise<Reported>
}

interface Waiting {
  readonly report: Report
  /** When the report came, in milliseconds since 1970. */
  readonly at: number
  resolve(reported: Reported): void
  reject(error: unknown): void
}

/** The result of a report within the transaction. */
interface Outcome {
  /** Empty if the report is refused. */
  readonly sorted: readonly SortedOut[]
  readonly error: FlowpotError | undefined
}

interface Written {
  readonly outcomes: readonly Outcome[]
  readonly runs: readonly TriggeredRun[]
  readonly heard: readonly SortedOut[]
}

/** Reports in one write, so that no write occupies the store for long. */
const maxReports = 500

export function createStateWriter(platform: RunsBase): StateWriter {
  const { store, events, clock, log } = platform
  const waiting: Waiting[] = []
  let isAsked = false

  /** Asks the store for a write, which takes the reports that wait once the store is ready. */
  const ask = (): void => {
    isAsked = true
    // PostgreSQL may run the work again, which then needs the same reports.
    let batch: Waiting[] | undefined
    const take = () => {
      batch ??= waiting.splice(0, maxReports)
      isAsked = false
      return batch
    }
    store
      .write((tx) => writeAll(platform, tx, take()))
      .then(
        (written) => settle(take(), written),
        (error: unknown) => giveUp(take(), error),
      )
      .finally(() => {
        if (waiting.length > 0 && !isAsked) ask()
      })
      .catch((err) => log.error({ err }, 'States could not be written'))
  }

  const settle = (batch: readonly Waiting[], { outcomes, runs, heard }: Written): void => {
    outcomes.forEach(({ sorted, error }, index) => {
      if (error) {
        batch[index]?.reject(error)
        return
      }
      let accepted = 0
      const dropped: string[] = []
      for (const one of sorted) {
        accepted += one.reports.length
        dropped.push(...one.dropped)
      }
      batch[index]?.resolve({ accepted, dropped })
    })
    if (heard.length > 0) events.emit('statesStored', heard)
    if (runs.length > 0) events.emit('runsQueued', runs)
  }

  /** One faulty report must not fail the others, so each is tried on its own, unless the store itself failed. */
  const giveUp = (batch: readonly Waiting[], error: unknown): void => {
    if (batch.length < 2 || (error instanceof FlowpotError && error.status === 503)) {
      for (const one of batch) one.reject(error)
      return
    }
    for (const one of batch) {
      store
        .write((tx) => writeAll(platform, tx, [one]))
        .then(
          (written) => settle([one], written),
          (own: unknown) => one.reject(own),
        )
    }
  }

  return {
    write: (report) =>
      new Promise((resolve, reject) => {
        waiting.push({ report, at: clock.now(), resolve, reject })
        if (!isAsked) ask()
      }),
  }
}

async function writeAll(platform: RunsBase, tx: Transaction, batch: readonly Waiting[]): Promise<Written> {
  const { store, newId, watches } = platform
  const ids = new Set<string>()
  for (const { report } of batch) {
    for (const { deviceId } of report.states) ids.add(deviceId)
  }
  const devices = await readDevices(platform, tx, [...ids])
  const repeated = await findRepeated(tx, batch)
  const outcomes = batch.map((one) => (repeated.has(one) ? nothingStored : sortOutReport(one, devices)))
  const points: DeviceStateTable[] = []
  const unnumbered: SortedOut[] = []
  const heard: SortedOut[] = []
  for (const { sorted } of outcomes) {
    for (const one of sorted) {
      if (one.duplicates === 'overwritten') for (const point of one.points) points.push(point)
      else unnumbered.push(one)
      if (one.reports.length > 0) heard.push(one)
      if (one.dropped.length > 0) await insertLogLine(tx, one.deviceId, newId(), one.at, toLine(one.dropped))
    }
  }
  if (unnumbered.length > 0) points.push(...(await numberPoints(tx, store.dialect, unnumbered)))
  await insertPoints(tx, store.dialect, points)
  const started = await runsOfStates(tx, watches.current.state, heard)
  // The device then reports again: over MQTT because it has no acknowledgement, by REST because the answer was 503.
  if (started.length > 0) await refuseIfTooMany(tx, platform.runBounds)
  const runs = await insertRuns(platform, tx, started)
  await armInactivityTimers(tx, watches.current.inactivity, heard)
  return { outcomes, runs, heard }
}

const nothingStored: Outcome = { sorted: [], error: undefined }

/** Those of systems that were computed for the same time before, by another process. */
async function findRepeated(tx: Transaction, batch: readonly Waiting[]): Promise<ReadonlySet<Waiting>> {
  const repeated = new Set<Waiting>()
  for (const one of batch) {
    const { computedUntil, states } = one.report
    if (computedUntil === undefined) continue
    for (const { deviceId } of states) if (!(await noteComputed(tx, deviceId, computedUntil))) repeated.add(one)
  }
  return repeated
}

function sortOutReport({ report, at }: Waiting, devices: ReadonlyMap<string, ReportingDevice>): Outcome {
  const sorted: SortedOut[] = []
  for (const given of report.states) {
    const device = devices.get(given.deviceId)
    if (!device) return { sorted: [], error: notFound({ what: 'Device' }) }
    sorted.push(sortOut(given, device, at, report.relay, report.computedUntil !== undefined))
  }
  return { sorted, error: undefined }
}

/** Those of the devices that exist, by ID. */
async function readDevices(
  { store }: RunsBase,
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReportingDevice>> {
  const query =
    store.dialect === 'sqlite'
      ? CompiledQuery.raw(`${selectDevices} in (select value from json_each(?))`, [JSON.stringify(ids)])
      : CompiledQuery.raw(`${selectDevices} = any($1)`, [ids])
  const { rows } = await tx.executeQuery(query)
  // Boundary: these are the columns that the statement selects.
  const found = rows as Pick<DeviceTable, 'id' | 'attributes' | 'device_class' | 'keeps_duplicates'>[]
  return new Map(
    found.map(({ id, attributes, device_class, keeps_duplicates }) => [
      id,
      {
        dataTypes: readTypes(attributes),
        computed: device_class === 'system' ? readComputed(attributes) : nothingComputed,
        duplicates: readDuplicates(keeps_duplicates),
      },
    ]),
  )
}

const selectDevices = 'select id, attributes, device_class, keeps_duplicates from devices where id'

const nothingComputed: ReadonlySet<string> = new Set()

function readComputed(attributes: string): ReadonlySet<string> {
  return new Set(computedAttributes('system', toAttributes({ attributes })).map(({ name }) => name))
}

/** Types by the text of the column `attributes`, since most devices have the same attributes. */
const knownTypes = new Map<string, ReadonlyMap<string, string>>()
const maxKnown = 1000

function readTypes(attributes: string): ReadonlyMap<string, string> {
  const known = knownTypes.get(attributes)
  if (known) return known
  if (knownTypes.size >= maxKnown) knownTypes.clear()
  const list = fromColumn<{ name: string; dataType: string }[]>(attributes)
  const types = new Map(list.map(({ name, dataType }) => [name, dataType]))
  knownTypes.set(attributes, types)
  return types
}
