/** Values of a recorded run as a test may say them: plain JSON, and no secrets, since those are not in the record. */

import { redacted } from '../../../engine/secret-names.ts'
import { decode, type Json } from '../../../server/recorder/encoding.ts'

/** Stands in a test where a secret was taken out of the record. Long enough to be a password. */
export const madeUp = 'made-up-for-this-test'

/** As JSON says it: dates as ISO texts, bytes as the text that they are; what is `undefined` is not there. */
export function plainOf(value: Json): unknown {
  const json = JSON.stringify(plain(decode(value)))
  return json === undefined ? undefined : JSON.parse(json)
}

/** Before JSON.stringify, which would take bytes for a map and throws for a `bigint`. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  if (typeof value === 'bigint') return String(value)
  return changeLeaves(value, plain)
}

export function isRedacted(value: unknown): value is string {
  return typeof value === 'string' && value.includes(redacted)
}

/** The value with something made up in place of each secret. */
export function withMadeUp(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(redacted, madeUp)
  return changeLeaves(value, withMadeUp, (key) => key.replaceAll(redacted, madeUp))
}

function changeLeaves(value: unknown, change: (value: unknown) => unknown, rename = (key: string) => key): unknown {
  if (Array.isArray(value)) return value.map(change)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [rename(key), change(held)]))
}

/** The map without what is `undefined`. */
export function compact(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined))
}
