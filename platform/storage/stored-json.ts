/** Turns values into the JSON that is stored, within limits, and back. */
import { defineError } from '../../contracts/errors.ts'

/** Losant's limit is 16 KB: https://docs.losant.com/workflows/data/store-value/ */
const maxBytes = 64 * 1024
const maxDepth = 100

const valueTooLarge = defineError(
  'STORAGE_VALUE_TOO_LARGE',
  413,
  () => 'A stored value has at most 64 KB as JSON, and this one has more.',
)
const valueUnfit = defineError<{ problem: string }>(
  'STORAGE_VALUE_UNFIT',
  500,
  ({ problem }) => `The value cannot be stored: ${problem}.`,
)

/** `undefined` means that there is no value. */
export function fromJson(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json)
}

/** Throws `STORAGE_VALUE_TOO_LARGE` or `STORAGE_VALUE_UNFIT`. */
export function toJson(value: unknown): string | undefined {
  if (value === undefined) return undefined
  checkValue(value)
  const json = JSON.stringify(value)
  if (Buffer.byteLength(json) > maxBytes) throw valueTooLarge({})
  return json
}

/** Refuses values on which JSON would fail, or which it would silently change. Also ends on a value that contains itself. */
function checkValue(root: unknown): void {
  const rest = [{ value: root, depth: 0 }]
  // Each value takes at least a byte of JSON.
  let count = 0
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { value, depth } = next
    if (++count > maxBytes) throw valueTooLarge({})
    if (depth > maxDepth) throw valueUnfit({ problem: `it is nested more than ${maxDepth} deep` })
    if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
      throw valueUnfit({ problem: `it holds a ${typeof value}` })
    }
    if (isNotFinite(value)) throw valueUnfit({ problem: `it holds ${value}, which JSON cannot express` })
    if (typeof value !== 'object' || value === null || value instanceof Date) continue
    for (const item of Object.values(value)) rest.push({ value: item, depth: depth + 1 })
  }
}

function isNotFinite(value: unknown): boolean {
  const number = value instanceof Date ? value.getTime() : value
  return typeof number === 'number' && !Number.isFinite(number)
}
