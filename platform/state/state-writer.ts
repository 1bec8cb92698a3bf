/**
 * Writes what devices report. All that has come by the time the store turns to it is one write: one query for the devices,
 * one statement for the points, one for the runs that they start. From fifty devices at once that takes a state from some
 * 150 to some 20 µs.
 */
import { CompiledQuery } from 'kysely'
import { FlowpotError } from '../../contracts/errors.ts'
import type { Relay } from '../base/events.ts'
import { notFound } from '../base/refusals.ts'
import type { TriggeredRun } from '../base/triggered-run.ts'
import { fromColumn } from '../records/schemas.ts'
import { armInactivityTimers } from '../runs/inactivity.ts'
import { runsOfStates } from '../runs/runs-of-states.ts'
import { insertRuns } from '../runs/triggered-runs.ts'
import type { RunsBase } from '../runs/watches.ts'
import type { Transaction } from '../store/store.ts'
import type { DeviceStateTable } from '../store/tables.ts'
import { insertLogLine } from './device-log.ts'
import { insertPoints } from './insert-points.ts'
import { type SortedOut, type StatesOfDevice, sortOut, toLine } from './sort-out.ts'

/** What was reported at once: all of it is stored or, where one of the devices does not exist, nothing. */
export interface Report {
  readonly states: readonly StatesOfDevice[]
  readonly relay: Relay
}

export interface Reported {
  /** States that were stored, at least in part. */
  readonly accepted: number
  /** What was not stored, a sentence each; it also stands in the device's log. */
  readonly dropped: readonly string[]
}

export interface StateWriter {
  /** Resolves after the commit. Throws 404 where there is no such device, and what the store throws. */
  write(report: Report): Promise<Reported>
}

interface Waiting {
  readonly report: Report
  /** When it came, in milliseconds since 1970. */
  readonly at: number
  resolve(reported: Reported): void
  reject(error: unknown): void
}

/** What became of a report within the transaction. */
interface Outcome {
  /** Empty where the report is refused. */
  readonly sorted: readonly SortedOut[]
  readonly error: FlowpotError | undefined
}

interface Written {
  readonly outcomes: readonly Outcome[]
  readonly runs: readonly TriggeredRun[]
}

/** A write is given no more at once, so that none keeps the store to itself. */
const MAX_REPORTS = 500

export function createStateWriter(platform: RunsBase): StateWriter {
  const { store, events, clock, log } = platform
  const waiting: Waiting[] = []
  let isAsked = false

  /** Takes what waits at the moment at which the store turns to it. */
  const ask = (): void => {
    isAsked = true
    // Kept, since PostgreSQL may run the work again.
    let batch: Waiting[] | undefined
    const take = () => {
      batch ??= waiting.splice(0, MAX_REPORTS)
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

  const settle = (batch: readonly Waiting[], { outcomes, runs }: Written): void => {
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
    if (runs.length > 0) events.emit('runsQueued', runs)
  }

  /** What fails for one must not fail for the others: unless it was the store, each is tried alone. */
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
  const dataTypes = await readDataTypes(platform, tx, [...ids])
  const outcomes = batch.map((one) => sortOutReport(one, dataTypes))
  const points: DeviceStateTable[] = []
  const heard: SortedOut[] = []
  for (const { sorted } of outcomes) {
    for (const one of sorted) {
      for (const point of one.points) points.push(point)
      if (one.reports.length > 0) heard.push(one)
      if (one.dropped.length > 0) await insertLogLine(tx, one.deviceId, newId(), one.at, toLine(one.dropped))
    }
  }
  await insertPoints(tx, store.dialect, points)
  const runs = await insertRuns(platform, tx, await runsOfStates(tx, watches.current.state, heard))
  await armInactivityTimers(tx, watches.current.inactivity, heard)
  return { outcomes, runs }
}

function sortOutReport({ report, at }: Waiting, dataTypes: ReadonlyMap<string, ReadonlyMap<string, string>>): Outcome {
  const sorted: SortedOut[] = []
  for (const given of report.states) {
    const own = dataTypes.get(given.deviceId)
    if (!own) return { sorted: [], error: notFound({ what: 'Device' }) }
    sorted.push(sortOut(given, own, at, report.relay))
  }
  return { sorted, error: undefined }
}

/** Per device that exists the types of the attributes that it has now, by name. */
async function readDataTypes(
  { store }: RunsBase,
  tx: Transaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const query =
    store.dialect === 'sqlite'
      ? CompiledQuery.raw('select id, attributes from devices where id in (select value from json_each(?))', [
          JSON.stringify(ids),
        ])
      : CompiledQuery.raw('select id, attributes from devices where id = any($1)', [ids])
  const { rows } = await tx.executeQuery(query)
  // What the statement selects.
  return new Map((rows as { id: string; attributes: string }[]).map((row) => [row.id, readTypes(row.attributes)]))
}

/** By the column's text, since most devices have the same attributes. */
const knownTypes = new Map<string, ReadonlyMap<string, string>>()
const MAX_KNOWN = 1000

function readTypes(attributes: string): ReadonlyMap<string, string> {
  const known = knownTypes.get(attributes)
  if (known) return known
  if (knownTypes.size >= MAX_KNOWN) knownTypes.clear()
  const list = fromColumn<{ name: string; dataType: string }[]>(attributes)
  const types = new Map(list.map(({ name, dataType }) => [name, dataType]))
  knownTypes.set(attributes, types)
  return types
}
