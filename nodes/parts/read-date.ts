/** Reads a date that came with a payload: strictly, since a guess would be a wrong date. */
import dayjs from 'dayjs'
import customParseFormat from 'dayjs/plugin/customParseFormat.js'
import { formatDate, toDate } from '../../engine/templates/helpers/moment-format.ts'
import { isObject, toText } from '../../engine/values/coerce.ts'

dayjs.extend(customParseFormat)

const maxTextLength = 200
/** `2026-01-31`, `2026-01-31T12:00`, `2026-01-31 12:00:00.000+01:00` */
const isoDate = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i
/** `Sat, 31 Jan 2026 12:00:00 GMT`, and what JavaScript prints of a date. */
const namedDay = /^(?:mon|tue|wed|thu|fri|sat|sun)\w*,?\s.*(?:GMT|UTC|\s[+-]\d{4})/i

/**
 * Milliseconds since 1970; `undefined` for what is no date. Without a pattern it takes a Date, milliseconds since 1970
 * (as a number or digits), and dates as ISO 8601, as mails and as JavaScript write them. With one, text and numbers
 * that the pattern, in Moment's tokens, would give, or a Date; what it does not tell of the day is taken from `nowMs`. Text that
 * tells of no zone is UTC.
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

/** JavaScript takes the 31st of February for the 3rd of March. */
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

/** The date as the pattern writes it, in the zone that the text tells of: it differs where Day.js left out or carried over. */
function writtenAs(text: string, pattern: string, dateMs: number): string {
  const [zone = '', sign, hours, minutes] = [...text.matchAll(/([+-])(\d\d):?(\d\d)|Z/gi)].at(-1) ?? []
  const hasZone = /Z/.test(bare(pattern))
  const offsetMs = hasZone && sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0
  const zoned = pattern.replace(/\[[^\]]*\]|ZZ?/g, (token) => (token.startsWith('[') ? token : `[${zone}]`))
  return dayjs.utc(dateMs + offsetMs).format(zoned)
}

/** Without the text in brackets. */
function bare(pattern: string): string {
  return pattern.replace(/\[[^\]]*\]/g, '')
}

/** The tokens of the day that a pattern lacks. Day.js would fill them in from the clock of the machine. */
function missingDay(tokens: string): string {
  if (/[YXx]|L(?!T)/.test(tokens)) return ''
  return /[MD]/.test(tokens) ? 'YYYY ' : 'YYYY-MM-DD '
}

/** `D` takes 01 too. */
function comparable(text: string): string {
  return text.replace(/(?<!\d)0+(?=\d)/g, '')
}

function textOf(value: unknown): string | undefined {
  if (isObject(value)) return undefined
  const text = toText(value).trim()
  return text === '' || text.length > maxTextLength ? undefined : text
}
