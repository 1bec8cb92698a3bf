import type { Platform } from '../../platform/platform.ts'
import { writeServerFile } from '../server-file.ts'
import type { Listening } from './listen.ts'

/**
 * Tells commands on this machine where the server is, in the data folder if there is one. Returns what removes the file. If the file cannot be
 * written or removed, the server logs it, and starts or stops all the same.
 */
export function leaveServerFile(
  dataFolder: string | undefined,
  { applicationId, settings: { operatorToken: token }, log }: Platform,
  listening: readonly Listening[],
): () => void {
  const platform = listening.find(({ name }) => name === 'platform')?.url
  if (dataFolder === undefined || token === undefined || platform === undefined) return () => undefined
  const logged = <Result>(work: () => Result, message: string): Result | undefined => {
    try {
      return work()
    } catch (err) {
      log.error({ err }, message)
      return undefined
    }
  }
  const remove = logged(
    () => writeServerFile(dataFolder, { platform, applicationId, token }),
    `No server.json can be written to ${dataFolder}, so commands on this machine need --server`,
  )
  return () => {
    if (remove) logged(remove, `server.json in ${dataFolder} could not be removed`)
  }
}
