/** Writes a date in the form that a node asks for: text, a number, or its parts. */

import type { TimeZone } from '../../../contracts/time-zone.ts'
import { listShape, objectShape, type Shape, scalar } from '../../../engine/json-schema/shape.ts'
import { formatDate } from '../../../engine/templates/helpers/moment-format.ts'
import { partOf } from './calendar.ts'

export const conversions = ['seconds', 'milliseconds', 'object', 'array'] as const
export type Conversion = (typeof conversions)[number]

const yearOne = Date.parse('0001-01-01T00:00:00Z')
const year10000 = Date.UTC(10_000, 0, 1)

/** Whether the date, in milliseconds since 1970, has a year of at most four digits. */
export function isWritable(date: number): boolean {
  return date >= yearOne && date < year10000
}

/** Writes the date in the format, or in ISO 8601 without one. */
export function writeDate(date: number, format: string | undefined, zone: TimeZone): string {
  if (format) return formatDate(new Date(date), format, zone.name)
  return zone.name === 'UTC'
    ? new Date(date).toISOString()
    : formatDate(new Date(date), 'YYYY-MM-DDTHH:mm:ss.SSSZ', zone.name)
}

export function convertDate(date: number, as: Conversion, zone: TimeZone): unknown {
  if (as === 'milliseconds') return date
  if (as === 'seconds') return Math.floor(date / 1000)
  const numbers = fields.map(([name, part]) => [name, partOf(date, part, zone)] as const)
  return as === 'object' ? Object.fromEntries(numbers) : numbers.map(([, number]) => number)
}

/** The names that Moment's `toObject` gives. */
const fields = [
  ['years', 'year'],
  ['months', 'month'],
  ['date', 'day'],
  ['hours', 'hour'],
  ['minutes', 'minute'],
  ['seconds', 'second'],
  ['milliseconds', 'millisecond'],
] as const

export function writtenShape(as: unknown): Shape {
  if (as === 'object') return objectShape(Object.fromEntries(fields.map(([name]) => [name, scalar])))
  return as === 'array' ? listShape(scalar) : scalar
}
