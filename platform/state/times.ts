/** Reads times in the formats that Losant takes. */
import Type from 'typebox'

/** ISO text, EJSON's `{ $date }`, seconds or milliseconds since 1970, or negative milliseconds, which count back from now. */
export const GivenTime = Type.Unsafe<string | number | { readonly $date: string | number }>({
  type: ['string', 'number', 'object'],
  properties: { $date: { type: ['string', 'number'] } },
  required: ['$date'],
  additionalProperties: false,
})

const dayMs = 24 * 60 * 60 * 1000
const maxAgeMs = 30 * dayMs
const maxAheadMs = dayMs
/** Smaller numbers are seconds, since as milliseconds they would be times before 1973. */
const minMilliseconds = 1e11

/** Returns milliseconds since 1970. A missing or unreadable time is `now`. */
export function readTime(given: unknown, now: number): number {
  const plain = typeof given === 'object' && given !== null && '$date' in given ? given.$date : given
  const time =
    typeof plain === 'string' ? readText(plain, now) : typeof plain === 'number' ? readNumber(plain, now) : now
  return Number.isFinite(time) ? Math.round(time) : now
}

function readNumber(number: number, now: number): number {
  if (number <= 0) return now + number
  return number < minMilliseconds ? number * 1000 : number
}

function readText(text: string, now: number): number {
  const trimmed = text.trim()
  if (/^-?\d{9,16}$/.test(trimmed)) return readNumber(Number(trimmed), now)
  // A time of day without a zone is UTC, and not in the zone of this process.
  const isLocal = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(trimmed)
  return Date.parse(isLocal ? `${trimmed.replace(' ', 'T')}Z` : trimmed)
}

/** Why a state with this time is not accepted, or `undefined` if it is. The limits are Losant's. */
export function whyNotTaken(time: number, now: number): string | undefined {
  if (time < now - maxAgeMs) return 'its time is more than 30 days ago'
  if (time > now + maxAheadMs) return 'its time is more than a day ahead'
  return undefined
}

/** Reads a start or end of a range: milliseconds since 1970. 0 is now, and negative numbers count back from now. */
export function readMoment(given: number | string, now: number): number {
  const moment = Number(given)
  return Math.round(moment <= 0 ? now + moment : moment)
}

/** A start or end of a range, also as the text that a query string holds. */
export const Moment = Type.Unsafe<number | string>({
  type: ['number', 'string'],
  minimum: -1e15,
  maximum: 1e15,
  pattern: '^-?[0-9]{1,15}$',
  description: 'Milliseconds since 1970. 0 is now, and negative numbers count back from now.',
})
