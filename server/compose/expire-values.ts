/** Deletes stored values that have expired, at the start and every minute. */
import type { Platform } from '../../platform/platform.ts'
import { expireValues } from '../../platform/storage/expire-values.ts'
import { repeatWork } from './repeat-work.ts'

const everyMs = 60_000

/** Returns a function that stops the deletion. It resolves once the last write has ended. */
export function startValueExpiry(platform: Platform): () => Promise<void> {
  return repeatWork(
    everyMs,
    (isStopped) => expireValues(platform, isStopped),
    (err) => platform.log.error({ err }, 'Expired values could not be deleted'),
  )
}
