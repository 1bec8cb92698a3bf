/** Deletes expired states at the start and every hour. */
import type { Platform } from '../../platform/platform.ts'
import { expireStates } from '../../platform/state/expire-states.ts'
import type { Settings } from '../settings.ts'
import { repeatWork } from './repeat-work.ts'

const everyMs = 3_600_000

/** Returns a function that stops the deletion. It resolves once the last write has ended. */
export function startExpiry(
  platform: Platform,
  { stateDays, statePoints }: Pick<Settings, 'stateDays' | 'statePoints'>,
): () => Promise<void> {
  if (stateDays === 0 && statePoints === 0) return async () => {}
  const retention = { ms: stateDays * 86_400_000, points: statePoints }
  return repeatWork(
    everyMs,
    (isStopped) => expireStates(platform, retention, isStopped),
    (err) => platform.log.error({ err }, 'Expired states could not be deleted'),
  )
}
