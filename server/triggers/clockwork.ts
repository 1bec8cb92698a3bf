/** Starts flows by the clock: timers, and inactivity of devices. */
import type { Application, CompiledTrigger } from '../../engine/application.ts'
import type { TimerSpec } from '../../engine/trigger.ts'
import type { Platform } from '../../platform/platform.ts'
import { fireInactivityTimers } from '../../platform/runs/inactivity.ts'
import { fireTimer, lastFiredAt, removeOldTimers } from '../../platform/runs/timers.ts'
import { createAlarm } from './alarm.ts'

export interface Clockwork {
  /** Runs the clocks of this application instead of those of the one before. */
  follow(application: Application): Promise<void>
  stop(): void
}

/** How long to wait if the store did not answer. */
const pauseMs = 1000

export function createClockwork(platform: Platform): Clockwork {
  const { clock, watches } = platform
  let stops: (() => void)[] = []
  const stop = () => {
    for (const end of stops) end()
    stops = []
  }

  const startTimer = async (trigger: CompiledTrigger<'timer'>): Promise<void> => {
    const { spec, flow } = trigger
    const timer = { trigger: trigger.id, flowId: flow.id }
    let isStopped = false
    let due: number | undefined
    const setFrom = (from: number) => {
      due = spec.next(from)
      alarm.set(due)
    }
    const alarm = createAlarm(clock, () => {
      const dueAt = due ?? clock.now()
      fireTimer(platform, timer, dueAt).then(
        () => {
          if (!isStopped) setFrom(fromOf(spec, dueAt, clock.now()))
        },
        (err: unknown) => {
          platform.log.error({ err, trigger: timer.trigger }, 'A timer could not fire')
          if (!isStopped) alarm.set(clock.now() + pauseMs)
        },
      )
    })
    stops.push(() => {
      isStopped = true
      alarm.set(undefined)
    })
    const last = await lastFiredAt(platform, timer)
    if (!isStopped) setFrom(spec.late ? Math.min(last, clock.now()) : fromOf(spec, last, clock.now()))
  }

  const startInactivity = (): void => {
    const shortestMs = Math.min(...watches.current.inactivity.map(({ seconds }) => seconds * 1000))
    if (!Number.isFinite(shortestMs)) return
    let isStopped = false
    // A device that has just reported for the first time is not due before the shortest time is over.
    const setFor = (next: number) => {
      if (!isStopped) alarm.set(Math.min(next, clock.now() + shortestMs))
    }
    const look = () => {
      fireInactivityTimers(platform).then(
        (next = Number.POSITIVE_INFINITY) => setFor(next),
        (err: unknown) => {
          platform.log.error({ err }, 'Silent devices could not be found')
          setFor(clock.now() + pauseMs)
        },
      )
    }
    const alarm = createAlarm(clock, look)
    stops.push(() => {
      isStopped = true
      alarm.set(undefined)
    })
    look()
  }

  return {
    async follow({ triggers }) {
      stop()
      const timers = triggers.filter((trigger) => trigger.type === 'timer')
      const ids = timers.map(({ id }) => id)
      const silences = watches.current.inactivity.map(({ trigger }) => trigger)
      await removeOldTimers(platform, 'timers', ids)
      await removeOldTimers(platform, 'inactivity_timers', silences)
      await Promise.all(timers.map(startTimer))
      startInactivity()
    },
    stop,
  }
}

/** The time from which the next one is counted, so that missed times are skipped and others do not drift. */
function fromOf(spec: TimerSpec, last: number, now: number): number {
  return (spec.next(last) ?? now) > now ? Math.min(last, now) : now
}
