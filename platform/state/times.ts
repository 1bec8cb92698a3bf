/** Reads times in the formats that Losant takes. */
import Type from 'typebox'
import { invalid } from '../base/refusals.ts'
import { readTimeText } from '../base/time-text.ts'
import { dayMs } from './local-days.ts'

type PlainTime = string | number | null
/**
 * Text, EJSON's `{ $date }`, also with `$numberLong`, seconds or milliseconds since 1970, or negative milliseconds, which count back from now. `null` is
 * now.
 */
export const GivenTime = Type.Unsafe<PlainTime | { readonly $date: PlainTime | { readonly $numberLong: string } }>({
  type: ['string', 'number', 'object', 'null'],
  properties: {
    $date: {
      type: ['string', 'number', 'object'],
      properties: { $numberLong: { type: 'string', pattern: '^-?[0-9]{1,16}$' } },
      required: ['$numberLong'],
      additionalProperties: false,
    },
  },
  required: ['$date'],
  additionalProperties: false,
})

const maxAgeMs = 30 * dayMs
const maxAheadMs = dayMs
/** Smaller numbers are seconds, since as milliseconds they would be times before 1973. */
const minMilliseconds = 1e11

/** Returns milliseconds since 1970, or `undefined` for a text that is no time. A missing time is `now`. */
export function readTime(given: unknown, now: number): number | undefined {
  const plain = unwrap(unwrap(given, '$date'), '$numberLong')
  const time =
    typeof plain === 'string' ? readText(plain, now) : typeof plain === 'number' ? readNumber(plain, now) : now
  return time !== undefined && Number.isFinite(time) ? Math.round(time) : undefined
}

/** Throws `PLATFORM_INVALID` (400), which names the place `at`, for a text that is no time. */
export function requireTime(given: unknown, now: number, at: string): number {
  const time = readTime(given, now)
  if (time === undefined) throw invalid({ problem: `${at} cannot be read as a time` })
  return time
}

function unwrap(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : value
}

function readNumber(number: number, now: number): number {
  if (number <= 0) return now + number
  return number < minMilliseconds ? number * 1000 : number
}

function readText(text: string, now: number): number | undefined {
  const trimmed = text.trim()
  return /^-?\d{9,16}$/.test(trimmed) ? readNumber(Number(trimmed), now) : readTimeText(trimmed)
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
