/** Reads a date from a payload. It is strict, since a guess would be a wrong date. */
import dayjs from 'dayjs'
import customParseFormat from 'dayjs/plugin/customParseFormat.js'
import { instantOf, type TimeZone } from '../../contracts/time-zone.ts'
import { formatDate, toDate } from '../../engine/templates/helpers/moment-format.ts'
import { isObject, toText } from '../../engine/values/coerce.ts'

dayjs.extend(customParseFormat)

const maxTextLength = 200
/** A day in ISO 8601: `2026-01-31`, `20260131`, a day of the year `2026-031`, or a day of a week `2026-W05-6`, `2026W056`. */
const isoDay = /^(\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d)|-(\d{3})|-?W(\d\d)(?:-?([1-7]))?)(?:[T ](.+))?$/i
/** The time of day after it: `12:00`, `120000.5`, `12:00:00,123+01`, `12:00Z`. */
const isoTime =
  /^([01]\d|2[0-3])(?::([0-5]\d)(?::([0-5]\d))?|([0-5]\d)([0-5]\d)?)(?:[.,](\d+))?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$/i
/** Matches `Sat, 31 Jan 2026 12:00:00 GMT`, and dates as JavaScript prints them. */
const namedDay = /^(?:mon|tue|wed|thu|fri|sat|sun)\w*,?\s.*(?:GMT|UTC|\s[+-]\d{4})/i

/**
 * Milliseconds since 1970, or `undefined` if the value is not a date. Without a pattern it accepts a Date, milliseconds since
 * 1970 (a number, or digits unless eight of them are a date: `20260131`), and dates in the formats of ISO 8601, of mail headers and of
 * JavaScript. With a pattern of Moment's tokens it accepts a Date, and strings and numbers in that format; parts of the day that the
 * pattern lacks are taken from `nowMs`. A string that names no zone is in `zone`, or in UTC.
 */
export function readDate(
  value: unknown,
  pattern: string | undefined,
  nowMs: number,
  zone?: TimeZone,
): number | undefined {
  const date = pattern && !(value instanceof Date) ? readPattern(value, pattern, nowMs, zone) : readPlain(value, zone)
  return date === undefined || Number.isNaN(date) ? undefined : date
}

function readPlain(value: unknown, zone: TimeZone | undefined): number | undefined {
  if (value instanceof Date || typeof value === 'number') return toDate(value).getTime()
  const text = textOf(value)
  if (text === undefined) return undefined
  const iso = isoDay.exec(text)
  if (iso) return readIso(iso, zone)
  return namedDay.test(text) || /^-?\d{5,}$/.test(text) ? toDate(text).getTime() : undefined
}

function readIso(found: readonly (string | undefined)[], zone: TimeZone | undefined): number | undefined {
  const [, year, month = found[4], date = found[5], , , dayOfYear, week, weekday = '1', time] = found
  const day = week
    ? dayOfWeek(Number(year), Number(week), Number(weekday))
    : dayOfMonth(Number(year), dayOfYear ? 1 : Number(month), Number(dayOfYear ?? date))
  if (day === undefined || (dayOfYear && new Date(day).getUTCFullYear() !== Number(year))) return undefined
  if (time === undefined) return inZone(day, zone)
  const parts = isoTime.exec(time)
  if (!parts) return undefined
  const [, hours, minutes = parts[4], seconds = parts[5] ?? '0', , , fraction = '0', offset] = parts
  const secondsMs = Math.trunc(Number(`${seconds}.${fraction}`) * 1000 + 1e-6)
  const wallMs = day + (Number(hours) * 60 + Number(minutes)) * 60_000 + secondsMs
  return offset === undefined ? inZone(wallMs, zone) : wallMs - offsetMs(offset)
}

/** The instant at which the clocks of the zone show `wallMs`, which is given as if they showed UTC. */
function inZone(wallMs: number, zone: TimeZone | undefined): number {
  return zone ? instantOf(zone, wallMs) : wallMs
}

/** Reads `Z`, `+01`, `+0100` and `+01:00`. */
function offsetMs(text: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? []
  return Number(`${sign ?? ''}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign ? 1 : 0)
}

/** Midnight at the start of a day; `undefined` if there is no such day. A day of the year is given as a day of January. */
function dayOfMonth(year: number, month: number, day: number): number | undefined {
  const ms = new Date(0).setUTCFullYear(year, month - 1, day)
  const isDayOfYear = month === 1 && day > 31
  const exists = month >= 1 && month <= 12 && day >= 1 && (isDayOfYear ? day <= 366 : new Date(ms).getUTCDate() === day)
  return exists ? ms : undefined
}

/** Midnight at the start of a day of a week. ISO 8601: weeks begin on Monday, and the first one of a year has its 4th of January. */
function dayOfWeek(year: number, week: number, weekday: number): number | undefined {
  const fourth = new Date(new Date(0).setUTCFullYear(year, 0, 4))
  const firstMonday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * dayMs
  const monday = firstMonday + (week - 1) * dayMs * 7
  // A week belongs to the year of its Thursday.
  const exists = week >= 1 && new Date(monday + 3 * dayMs).getUTCFullYear() === year
  return exists ? monday + (weekday - 1) * dayMs : undefined
}

const dayMs = 86_400_000

function readPattern(value: unknown, pattern: string, nowMs: number, zone: TimeZone | undefined): number | undefined {
  const text = textOf(value)
  if (text === undefined || pattern.length > maxTextLength) return undefined
  const today = missingDay(bare(pattern))
  const day = today && formatDate(new Date(nowMs), today, zone?.name ?? 'UTC')
  const read = dayjs.utc(`${day}${text}`, `${today}${pattern}`)
  const isRead = read.isValid() && comparable(writtenAs(text, pattern, read.valueOf())) === comparable(text)
  if (!isRead) return undefined
  // `X` and `x` are instants, whatever the zone.
  return /[ZXx]/.test(bare(pattern)) ? read.valueOf() : inZone(read.valueOf(), zone)
}

/** Formats the date with the pattern, in the zone of the text. The result differs from the text if Day.js skipped a part of it, or carried one over. */
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

/** The text without leading zeros, since the pattern `D` also accepts 01. */
function comparable(text: string): string {
  return text.replace(/(?<!\d)0+(?=\d)/g, '')
}

function textOf(value: unknown): string | undefined {
  if (isObject(value)) return undefined
  const text = toText(value).trim()
  return text === '' || text.length > maxTextLength ? undefined : text
}
