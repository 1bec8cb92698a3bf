/** `multipleOf` for decimals: 0.29 is a multiple of 0.01, although their binary fractions are not. */
import type { Ajv } from 'ajv'

/** Replaces Ajv's own keyword, which divides the binary fractions, or compares them with a tolerance that accepts wrong values. */
export function addExactMultipleOf(ajv: Ajv): void {
  ajv.removeKeyword('multipleOf')
  ajv.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    compile: (step: number) => {
      const unit = decimalOf(step)
      return (value: number) => isMultiple(value, step, unit)
    },
    error: { message: ({ schema }) => `must be multiple of ${schema}` },
  })
}

interface Decimal {
  /** The digits as a whole number. */
  readonly digits: bigint
  /** How many of them are after the decimal point; negative for `1e21`. */
  readonly places: number
}

function isMultiple(value: number, step: number, unit: Decimal): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(step)) return step !== 0 && value % step === 0
  if (!Number.isFinite(value) || unit.digits === 0n) return false
  const number = decimalOf(value)
  const places = Math.max(number.places, unit.places, 0)
  return scaled(number, places) % scaled(unit, places) === 0n
}

function scaled({ digits, places }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - places)
}

/** The shortest decimal that is read as this number, which is probably how it was written. */
function decimalOf(value: number): Decimal {
  const [, whole = '', fraction = '', exponent = '0'] = /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  return { digits: BigInt(whole + fraction), places: fraction.length - Number(exponent) }
}
