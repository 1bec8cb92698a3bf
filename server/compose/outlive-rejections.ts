import type { Logger } from 'pino'

/**
 * Logs unhandled rejections instead of letting Node end the process: they are our bugs, and must not interrupt everybody else's requests.
 * Returns a function that restores Node's behaviour.
 */
export function outliveRejections(log: Logger): () => void {
  const note = (err: unknown) => log.error({ err }, 'A promise was rejected and nobody handled it')
  process.on('unhandledRejection', note)
  return () => process.off('unhandledRejection', note)
}
