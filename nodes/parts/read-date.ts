/** Reads a date from a payload. It is strict, since a guess would be a wrong date. */
import dayjs from 'dayjs'
import customParseFormat from 'dayjs/plugin/customParseFormat.js'
import { formatDate, toDate } from '../../engine/templates/helpers/moment-format.ts'
import { isObject, toText } from '../../engine/values/coerce.ts'

dayjs.extend(customParseFormat)

const maxTextLength = 200
/** `2026-01-31`, `2026-01-31T12:00`, `2026-01-31 12:00:00.000+01:00` */
const isoDate = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i
/** `Sat, 31 Jan 2026 12:00:00 GMT`, and a date as JavaScript prints it. */
const namedDay = /^(?:mon|tue|wed|thu|fri|sat|sun)\w*,?\s.*(?:GMT|UTC|\s[+-]\d{4})/i

/**
 * Milliseconds since 1970, or `undefined` if the value is not a date. Without a pattern it accepts a Date, milliseconds since
 * 1970 (as a number or digits), and dates in the formats of ISO 8601, of mail headers and of JavaScript. With a pattern of Moment's
 * tokens it accepts a Date, and strings and numbers in that format; parts of the day that the pattern lacks are taken from `nowMs`.
 * A string without a zone is in UTC.
 */
export function readDate(value: unknown, pattern: string | undefined, nowMs: number): number | undefined {
  const date = pattern && !(value instanceof Date) ? readPattern(value, pattern, nowMs) : readPlain(value)
  return date === undefined || Number.isNaN(date) ? undefined : date
}

function readPlain(value: unknown): number | undefined {
  if (value instanceof Date || typeof value === 'number') return toDate(value).getTime()
  const text = textOf(value)
  if (text === undefined) return undefined
  const [, year, month, day] = isoDate.exec(text) ?? []
  if (year !== undefined) return isDay(Number(year), Number(month), Number(day)) ? toDate(text).getTime() : undefined
  return namedDay.test(text) || /^-?\d{5,}$/.test(text) ? toDate(text).getTime() : undefined
}

/** JavaScript reads the 31st of February as the 3rd of March. */
function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function readPattern(value: unknown, pattern: string, nowMs: number): number | undefined {
  const text = textOf(value)
  if (text === undefined || pattern.length > maxTextLength) return undefined
  const today = missingDay(bare(pattern))
  const day = today && formatDate(new Date(nowMs), today, 'UTC')
  const read = dayjs.utc(`${day}${text}`, `${today}${pattern}`)
  return read.isValid() && comparable(writtenAs(text, pattern, read.valueOf())) === comparable(text)
    ? read.valueOf()
    : undefined
}

/** Formats the date with the pattern, in the zone of the text. The result differs from the text if Day.js skipped or carried over something. */
function writtenAs(text: string, pattern: string, dateMs: number): string {
  const [zone = '', sign, hours, minutes] = [...text.matchAll(/([+-])(\d\d):?(\d\d)|Z/gi)].at(-1) ?? []
  const hasZone = /Z/.test(bare(pattern))
  const offsetMs = hasZone && sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0
  const zoned = pattern.replace(/\[[^\]]*\]|ZZ?/g, (token) => (token.startsWith('[') ? token : `[${zone}]`))
  return dayjs.utc(dateMs + offsetMs).format(zoned)
}

/** The pattern without its literal text in brackets. */
function bare(pattern: string): string {
  return pattern.replace(/\[[^\]]*\]/g, '')
}

/** The tokens of the day that a pattern lacks. Day.js would fill them in from the machine's clock. */
function missingDay(tokens: string): string {
  if (/[YXx]|L(?!T)/.test(tokens)) return ''
  return /[MD]/.test(tokens) ? 'YYYY ' : 'YYYY-MM-DD '
}

/** `D` accepts 01 too. */
function comparable(text: string): string {
  return text.replace(/(?<!\d)0+(?=\d)/g, '')
}

function textOf(value: unknown): string | undefined {
  if (isObject(value)) return undefined
  const text = toText(value).trim()
  return text === '' || text.length > maxTextLength ? undefined : text
}
