/**
 * Dates as a zone's calendar and clocks count them. What is counted in days or more keeps the time that the clocks show,
 * so that a day over a change of clocks has 23 or 25 hours; what is counted in hours or less is exact.
 */
import dayjs, { type Dayjs } from 'dayjs'
import quarterOfYear from 'dayjs/plugin/quarterOfYear.js'
// Extends Day.js by weeks, days of the year and UTC.
import '../../../engine/templates/helpers/moment-format.ts'
import { instantOf, type TimeZone } from '../../../contracts/time-zone.ts'

dayjs.extend(quarterOfYear)

const clockUnitsMs = { hour: 3_600_000, minute: 60_000, second: 1000 }

export const spans = [
  'years',
  'quarters',
  'months',
  'weeks',
  'days',
  'hours',
  'minutes',
  'seconds',
  'milliseconds',
] as const
export type Span = (typeof spans)[number]

export const periods = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const
export type Period = (typeof periods)[number]

/** Parts of a date that can be set, each after those that it is counted in. */
export const parts = [
  'year',
  'quarter',
  'month',
  'week',
  'dayOfYear',
  'day',
  'dayOfWeek',
  'hour',
  'minute',
  'second',
  'millisecond',
] as const
export type Part = (typeof parts)[number]

/** Numbers as Moment counts them: months from 0, days of the week from 0 on Sunday, weeks from Sunday on. */
const readers: Readonly<Record<Part | 'daysInMonth', (wall: Dayjs) => number>> = {
  year: (wall) => wall.year(),
  quarter: (wall) => wall.quarter(),
  month: (wall) => wall.month(),
  week: (wall) => wall.week(),
  dayOfYear: (wall) => wall.dayOfYear(),
  day: (wall) => wall.date(),
  dayOfWeek: (wall) => wall.day(),
  hour: (wall) => wall.hour(),
  minute: (wall) => wall.minute(),
  second: (wall) => wall.second(),
  millisecond: (wall) => wall.millisecond(),
  daysInMonth: (wall) => wall.daysInMonth(),
}

/** A number past the end of its part carries over, but a day that a month lacks becomes its last. */
const writers: Readonly<Record<Part, (wall: Dayjs, count: number) => Dayjs>> = {
  year: (wall, count) => wall.year(count),
  quarter: (wall, count) => wall.quarter(count),
  month: (wall, count) => wall.month(count),
  week: (wall, count) => wall.week(count),
  dayOfYear: (wall, count) => wall.dayOfYear(count),
  day: (wall, count) => wall.date(count),
  dayOfWeek: (wall, count) => wall.day(count),
  hour: (wall, count) => wall.hour(count),
  minute: (wall, count) => wall.minute(count),
  second: (wall, count) => wall.second(count),
  millisecond: (wall, count) => wall.millisecond(count),
}

export type Amounts = Readonly<Partial<Record<Span, number>>>

/** Parts of a month or a day are rounded, as Moment does. A day that a month lacks becomes its last. */
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
  // Of an hour that comes twice it is the one that the date is in; of a day, the first.
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
  return readers[part](wallOf(instantMs, zone))
}

export function withParts(instantMs: number, counts: Readonly<Partial<Record<Part, number>>>, zone: TimeZone): number {
  let wall = wallOf(instantMs, zone)
  for (const part of parts) {
    const count = counts[part]
    if (count !== undefined) wall = writers[part](wall, count)
  }
  return instantOf(zone, wall.valueOf(), zone.offsetAt(instantMs))
}

/** What the zone's clocks show, as though they showed UTC. */
function wallOf(instantMs: number, zone: TimeZone): Dayjs {
  return dayjs.utc(instantMs + zone.offsetAt(instantMs))
}

function isClockUnit(period: Period): period is keyof typeof clockUnitsMs {
  return period in clockUnitsMs
}
