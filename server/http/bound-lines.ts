/** Bounds the log. Otherwise all that a client sends could end up in it several times: in messages, errors and details. */
import { encode } from '../recorder/encoding.ts'
import { takeSnapshot } from '../recorder/snapshot.ts'

export interface LogBounds {
  /** How many characters a line may have. A longer one is cut. */
  readonly lineBytes: number
  /** How many characters may be logged in a minute. After that each line is cut to `shortLine`, and none is left out. */
  readonly bytesPerMinute: number
}

export const defaultLogBounds: LogBounds = { lineBytes: 8 * 1024, bytesPerMinute: 16 * 1024 * 1024 }

const shortLine = 512
const minuteMs = 60_000

/** Takes a line as pino writes it, with its line end. Secrets must have been removed before, since a cut could hide one from the search. */
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
  // Boundary: pino has written the line, so it is a JSON object.
  const { level, time, msg, ...fields }: Record<string, unknown> = JSON.parse(line)
  const shown = (value: unknown, characters: number) =>
    encode(takeSnapshot(value, { bytes: characters, comparisons: 0, characters: characters / 4, isCut: false }))
  const written = (rest: object) => `${JSON.stringify({ level, time, cut: line.length, ...rest })}\n`
  // Escaped characters are longer in JSON than they are counted, so the first try may be too long.
  for (let characters = bound / 2; characters > 16; characters /= 2) {
    const cut = written({ ...Object(shown(fields, characters)), msg: shown(msg, characters) })
    if (cut.length <= bound) return cut
  }
  return written({})
}
