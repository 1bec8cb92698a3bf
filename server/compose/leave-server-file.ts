import type { Platform } from '../../platform/platform.ts'
import { writeServerFile } from '../server-file.ts'
import type { Listening } from './listen.ts'

/**
 * Writes a file to the data folder, if there is one, that tells commands on this machine where the server is. Returns a function that removes
 * it. If the file cannot be written, that is logged and the server starts nevertheless.
 */
export function leaveServerFile(
  dataFolder: string | undefined,
  { applicationId, settings: { operatorToken: token }, log }: Platform,
  listening: readonly Listening[],
): () => void {
  const platform = listening.find(({ name }) => name === 'platform')?.url
  if (dataFolder === undefined || token === undefined || platform === undefined) return () => undefined
  try {
    return writeServerFile(dataFolder, { platform, applicationId, token })
  } catch (err) {
    log.error({ err }, `Commands on this machine need --server: no server.json can be written to ${dataFolder}`)
    return () => undefined
  }
}
