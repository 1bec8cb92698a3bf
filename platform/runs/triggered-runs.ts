/**
 * Runs that are started by what happens, not by a request. Each is written down in the transaction of what started it, and
 * crossed out once it has ended well, so that a crash loses none; one may run twice.
 *
 *   due ── it ends well ──▸ gone
 *    ▴ └── it fails ──▸ failed, kept for 30 days
 *    └── it fails, and its flow says to try again
 */
import type { Base } from '../base/base.ts'
import type { RunBegin, TriggeredRun } from '../base/triggered-run.ts'
import { fromColumn } from '../records/schemas.ts'
import { insertRows } from '../store/insert-rows.ts'
import type { Transaction } from '../store/store.ts'
import type { TriggeredRunTable } from '../store/tables.ts'

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

/** How long a failed run is shown. */
const KEPT_MS = 30 * 86_400_000

/** Writes runs down, within the transaction of what starts them. Once that is committed, `runsQueued` is to be told. */
export async function insertRuns(tx: Transaction, runs: readonly TriggeredRun[], dueAt: number): Promise<void> {
  const rows = runs.map(
    ({ id, trigger, flowId, begin, attempts }): TriggeredRunTable => ({
      id,
      trigger,
      flow_id: flowId,
      begin: JSON.stringify(begin),
      attempts,
      due_at: dueAt,
      failed_at: null,
      error: null,
    }),
  )
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    await insertRows(tx, 'triggered_runs', rows.slice(start, start + ROWS_A_STATEMENT))
  }
}

const ROWS_A_STATEMENT = 1000

/** Writes down runs that nothing else is stored with, and tells of them. Each gets an ID where it has none. */
export async function queueRuns(
  { store, newId, clock, events }: Base,
  asked: readonly (Pick<TriggeredRun, 'trigger' | 'flowId' | 'begin'> & { readonly id?: string })[],
  dueAt = clock.now(),
): Promise<void> {
  const runs = asked.map((run) => ({ ...run, id: run.id ?? newId(), attempts: 0 }))
  await store.write((tx) => insertRuns(tx, runs, dueAt))
  if (dueAt <= clock.now()) events.emit('runsQueued', runs)
  else events.emit('runsPutOff', { dueAt })
}

/** Those that are due, in the order in which they became so. */
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

/** When the next of those that are not due yet will be; `undefined` where there is none. */
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

export async function failRun({ store, clock }: Base, id: string, attempts: number, error: RunError): Promise<void> {
  const now = clock.now()
  await store.write(async (tx) => {
    await tx
      .updateTable('triggered_runs')
      .set({ attempts, due_at: null, failed_at: now, error: JSON.stringify(error) })
      .where('id', '=', id)
      .execute()
    await tx
      .deleteFrom('triggered_runs')
      .where('failed_at', '<', now - KEPT_MS)
      .execute()
  })
}

/** The newest first. */
export async function readFailedRuns(
  { store }: Base,
  { flowId, limit }: { readonly flowId: string; readonly limit: number },
): Promise<FailedRun[]> {
  const rows = await store.read
    .selectFrom('triggered_runs')
    .selectAll()
    .where('failed_at', 'is not', null)
    .where('flow_id', '=', flowId)
    .orderBy('failed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    ...toRun(row),
    failedAt: row.failed_at ?? 0,
    error: fromColumn<RunError>(row.error ?? '{}'),
  }))
}

function toRun({ id, trigger, flow_id, begin, attempts }: TriggeredRunTable): TriggeredRun {
  return { id, trigger, flowId: flow_id, begin: fromColumn<RunBegin>(begin), attempts }
}
