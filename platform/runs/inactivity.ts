/** Notices devices that have gone silent. Each trigger has a timer for each device: a state sets it anew, and it is deleted once it has fired. */
import type { InactivityWatch, Watch } from '../../contracts/watches.ts'
import { toIso } from '../records/schemas.ts'
import type { Transaction } from '../store/store.ts'
import { insertRuns, type NewRun } from './triggered-runs.ts'
import { isById, matchingDevices, type OnDevices, type RunsBase } from './watches.ts'

/** Sets the timers of devices that have reported. `at` is the time of arrival, in milliseconds since 1970. */
export async function armInactivityTimers(
  tx: Transaction,
  watches: readonly OnDevices<InactivityWatch>[],
  heard: readonly { readonly deviceId: string; readonly at: number }[],
): Promise<void> {
  if (watches.length === 0 || heard.length === 0) return
  // The last report of a device counts.
  const heardAt = new Map(heard.map(({ deviceId, at }) => [deviceId, at]))
  for (const watch of watches) {
    const watched = await matchingDevices(tx, watch, [...heardAt.keys()])
    const rows = [...heardAt]
      .filter(([deviceId]) => watched.has(deviceId))
      .map(([device_id, heard_at]) => ({ trigger: watch.trigger, device_id, heard_at }))
    if (rows.length === 0) continue
    await tx
      .insertInto('inactivity_timers')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['trigger', 'device_id']).doUpdateSet(({ ref }) => ({ heard_at: ref('excluded.heard_at') })),
      )
      .execute()
  }
}

/** Timers that fire in one write. */
const maxFired = 500

/** Starts the runs of the timers that have run out. Resolves with the time at which the next timer runs out. */
export async function fireInactivityTimers(platform: RunsBase): Promise<number | undefined> {
  const { store, clock, events, watches } = platform
  let next: number | undefined
  for (const watch of watches.current.inactivity) {
    const waitMs = watch.seconds * 1000
    for (;;) {
      const now = clock.now()
      const oldest = await store.read
        .selectFrom('inactivity_timers')
        .select('heard_at')
        .where('trigger', '=', watch.trigger)
        .orderBy('heard_at')
        .limit(1)
        .executeTakeFirst()
      if (!oldest) break
      if (oldest.heard_at + waitMs > now) {
        next = Math.min(next ?? Number.POSITIVE_INFINITY, oldest.heard_at + waitMs)
        break
      }
      const runs = await store.write(async (tx) => {
        const silent = await tx
          .selectFrom('inactivity_timers')
          .select(['device_id', 'heard_at'])
          .where('trigger', '=', watch.trigger)
          .where('heard_at', '<=', now - waitMs)
          .orderBy('heard_at')
          .limit(maxFired)
          .execute()
        const ids = silent.map(({ device_id }) => device_id)
        await tx
          .deleteFrom('inactivity_timers')
          .where('trigger', '=', watch.trigger)
          .where('device_id', 'in', ids)
          .execute()
        // A device may have been deleted since, or have other tags now.
        const watched = await matchingDevices(tx, watch, ids)
        const begun = silent
          .filter(({ device_id }) => watched.has(device_id))
          .map(({ device_id, heard_at }) => toRun(watch, device_id, heard_at))
        return insertRuns(platform, tx, begun)
      })
      if (runs.length > 0) events.emit('runsQueued', runs)
    }
  }
  return next
}

function toRun(watch: Watch<InactivityWatch>, deviceId: string, heardAt: number): NewRun {
  return {
    trigger: watch.trigger,
    flowId: watch.flowId,
    begin: {
      time: heardAt + watch.seconds * 1000,
      data: { inactivitySeconds: watch.seconds, lastActivity: toIso(heardAt) },
      triggerId: deviceId,
      triggerType: isById(watch) ? 'deviceIdInactivity' : 'deviceTagInactivity',
      relayId: `inactivity-${deviceId}-${watch.seconds}`,
      relayType: 'timer',
    },
  }
}
