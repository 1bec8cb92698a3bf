/** Bounds for runs that wait or have failed, since strangers can start them: a webhook is public, and its run keeps the whole request. */
import { sql } from 'kysely'
import { tooManyRuns } from '../base/refusals.ts'
import type { Transaction } from '../store/store.ts'

export interface RunBounds {
  /** Runs of all flows that may wait. Past it, what would start another one is refused. */
  readonly waiting: number
  /** Failed runs that are kept of each flow. Older ones are deleted. */
  readonly failedOfFlow: number
  /** Size of what runs begin with: of all that wait, and of all that failed. */
  readonly bytes: number
}

/** Throws `PLATFORM_TOO_MANY_RUNS` (503) if too many runs wait already. Runs that are put off count as well. */
export async function refuseIfTooMany(tx: Transaction, { waiting, bytes }: RunBounds): Promise<void> {
  const { rows } = await sql<{ runs: number; held: number | null }>`select count(*) as runs, sum(size) as held
    from (select size from triggered_runs where due_at is not null limit ${sql.lit(waiting)}) held`.execute(tx)
  const [total] = rows
  if (total && (Number(total.runs) >= waiting || Number(total.held) >= bytes)) {
    throw tooManyRuns({}, { headers: { 'retry-after': '5' } })
  }
}

/** Deletes failed runs that are too old or exceed the bounds, the oldest first. The run that failed last stays, however large it is. */
export async function trimFailedRuns(
  tx: Transaction,
  { failedOfFlow, bytes }: RunBounds,
  oldest: number,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from (
      select id, failed_at,
        row_number() over (partition by flow_id order by failed_at desc, id desc) as place,
        row_number() over (order by failed_at desc, id desc) as overall,
        sum(size) over (order by failed_at desc, id desc) as held
      from triggered_runs where failed_at is not null
    ) failed where overall > 1 and (place > ${sql.lit(failedOfFlow)} or held > ${bytes} or failed_at < ${oldest})
    order by failed_at limit ${sql.lit(maxTrimmed)}`.execute(tx)
  for (const { id } of rows) await tx.deleteFrom('triggered_runs').where('id', '=', id).execute()
}

/** A store that was filled without bounds is emptied in steps, since other writes wait for each. */
const maxTrimmed = 200
