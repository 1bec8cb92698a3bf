/** Moment's date formats by Day.js, which knows most of them. English, and UTC unless a time zone is named. */
import dayjs from 'dayjs'
import advancedFormat from 'dayjs/plugin/advancedFormat.js'
import dayOfYear from 'dayjs/plugin/dayOfYear.js'
import isoWeek from 'dayjs/plugin/isoWeek.js'
import localizedFormat from 'dayjs/plugin/localizedFormat.js'
import relativeTime from 'dayjs/plugin/relativeTime.js'
import timezone from 'dayjs/plugin/timezone.js'
import utc from 'dayjs/plugin/utc.js'
import weekOfYear from 'dayjs/plugin/weekOfYear.js'
import weekYear from 'dayjs/plugin/weekYear.js'
import { isObject, toText } from '../../coerce.ts'

// Day.js keeps its plugins in one place for the whole process: there is no instance to give them to.
for (const plugin of [
  utc,
  timezone,
  advancedFormat,
  localizedFormat,
  relativeTime,
  dayOfYear,
  isoWeek,
  weekOfYear,
  weekYear,
]) {
  dayjs.extend(plugin)
}

const invalid = 'Invalid date'
const maxPatternLength = 500

/** A Date, milliseconds since 1970 (as a number or digits), or a date as text; text without a time zone is UTC. */
export function toDate(value: unknown): Date {
  if (value instanceof Date || typeof value === 'number') return new Date(value)
  const text = isObject(value) ? '' : toText(value).trim()
  if (/^-?\d{5,}$/.test(text)) return new Date(Number(text))
  return text === '' ? new Date(Number.NaN) : dayjs.utc(text).toDate()
}

export function formatDate(date: Date, pattern: unknown, timeZone: unknown): string {
  const day = dayjs.utc(date)
  if (!day.isValid()) return invalid
  const zone = zoneNamed(timeZone)
  const there = zone === undefined ? day : day.tz(zone)
  const text = pattern === undefined ? 'L LTS' : toText(pattern).slice(0, maxPatternLength)
  return there.format(text.replace(momentOnly, (token) => replaceToken(token, there)))
}

/** `5 minutes ago`, `in 2 hours`. */
export function ago(date: Date, relativeTo: Date): string {
  const [day, other] = [dayjs.utc(date), dayjs.utc(relativeTo)]
  return day.isValid() && other.isValid() ? day.from(other) : invalid
}

/** Tokens of Moment that Day.js lacks; what stands in brackets is text, and `SSS` and `LTS` it has. */
const momentOnly = /\[[^\]]*\]|LTS|DDDD|DDDo|DDD|Mo|Qo|do|Wo|SSS|SS?|E|e/g

function replaceToken(token: string, day: dayjs.Dayjs): string {
  switch (token) {
    case 'DDDD':
      return String(day.dayOfYear()).padStart(3, '0')
    case 'DDD':
      return String(day.dayOfYear())
    case 'DDDo':
      return ordinal(day.dayOfYear())
    case 'Mo':
      return ordinal(day.month() + 1)
    case 'Qo':
      return ordinal(Math.floor(day.month() / 3) + 1)
    case 'do':
      return ordinal(day.day())
    case 'Wo':
      return ordinal(day.isoWeek())
    case 'S':
      return String(Math.floor(day.millisecond() / 100))
    case 'SS':
      return String(Math.floor(day.millisecond() / 10)).padStart(2, '0')
    case 'E':
      return String(day.isoWeekday())
    case 'e':
      return String(day.day())
    default:
      return token
  }
}

function ordinal(count: number): string {
  const ending = { 1: 'st', 2: 'nd', 3: 'rd' }[count % 10]
  return `[${count}${ending === undefined || Math.floor(count / 10) % 10 === 1 ? 'th' : ending}]`
}

/** Canonical names of time zones that were asked for. Bounded, since a name may come with the payload. */
const zones = new Map<string, string | undefined>()

/** `undefined` where there is no such zone: it is UTC then, as with Moment. */
function zoneNamed(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '' || name.length > 60) return undefined
  if (!zones.has(name)) {
    if (zones.size >= 1000) zones.clear()
    zones.set(name, canonicalZone(name))
  }
  return zones.get(name)
}

function canonicalZone(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}
