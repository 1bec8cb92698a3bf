import type { Logger } from 'pino'

/**
 * A promise that is rejected while nobody waits for it is a fault of ours. Node ends the process for it; a server, which others use at the
 * same moment, logs it and goes on. Returns what ends this.
 */
export function outliveRejections(log: Logger): () => void {
  const note = (err: unknown) => log.error({ err }, 'A promise was rejected that nobody waited for')
  process.on('unhandledRejection', note)
  return () => process.off('unhandledRejection', note)
}
