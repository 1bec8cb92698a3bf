/**
 * Runs that something other than a request starts. Each is written down in the transaction of what starts it, and deleted
 * once it has ended well. So a crash loses no run, but a run may run twice.
 *
 *   due ── it ends well ──▸ deleted
 *    ▴ └── it fails ──▸ failed, kept for 30 days within the bounds of `run-bounds.ts`
 *    └── it fails, and its flow says to try again
 */
import type { Base } from '../base/base.ts'
import type { RunBegin, TriggeredRun } from '../base/triggered-run.ts'
import { fromColumn } from '../records/schemas.ts'
import { insertRows } from '../store/insert-rows.ts'
import type { Transaction } from '../store/store.ts'
import type { TriggeredRunTable } from '../store/tables.ts'
import { refuseIfTooMany, trimFailedRuns } from './run-bounds.ts'
import type { RunsBase } from './watches.ts'

/** Why a run failed, and where. */
export interface RunError {
  readonly code: string
  readonly message: string
  readonly node?: string
  readonly file?: string
  readonly line?: number
}

export interface FailedRun extends TriggeredRun {
  readonly failedAt: number
  readonly error: RunError
}

const maxSearched = 1000
const keptMs = 30 * 86_400_000

/** A run to be written down. It gets an ID unless it has one. */
export type NewRun = Pick<TriggeredRun, 'trigger' | 'flowId' | 'begin'> & { readonly id?: string }

/** Writes runs down within the transaction of what starts them. Once that is committed, emit `runsQueued`. */
export async function insertRuns(
  { newId, clock }: Pick<Base, 'newId' | 'clock'>,
  tx: Transaction,
  newRuns: readonly NewRun[],
  dueAt = clock.now(),
): Promise<readonly TriggeredRun[]> {
  const runs = newRuns.map((run) => ({ ...run, id: run.id ?? newId(), attempts: 0 }))
  const rows = runs.map(({ id, trigger, flowId, begin, attempts }): TriggeredRunTable => {
    const json = JSON.stringify(begin)
    return {
      id,
      trigger,
      flow_id: flowId,
      begin: json,
      attempts,
      due_at: dueAt,
      failed_at: null,
      error: null,
      size: Buffer.byteLength(json),
    }
  })
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    await insertRows(tx, 'triggered_runs', rows.slice(start, start + rowsPerStatement))
  }
  return runs
}

const rowsPerStatement = 1000

/** Writes down runs in a transaction of their own, and tells of them. Throws `PLATFORM_TOO_MANY_RUNS` (503). */
export async function queueRuns(base: RunsBase, newRuns: readonly NewRun[], dueAt = base.clock.now()): Promise<void> {
  const runs = await base.store.write(async (tx) => {
    await refuseIfTooMany(tx, base.runBounds)
    return insertRuns(base, tx, newRuns, dueAt)
  })
  if (dueAt <= base.clock.now()) base.events.emit('runsQueued', runs)
  else base.events.emit('runsPutOff', { dueAt })
}

/** The runs that are due, the longest due first. */
export async function readDueRuns({ store, clock }: Base, limit: number): Promise<TriggeredRun[]> {
  const rows = await store.read
    .selectFrom('triggered_runs')
    .selectAll()
    .where('due_at', '<=', clock.now())
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toRun)
}

/** When the next run becomes due; `undefined` if none is put off. */
export async function nextDueAt({ store, clock }: Base): Promise<number | undefined> {
  const row = await store.read
    .selectFrom('triggered_runs')
    .select('due_at')
    .where('due_at', '>', clock.now())
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
  return row?.due_at ?? undefined
}

export async function finishRun({ store }: Base, id: string): Promise<void> {
  await store.write((tx) => tx.deleteFrom('triggered_runs').where('id', '=', id).execute())
}

export async function postponeRun({ store }: Base, id: string, attempts: number, dueAt: number): Promise<void> {
  await store.write((tx) =>
    tx.updateTable('triggered_runs').set({ attempts, due_at: dueAt }).where('id', '=', id).execute(),
  )
}

export async function failRun(
  { store, clock, runBounds }: RunsBase,
  id: string,
  attempts: number,
  error: RunError,
): Promise<void> {
  const now = clock.now()
  await store.write(async (tx) => {
    await tx
      .updateTable('triggered_runs')
      .set({ attempts, due_at: null, failed_at: now, error: JSON.stringify(bounded(error)) })
      .where('id', '=', id)
      .execute()
    await trimFailedRuns(tx, runBounds, now - keptMs)
  })
}

/** A flow may say in its message whatever a client sent, and `RunBounds.bytes` counts only what a run begins with. */
function bounded(error: RunError): RunError {
  const { message } = error
  if (message.length <= maxMessage) return error
  return { ...error, message: `${message.slice(0, maxMessage)}… [cut: ${message.length} characters]` }
}

const maxMessage = 4_000

export interface FailedRange {
  readonly flowId: string
  readonly limit: number
  /** When they failed, in milliseconds since 1970. */
  readonly from?: number
  readonly to?: number
  readonly direction?: 'asc' | 'desc'
  /** Only the runs that this device started. */
  readonly deviceId?: string | undefined
}

/** Failed runs of a flow, by default the newest first. */
export async function readFailedRuns(
  { store }: Base,
  { flowId, limit, from = 0, to = Number.MAX_SAFE_INTEGER, direction = 'desc', deviceId }: FailedRange,
): Promise<FailedRun[]> {
  const found = await store.read
    .selectFrom('triggered_runs')
    .selectAll()
    .where('failed_at', '>=', from)
    .where('failed_at', '<=', to)
    .where('flow_id', '=', flowId)
    .orderBy('failed_at', direction)
    .orderBy('id', direction)
    // The device stands within `begin`, which SQL does not look into.
    .limit(deviceId === undefined ? limit : maxSearched)
    .execute()
  const ofDevice = (row: TriggeredRunTable) => fromColumn<RunBegin>(row.begin).triggerId === deviceId
  const rows = deviceId === undefined ? found : found.filter(ofDevice).slice(0, limit)
  return rows.map((row) => ({
    ...toRun(row),
    failedAt: row.failed_at ?? 0,
    error: fromColumn<RunError>(row.error ?? '{}'),
  }))
}

function toRun({ id, trigger, flow_id, begin, attempts }: TriggeredRunTable): TriggeredRun {
  return { id, trigger, flowId: flow_id, begin: fromColumn<RunBegin>(begin), attempts }
}
