/** Remembers when timers fired, so that after a start it is known which of them were due in the meantime. */
import { sql } from 'kysely'
import type { Base } from '../base/base.ts'
import { isIn, not } from '../records/conditions.ts'
import { insertRuns } from './triggered-runs.ts'

export interface Timer {
  /** The flow's trigger, unique in the application. */
  readonly trigger: string
  readonly flowId: string
}

/** When the timer last fired, in milliseconds since 1970. A new timer counts as fired now. */
export async function lastFiredAt({ store, clock }: Base, { trigger }: Timer): Promise<number> {
  const now = clock.now()
  return store.write(async (tx) => {
    const row = await tx.selectFrom('timers').select('fired_at').where('trigger', '=', trigger).executeTakeFirst()
    if (row) return row.fired_at
    await tx.insertInto('timers').values({ trigger, fired_at: now }).execute()
    return now
  })
}

/** Starts the run of a timer. Remembers `dueAt`, so that the timer does not fire twice for it. */
export async function fireTimer(platform: Base, { trigger, flowId }: Timer, dueAt: number): Promise<void> {
  const { store, clock, events } = platform
  const begin = { time: clock.now(), data: {}, triggerType: 'timer' }
  const runs = await store.write(async (tx) => {
    await tx
      .insertInto('timers')
      .values({ trigger, fired_at: dueAt })
      .onConflict((conflict) => conflict.column('trigger').doUpdateSet({ fired_at: dueAt }))
      .execute()
    return insertRuns(platform, tx, [{ trigger, flowId, begin }])
  })
  events.emit('runsQueued', runs)
}

/** Deletes the timers of triggers that no longer exist. */
export async function removeOldTimers(
  { store }: Base,
  table: 'timers' | 'inactivity_timers',
  kept: readonly string[],
): Promise<void> {
  const isOld = sql<boolean>`${not(isIn(sql.ref('trigger'), kept))}`
  const old = await store.read.selectFrom(table).select('trigger').where(isOld).limit(1).executeTakeFirst()
  // Without anything to delete, a start must not fail on a store that cannot be written.
  if (old) await store.write((tx) => tx.deleteFrom(table).where(isOld).execute())
}
