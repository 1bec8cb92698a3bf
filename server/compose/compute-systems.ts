/** Computes the attributes of systems when they are due. */
import type { Platform } from '../../platform/platform.ts'
import { computeSystems } from '../../platform/state/compute-systems.ts'
import { createAlarm } from '../triggers/alarm.ts'

/** The shortest interval of a system, so that new systems are found in time. */
const longestPauseMs = 5000

/** Returns a function that stops the computing. It resolves once the last write has ended. */
export function startSystems(platform: Platform): () => Promise<void> {
  const { clock, log } = platform
  let isStopped = false
  let running: Promise<void> | undefined
  const look = () => {
    running = computeSystems(platform, () => isStopped)
      .catch((err: unknown) => log.error({ err }, 'Systems could not be computed'))
      .then((next = Number.POSITIVE_INFINITY) => {
        if (!isStopped) alarm.set(Math.min(next, clock.now() + longestPauseMs))
      })
  }
  const alarm = createAlarm(clock, look)
  look()
  return async () => {
    isStopped = true
    alarm.set(undefined)
    await running
  }
}
