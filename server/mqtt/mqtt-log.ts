/** The broker's log. Warnings that outsiders can cause a thousand times a second are logged a few times, then counted. */

export interface MqttLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

export const quietLog: MqttLog = { info() {}, warn() {}, error() {} }

const linesAWindow = 20
const windowMs = 10_000

/**
 * Logs `linesAWindow` warnings of each message in a window; the first of the next window says how many were left out. Returns
 * whether the warning was logged.
 */
export function createSparseLog(log: MqttLog, now: () => number): (details: object, message: string) => boolean {
  const counts = new Map<string, { since: number; lines: number }>()
  return (details, message) => {
    const before = counts.get(message)
    const isSame = before !== undefined && now() - before.since < windowMs
    const count = isSame ? before : { since: now(), lines: 0 }
    counts.set(message, count)
    count.lines++
    if (count.lines > linesAWindow) return false
    const leftOut = isSame || !before ? 0 : Math.max(0, before.lines - linesAWindow)
    log.warn(leftOut > 0 ? { ...details, leftOut } : details, message)
    return true
  }
}
