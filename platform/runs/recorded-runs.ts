/** The failed runs that the recorder has written down, with their traces. */
import type { Base } from '../base/base.ts'
import { insertRows } from '../store/insert-rows.ts'

export interface StoredRun {
  readonly id: string
  readonly flowId: string
  /** When the run began, in milliseconds since 1970. */
  readonly time: number
  /** What lists show of the run, as JSON. */
  readonly summary: string
  /** The whole record, as JSON. */
  readonly record: string
}

export interface KeepBounds {
  readonly runsOfFlow: number
  /** Size of all records and summaries together. */
  readonly bytes: number
  readonly ms: number
}

/** Writes runs down, and deletes those that exceed the bounds, the oldest first. */
export async function keepRuns(
  { store, clock }: Pick<Base, 'store' | 'clock'>,
  runs: readonly StoredRun[],
  { runsOfFlow, bytes, ms }: KeepBounds,
): Promise<void> {
  const rows = runs.map(({ id, flowId, time, summary, record }) => ({
    id,
    flow_id: flowId,
    began_at: time,
    size: Buffer.byteLength(record) + Buffer.byteLength(summary),
    summary,
    record,
  }))
  const oldest = clock.now() - ms
  await store.write(async (tx) => {
    for (const row of rows) {
      // A run that is tried again keeps its ID, and the new record replaces the old one.
      await tx.deleteFrom('recorded_runs').where('id', '=', row.id).execute()
      await insertRows(tx, 'recorded_runs', [row])
    }
    const kept = await tx
      .selectFrom('recorded_runs')
      .select(['id', 'flow_id', 'began_at', 'size'])
      .orderBy('began_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
    const ofFlow = new Map<string, number>()
    let held = 0
    const tooMany = kept.filter(({ flow_id, began_at, size }) => {
      const count = (ofFlow.get(flow_id) ?? 0) + 1
      ofFlow.set(flow_id, count)
      held += size
      return count > runsOfFlow || held > bytes || began_at < oldest
    })
    for (const { id } of tooMany) await tx.deleteFrom('recorded_runs').where('id', '=', id).execute()
  })
}

/** Summaries, the newest first. */
export async function listKeptRuns(
  { store, clock }: Pick<Base, 'store' | 'clock'>,
  { ms, limit, flowId }: { readonly ms: number; readonly limit: number; readonly flowId?: string | undefined },
): Promise<string[]> {
  const query = store.read
    .selectFrom('recorded_runs')
    .select('summary')
    .where('began_at', '>=', clock.now() - ms)
    .orderBy('began_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  const rows = await (flowId === undefined ? query : query.where('flow_id', '=', flowId)).execute()
  return rows.map(({ summary }) => summary)
}

/** The whole record, as JSON. */
export async function readKeptRun(
  { store, clock }: Pick<Base, 'store' | 'clock'>,
  id: string,
  ms: number,
): Promise<string | undefined> {
  const row = await store.read
    .selectFrom('recorded_runs')
    .select('record')
    .where('id', '=', id)
    .where('began_at', '>=', clock.now() - ms)
    .executeTakeFirst()
  return row?.record
}
