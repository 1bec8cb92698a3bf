/** Reads the times that clients give, in Losant's forms. */
import Type from 'typebox'

/** ISO text, EJSON's `{ $date }`, seconds or milliseconds since 1970, or negative milliseconds: so long ago. */
export const GivenTime = Type.Unsafe<string | number | { readonly $date: string | number }>({
  type: ['string', 'number', 'object'],
  properties: { $date: { type: ['string', 'number'] } },
  required: ['$date'],
  additionalProperties: false,
})

const DAY_MS = 24 * 60 * 60 * 1000
const OLDEST_MS = 30 * DAY_MS
const FURTHEST_MS = DAY_MS
/** Below it a number counts seconds: as milliseconds it would be a time before 1973. */
const SECONDS_BELOW = 1e11

/** Milliseconds since 1970; now, where there is none or it cannot be read. */
export function readTime(given: unknown, now: number): number {
  const plain = typeof given === 'object' && given !== null && '$date' in given ? given.$date : given
  const time =
    typeof plain === 'string' ? readText(plain, now) : typeof plain === 'number' ? readNumber(plain, now) : now
  return Number.isFinite(time) ? Math.round(time) : now
}

function readNumber(number: number, now: number): number {
  if (number <= 0) return now + number
  return number < SECONDS_BELOW ? number * 1000 : number
}

function readText(text: string, now: number): number {
  const trimmed = text.trim()
  if (/^-?\d{9,16}$/.test(trimmed)) return readNumber(Number(trimmed), now)
  // A time of day without a zone is UTC, wherever this process runs.
  const isLocal = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(trimmed)
  return Date.parse(isLocal ? `${trimmed.replace(' ', 'T')}Z` : trimmed)
}

/** Why a state of this time is not taken, or nothing. Losant's bounds. */
export function whyNotTaken(time: number, now: number): string | undefined {
  if (time < now - OLDEST_MS) return 'its time is more than 30 days ago'
  if (time > now + FURTHEST_MS) return 'its time is more than a day ahead'
  return undefined
}

/** An end of a range, as the REST API gives it: milliseconds since 1970; 0 is now, and less is so long ago. */
export function readMoment(given: number | string, now: number): number {
  const moment = Number(given)
  return Math.round(moment <= 0 ? now + moment : moment)
}

/** A moment in a query, where everything is text. */
export const Moment = Type.Unsafe<number | string>({
  type: ['number', 'string'],
  minimum: -1e15,
  maximum: 1e15,
  pattern: '^-?[0-9]{1,15}$',
  description: 'Milliseconds since 1970; 0 is now, less is so long ago.',
})
