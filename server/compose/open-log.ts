import { type Logger, pino } from 'pino'
import type { SecretNames } from '../../engine/secret-names.ts'
import { createLog } from '../http/log.ts'
import type { Settings } from '../settings.ts'
import { outliveRejections } from './outlive-rejections.ts'
import type { Parts } from './parts.ts'

/** The log on standard error, bounded and without secrets. Rejections that nobody handles go there too. */
export function openLog(parts: Parts, settings: Settings, names: () => SecretNames): Logger {
  const { logLineBytes: lineBytes, logBytesPerMinute: bytesPerMinute } = settings
  const log = createLog(settings.logLevel, pino.destination(2), names, { lineBytes, bytesPerMinute })
  parts.add({ close: outliveRejections(log) })
  return log
}
