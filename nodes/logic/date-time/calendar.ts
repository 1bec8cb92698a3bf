/**
 * Calculates with dates by the calendar and the clocks of a zone. Days and longer units keep the time that the clocks show, so
 * that a day on which the clocks change has 23 or 25 hours; hours and shorter units are exact.
 */
import dayjs, { type Dayjs } from 'dayjs'
import quarterOfYear from 'dayjs/plugin/quarterOfYear.js'
// Extends Day.js with weeks, days of the year and UTC.
import '../../../engine/templates/helpers/moment-format.ts'
import { instantOf, type TimeZone } from '../../../contracts/time-zone.ts'

dayjs.extend(quarterOfYear)

const clockUnitsMs = { hour: 3_600_000, minute: 60_000, second: 1000 }

export const periods = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const
export type Period = (typeof periods)[number]

export const spans = [...periods.map((period) => `${period}s` as const), 'milliseconds'] as const
export type Span = (typeof spans)[number]

interface PartAccess {
  readonly read: (wall: Dayjs) => number
  readonly write: (wall: Dayjs, count: number) => Dayjs
}

/**
 * How each part of a date is read and set, each after those that it is counted in. Numbers are Moment's: months count from 0, days
 * of the week from 0 on Sunday, and weeks begin on Sunday. A number past the end of its part carries over, but a day that a month
 * lacks becomes its last.
 */
const access = {
  year: { read: (wall) => wall.year(), write: (wall, count) => wall.year(count) },
  quarter: { read: (wall) => wall.quarter(), write: (wall, count) => wall.quarter(count) },
  month: { read: (wall) => wall.month(), write: (wall, count) => wall.month(count) },
  week: { read: (wall) => wall.week(), write: (wall, count) => wall.week(count) },
  dayOfYear: { read: (wall) => wall.dayOfYear(), write: (wall, count) => wall.dayOfYear(count) },
  day: { read: (wall) => wall.date(), write: (wall, count) => wall.date(count) },
  dayOfWeek: { read: (wall) => wall.day(), write: (wall, count) => wall.day(count) },
  hour: { read: (wall) => wall.hour(), write: (wall, count) => wall.hour(count) },
  minute: { read: (wall) => wall.minute(), write: (wall, count) => wall.minute(count) },
  second: { read: (wall) => wall.second(), write: (wall, count) => wall.second(count) },
  millisecond: { read: (wall) => wall.millisecond(), write: (wall, count) => wall.millisecond(count) },
} satisfies Record<string, PartAccess>

export type Part = keyof typeof access
export const parts = Object.keys(access) as Part[] // its keys are these names

export type Amounts = Readonly<Partial<Record<Span, number>>>

/** Adds the amounts. Fractions of a month or a day are rounded, as in Moment. A day that a month lacks becomes its last. */
export function add(instantMs: number, amounts: Amounts, zone: TimeZone): number {
  const { years = 0, quarters = 0, months = 0, weeks = 0, days = 0 } = amounts
  const { hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = amounts
  const wholeMonths = Math.round(years * 12 + quarters * 3 + months)
  const wholeDays = Math.round(weeks * 7 + days)
  const exactMs = Math.round(hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + milliseconds)
  if (wholeMonths === 0 && wholeDays === 0) return instantMs + exactMs
  const wall = wallOf(instantMs, zone).add(wholeMonths, 'month').add(wholeDays, 'day')
  return instantOf(zone, wall.valueOf()) + exactMs
}

/** The first instant of the period, which need not be midnight where clocks change at midnight. */
export function startOf(instantMs: number, period: Period, zone: TimeZone): number {
  const wallMs = wallOf(instantMs, zone).startOf(period).valueOf()
  // If the clocks show an hour twice, an hour starts in the one that the date is in, and a day in the first.
  return instantOf(zone, wallMs, isClockUnit(period) ? zone.offsetAt(instantMs) : undefined)
}

/** The last millisecond of the period. */
export function endOf(instantMs: number, period: Period, zone: TimeZone): number {
  const wall = wallOf(instantMs, zone)
  const begin = wall.startOf(period)
  if (isClockUnit(period)) return instantMs + begin.valueOf() + clockUnitsMs[period] - wall.valueOf() - 1
  const next = period === 'quarter' ? begin.add(3, 'month') : begin.add(1, period)
  return instantOf(zone, next.valueOf()) - 1
}

export function partOf(instantMs: number, part: Part | 'daysInMonth', zone: TimeZone): number {
  const wall = wallOf(instantMs, zone)
  return part === 'daysInMonth' ? wall.daysInMonth() : access[part].read(wall)
}

export function withParts(instantMs: number, counts: Readonly<Partial<Record<Part, number>>>, zone: TimeZone): number {
  let wall = wallOf(instantMs, zone)
  for (const part of parts) {
    const count = counts[part]
    if (count !== undefined) wall = access[part].write(wall, count)
  }
  return instantOf(zone, wall.valueOf(), zone.offsetAt(instantMs))
}

/** The time that the zone's clocks show, as a Day.js object in UTC. */
function wallOf(instantMs: number, zone: TimeZone): Dayjs {
  return dayjs.utc(instantMs + zone.offsetAt(instantMs))
}

function isClockUnit(period: Period): period is keyof typeof clockUnitsMs {
  return period in clockUnitsMs
}
