/** The stretches of whole days that the clocks of a time zone show. */
import { instantOf, type TimeZone } from '../../contracts/time-zone.ts'

export const dayMs = 86_400_000

export interface DayRange {
  readonly timeZone: TimeZone
  /** Milliseconds since 1970. `end` does not belong to the range. */
  readonly start: number
  readonly end: number
  /** How long a stretch is by the calendar, in milliseconds: a multiple of `dayMs`. */
  readonly resolution: number
}

/**
 * When each stretch begins and ends, one after the other without a gap. The first begins at `start` and each other one at midnight,
 * counted from the day of `start`. So a day has 23 or 25 hours where the clocks change. If they skip midnight, a day begins with the first
 * time that they show; if they show it twice, with the first of the two. A day that they skip as a whole is left out.
 */
export function localDays({ timeZone, start, end, resolution }: DayRange): [at: number, until: number][] {
  const firstDay = Math.floor((start + timeZone.offsetAt(start)) / dayMs) * dayMs
  const stretches: [number, number][] = []
  let at = start
  for (let wallMs = firstDay + resolution; at < end; wallMs += resolution) {
    const midnight = instantOf(timeZone, wallMs)
    if (midnight <= at) continue
    // What is beyond a Date is NaN, and belongs to the last stretch.
    const until = midnight < end ? midnight : end
    stretches.push([at, until])
    at = until
  }
  return stretches
}
