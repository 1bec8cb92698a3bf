/** Remembers when timers fired, so that one that was due while nothing ran can be told from one that was not. */
import type { Base } from '../base/base.ts'
import { insertRuns } from './triggered-runs.ts'

export interface Timer {
  /** The flow's trigger, unique in the application. */
  readonly trigger: string
  readonly flowId: string
}

/** When it last fired, in milliseconds since 1970. One that is new is noted as beginning now, and has not fired. */
export async function lastFiredAt({ store, clock }: Base, { trigger }: Timer): Promise<number> {
  const now = clock.now()
  return store.write(async (tx) => {
    const row = await tx.selectFrom('timers').select('fired_at').where('trigger', '=', trigger).executeTakeFirst()
    if (row) return row.fired_at
    await tx.insertInto('timers').values({ trigger, fired_at: now }).execute()
    return now
  })
}

/** Starts the run of a timer that is due. `dueAt` is remembered, so that it does not count twice. */
export async function fireTimer(platform: Base, { trigger, flowId }: Timer, dueAt: number): Promise<void> {
  const { store, clock, newId, events } = platform
  const now = clock.now()
  const id = newId()
  const run = { id, trigger, flowId, begin: { time: now, data: {}, triggerType: 'timer' }, attempts: 0 }
  await store.write(async (tx) => {
    await tx
      .insertInto('timers')
      .values({ trigger, fired_at: dueAt })
      .onConflict((conflict) => conflict.column('trigger').doUpdateSet({ fired_at: dueAt }))
      .execute()
    await insertRuns(tx, [run], now)
  })
  events.emit('runsQueued', [run])
}

/** Timers of triggers that are no more. */
export async function removeOldTimers({ store }: Base, kept: readonly string[]): Promise<void> {
  const timers = await store.read.selectFrom('timers').select('trigger').execute()
  const old = timers.map(({ trigger }) => trigger).filter((trigger) => !kept.includes(trigger))
  // A store that takes no writes now is none to fail on, unless there is something to write.
  if (old.length === 0) return
  await store.write((tx) => tx.deleteFrom('timers').where('trigger', 'in', old).execute())
}
