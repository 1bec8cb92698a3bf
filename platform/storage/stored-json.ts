/** Values as they are stored: JSON, within limits. */
import { defineError } from '../../contracts/errors.ts'

/** As JSON. In Losant it is 16 KB: https://docs.losant.com/workflows/data/store-value/ */
const MAX_BYTES = 64 * 1024
const MAX_DEPTH = 100

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

/** `undefined` stands for no value, both ways. */
export function fromJson(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json)
}

/** Throws `STORAGE_VALUE_TOO_LARGE` or `STORAGE_VALUE_UNFIT`. */
export function toJson(value: unknown): string | undefined {
  if (value === undefined) return undefined
  checkValue(value)
  const json = JSON.stringify(value)
  if (Buffer.byteLength(json) > MAX_BYTES) throw valueTooLarge({})
  return json
}

/** Refuses what JSON would fail on, or turn into something else without a word. Comes to an end on a value that holds itself. */
function checkValue(root: unknown): void {
  const rest = [{ value: root, depth: 0 }]
  // Each takes a byte at least.
  let count = 0
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { value, depth } = next
    if (++count > MAX_BYTES) throw valueTooLarge({})
    if (depth > MAX_DEPTH) throw valueUnfit({ problem: `it is nested more than ${MAX_DEPTH} deep` })
    if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
      throw valueUnfit({ problem: `it holds a ${typeof value}` })
    }
    if (isNotFinite(value)) throw valueUnfit({ problem: `it holds ${value}, which JSON has no word for` })
    if (typeof value !== 'object' || value === null || value instanceof Date) continue
    for (const item of Object.values(value)) rest.push({ value: item, depth: depth + 1 })
  }
}

function isNotFinite(value: unknown): boolean {
  const number = value instanceof Date ? value.getTime() : value
  return typeof number === 'number' && !Number.isFinite(number)
}
