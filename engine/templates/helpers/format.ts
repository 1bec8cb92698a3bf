/** Formats numbers as D3 does, and dates as Moment does. https://d3js.org/d3-format, https://momentjs.com/docs/#/displaying/format/ */
import { formatLocale, formatSpecifier } from 'd3-format'
import { isObject, toText } from '../../values/coerce.ts'
import { timeFor } from '../clock.ts'
import type { ValueHelper } from '../helper.ts'
import { ago, formatDate, toDate } from './moment-format.ts'

/** D3's own locale, but with a hyphen as the minus sign, since other programs do not read U+2212. */
const { format: compileNumberFormat } = formatLocale({
  decimal: '.',
  thousands: ',',
  grouping: [3],
  currency: ['$', ''],
  minus: '-',
})

/** A format may come from the payload, and a wider number would only fill memory. */
const maxWidth = 200
const maxPatternLength = 50

export const format: Readonly<Record<string, ValueHelper>> = {
  format: ([value, pattern], { hash }) => {
    if (typeof value === 'number') return formatNumber(value, pattern === undefined ? ',.6' : toText(pattern))
    if (value instanceof Date) return formatDate(value, pattern, hash.tz)
    return isObject(value) ? JSON.stringify(value) : toText(value)
  },
  formatDate: ([value, pattern], { hash }) => formatDate(toDate(value), pattern, hash.tz),
  formatDateRelative: ([value, relativeTo], { payload }) =>
    ago(toDate(value), relativeTo === undefined ? new Date(timeFor(payload)) : toDate(relativeTo)),
  currentDateTime: ([pattern], { hash, payload }) => formatDate(new Date(timeFor(payload)), pattern, hash.tz),
}

/** Kept, since D3 takes microseconds to compile one. Bounded, since a format may come from the payload. */
const numberFormats = new Map<string, (value: number) => string>()

function formatNumber(value: number, pattern: string): string {
  if (pattern.length > maxPatternLength) return String(value)
  let formatted = numberFormats.get(pattern)
  if (!formatted) {
    formatted = compileFormat(pattern)
    if (numberFormats.size >= 500) numberFormats.clear()
    numberFormats.set(pattern, formatted)
  }
  return formatted(value)
}

/** A format that D3 does not know leaves the number as it is. */
function compileFormat(pattern: string): (value: number) => string {
  try {
    return (formatSpecifier(pattern).width ?? 0) > maxWidth ? String : compileNumberFormat(pattern)
  } catch {
    return String
  }
}
