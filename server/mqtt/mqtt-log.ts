/** The broker's log. What comes from outside and could come a thousand times a second is logged a few times, then counted. */

export interface MqttLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

export const quietLog: MqttLog = { info() {}, warn() {}, error() {} }

const LINES_A_WINDOW = 20
const WINDOW_MS = 10_000

/** Logs `LINES_A_WINDOW` warnings of each message in a window; the first of the next window says how many were left out. */
export function createSparseLog(log: MqttLog, now: () => number): (details: object, message: string) => void {
  const counts = new Map<string, { since: number; lines: number }>()
  return (details, message) => {
    const before = counts.get(message)
    const isSame = before !== undefined && now() - before.since < WINDOW_MS
    const count = isSame ? before : { since: now(), lines: 0 }
    counts.set(message, count)
    count.lines++
    if (count.lines > LINES_A_WINDOW) return
    const leftOut = isSame || !before ? 0 : Math.max(0, before.lines - LINES_A_WINDOW)
    log.warn(leftOut > 0 ? { ...details, leftOut } : details, message)
  }
}
