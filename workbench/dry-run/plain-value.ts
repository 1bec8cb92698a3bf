/** Converts values to JSON for people and tests: dates to ISO texts and bytes to text. What is `undefined` is left out. */
import { decode, type Json } from '../../server/recorder/encoding.ts'

export function plain(value: unknown): unknown {
  const json = JSON.stringify(legible(value))
  return json === undefined ? undefined : JSON.parse(json)
}

/** A value of a record. */
export function plainOf(value: Json): unknown {
  return plain(decode(value))
}

/** Converts what JSON.stringify would write as a map, or throw for, to text. */
function legible(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (typeof value === 'bigint') return String(value)
  return changeLeaves(value, legible)
}

export function changeLeaves(
  value: unknown,
  change: (value: unknown) => unknown,
  rename = (key: string) => key,
): unknown {
  if (Array.isArray(value)) return value.map(change)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [rename(key), change(held)]))
}
