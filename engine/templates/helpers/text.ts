import { toNumber, toText } from '../../values/coerce.ts'
import type { ValueHelper } from '../helper.ts'

export const text: Readonly<Record<string, ValueHelper>> = {
  upper: ([value]) => toText(value).toUpperCase(),
  lower: ([value]) => toText(value).toLowerCase(),
  titleCase: ([value]) =>
    toText(value).replace(/\S+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()),
  trim: ([value]) => toText(value).trim(),
  substring: ([value, start, end]) =>
    toText(value).slice(toNumber(start), end === undefined ? undefined : toNumber(end)),
  join: ([value, separator]) =>
    Array.isArray(value)
      ? value.map((item) => toText(item)).join(separator === undefined ? ',' : toText(separator))
      : toText(value),
}
