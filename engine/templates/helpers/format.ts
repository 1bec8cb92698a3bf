/** Numbers in D3's formats, dates in Moment's. https://d3js.org/d3-format, https://momentjs.com/docs/#/displaying/format/ */
import { format as compileNumberFormat, formatSpecifier } from 'd3-format'
import { isObject, toText } from '../../coerce.ts'
import type { ValueHelper } from '../helper.ts'
import { ago, formatDate, toDate } from './moment-format.ts'

/** A format may come with the payload; a wider number would only fill memory. */
const maxWidth = 200

export const format: Readonly<Record<string, ValueHelper>> = {
  format: ([value, pattern], { hash }) => {
    if (typeof value === 'number') return formatNumber(value, pattern === undefined ? ',.6' : toText(pattern))
    if (value instanceof Date) return formatDate(value, pattern, hash.tz)
    return isObject(value) ? JSON.stringify(value) : toText(value)
  },
  formatDate: ([value, pattern], { hash }) => formatDate(toDate(value), pattern, hash.tz),
  formatDateRelative: ([value, relativeTo], { now }) =>
    ago(toDate(value), relativeTo === undefined ? new Date(now()) : toDate(relativeTo)),
  currentDateTime: ([pattern], { hash, now }) => formatDate(new Date(now()), pattern, hash.tz),
}

/** The number as it is where D3 does not know the format. */
function formatNumber(value: number, pattern: string): string {
  try {
    const specifier = formatSpecifier(pattern)
    return (specifier.width ?? 0) > maxWidth ? String(value) : compileNumberFormat(pattern)(value)
  } catch {
    return String(value)
  }
}
