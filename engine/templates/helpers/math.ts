import { toNumber } from '../../values/coerce.ts'
import type { ValueHelper } from '../helper.ts'

export const math: Readonly<Record<string, ValueHelper>> = {
  add: ([a, b]) => toNumber(a) + toNumber(b),
  subtract: ([a, b]) => toNumber(a) - toNumber(b),
  multiply: ([a, b]) => toNumber(a) * toNumber(b),
  divide: ([a, b]) => toNumber(a) / toNumber(b),
  ceil: ([value]) => Math.ceil(toNumber(value)),
  floor: ([value]) => Math.floor(toNumber(value)),
  max: (args) => Math.max(...args.map(toNumber)),
  min: (args) => Math.min(...args.map(toNumber)),
  scaleLinear: (args) => {
    const [fromLow = Number.NaN, fromHigh = Number.NaN, toLow = Number.NaN, toHigh = Number.NaN, value = Number.NaN] =
      args.map(toNumber)
    return toLow + ((value - fromLow) * (toHigh - toLow)) / (fromHigh - fromLow)
  },
}
