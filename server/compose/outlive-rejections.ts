import type { Logger } from 'pino'

/**
 * Logs unhandled rejections instead of letting Node end the process: they are bugs of ours, and must not interrupt everyone else's requests.
 * Returns a function that restores Node's behaviour.
 */
export function outliveRejections(log: Logger): () => void {
  const note = (err: unknown) => log.error({ err }, 'A promise was rejected that nobody waited for')
  process.on('unhandledRejection', note)
  return () => process.off('unhandledRejection', note)
}
