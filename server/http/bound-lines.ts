/** Bounds what the log takes. What a client sends comes into it whole otherwise, several times over: in messages, errors and details. */
import { encode } from '../recorder/encoding.ts'
import { takeSnapshot } from '../recorder/snapshot.ts'

export interface LogBounds {
  /** Characters of a line. A longer one is cut. */
  readonly lineBytes: number
  /** Characters that lines may take in a minute. Past it none is left out, but each is cut to `shortLine`. */
  readonly bytesPerMinute: number
}

export const defaultLogBounds: LogBounds = { lineBytes: 8 * 1024, bytesPerMinute: 16 * 1024 * 1024 }

const shortLine = 512
const minuteMs = 60_000

/** Takes a line as pino writes it, with its line end. Its secrets are out of it already, so that none is cut in two and shown. */
export function boundLines({ lineBytes, bytesPerMinute }: LogBounds, now: () => number): (line: string) => string {
  let since = now()
  let written = 0
  return (line) => {
    const at = now()
    if (at - since >= minuteMs || at < since) {
      since = at
      written = 0
    }
    const bound = written < bytesPerMinute ? lineBytes : Math.min(lineBytes, shortLine)
    const kept = line.length <= bound ? line : cutLine(line, bound)
    written += kept.length
    return kept
  }
}

function cutLine(line: string, bound: number): string {
  // Written by pino, from values of our own.
  const { level, time, msg, ...fields }: Record<string, unknown> = JSON.parse(line)
  const shown = (value: unknown, characters: number) =>
    encode(takeSnapshot(value, { bytes: characters, comparisons: 0, characters: characters / 4, isCut: false }))
  const written = (rest: object) => `${JSON.stringify({ level, time, cut: line.length, ...rest })}\n`
  // What JSON escapes takes more than it counts for, so that the first try may not fit.
  for (let characters = bound / 2; characters > 16; characters /= 2) {
    const cut = written({ ...Object(shown(fields, characters)), msg: shown(msg, characters) })
    if (cut.length <= bound) return cut
  }
  return written({})
}
