/** Moment's date formats, most of which Day.js knows. In English, and in UTC unless a time zone is given. */
import dayjs from 'dayjs'
import advancedFormat from 'dayjs/plugin/advancedFormat.js'
import dayOfYear from 'dayjs/plugin/dayOfYear.js'
import isoWeek from 'dayjs/plugin/isoWeek.js'
import localizedFormat from 'dayjs/plugin/localizedFormat.js'
import relativeTime from 'dayjs/plugin/relativeTime.js'
import utc from 'dayjs/plugin/utc.js'
import weekOfYear from 'dayjs/plugin/weekOfYear.js'
import weekYear from 'dayjs/plugin/weekYear.js'
import { type TimeZone, zoneNamed } from '../../../contracts/time-zone.ts'
import { isObject, toText } from '../../values/coerce.ts'

// Day.js has one set of plugins for the whole process, and no instances to which they could be given.
for (const plugin of [utc, advancedFormat, localizedFormat, relativeTime, dayOfYear, isoWeek, weekOfYear, weekYear]) {
  dayjs.extend(plugin)
}

const invalid = 'Invalid date'
const maxPatternLength = 500

/** Reads a Date, milliseconds since 1970 (a number or digits), or a date as text, which is in UTC if it names no time zone. */
export function toDate(value: unknown): Date {
  if (value instanceof Date || typeof value === 'number') return new Date(value)
  const text = isObject(value) ? '' : toText(value).trim()
  if (/^-?\d{5,}$/.test(text)) return new Date(Number(text))
  return text === '' ? new Date(Number.NaN) : dayjs.utc(text).toDate()
}

export function formatDate(date: Date, pattern: unknown, timeZone: unknown): string {
  if (Number.isNaN(date.getTime())) return invalid
  const time = { instantMs: date.getTime(), zone: typeof timeZone === 'string' ? zoneNamed(timeZone) : undefined }
  // Day.js gets the local time of the zone as though it were UTC, since its own conversion fails where the machine's clock
  // skips an hour. An unknown zone is UTC, as in Moment.
  const there = dayjs.utc(time.instantMs + offsetOf(time))
  const text = pattern === undefined ? 'L LTS' : toText(pattern).slice(0, maxPatternLength)
  return there.format(text.replace(formatTokens, (token) => replaceToken(token, there, time)))
}

interface ZonedTime {
  readonly instantMs: number
  readonly zone: TimeZone | undefined
}

function offsetOf({ instantMs, zone }: ZonedTime): number {
  return zone?.offsetAt(instantMs) ?? 0
}

/** `5 minutes ago`, `in 2 hours`. */
export function ago(date: Date, relativeTo: Date): string {
  const [day, other] = [dayjs.utc(date), dayjs.utc(relativeTo)]
  return day.isValid() && other.isValid() ? day.from(other) : invalid
}

/**
 * Tokens of Moment that Day.js lacks, and those that show the instant or its zone. Text in brackets, `SSS` and `LTS` are matched
 * too, so that no part of them is.
 */
const formatTokens = /\[[^\]]*\]|LTS|DDDD|DDDo|DDD|Mo|Qo|do|Wo|SSS|SS?|E|e|ZZ?|zzz|zz?|X|x/g

function replaceToken(token: string, day: dayjs.Dayjs, time: ZonedTime): string {
  return tokenWriters[token]?.(day, time) ?? token
}

/** Day.js writes the tokens that are not here. */
const tokenWriters: Readonly<Record<string, (day: dayjs.Dayjs, time: ZonedTime) => string>> = {
  DDDD: (day) => String(day.dayOfYear()).padStart(3, '0'),
  DDD: (day) => String(day.dayOfYear()),
  DDDo: (day) => ordinal(day.dayOfYear()),
  Mo: (day) => ordinal(day.month() + 1),
  Qo: (day) => ordinal(Math.floor(day.month() / 3) + 1),
  do: (day) => ordinal(day.day()),
  Wo: (day) => ordinal(day.isoWeek()),
  S: (day) => String(Math.floor(day.millisecond() / 100)),
  SS: (day) => String(Math.floor(day.millisecond() / 10)).padStart(2, '0'),
  E: (day) => String(day.isoWeekday()),
  e: (day) => String(day.day()),
  Z: (_, time) => offsetText(offsetOf(time), ':'),
  ZZ: (_, time) => offsetText(offsetOf(time), ''),
  z: (_, time) => shortName(time),
  zz: (_, time) => shortName(time),
  zzz: (_, { zone, instantMs }) => `[${zone?.label(instantMs, 'long') ?? 'Coordinated Universal Time'}]`,
  X: (_, { instantMs }) => String(Math.floor(instantMs / 1000)),
  x: (_, { instantMs }) => String(instantMs),
}

function shortName({ zone, instantMs }: ZonedTime): string {
  return `[${zone?.label(instantMs, 'short') ?? 'UTC'}]`
}

function ordinal(count: number): string {
  const ending = { 1: 'st', 2: 'nd', 3: 'rd' }[count % 10]
  return `[${count}${ending === undefined || Math.floor(count / 10) % 10 === 1 ? 'th' : ending}]`
}

/** `+05:45` */
function offsetText(offsetMs: number, separator: string): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  const digits = (count: number) => String(count).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${digits(Math.floor(minutes / 60))}${separator}${digits(minutes % 60)}`
}
