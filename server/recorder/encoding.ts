/** Turns snapshots into JSON and back, without loss. A value that JSON lacks becomes an object such as `{ "$date": … }`, and a key that begins with `$` gets another `$`. */
import { Cut, cutText, isSnapshotMap, type Snapshot, setOwn } from './snapshot.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A `Cut` becomes a text that says what was cut. */
export function encode(value: Snapshot): Json {
  switch (typeof value) {
    case 'undefined':
      return { $undefined: true }
    case 'bigint':
      return { $bigint: String(value) }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? '-0' : String(value) }
    case 'object':
      return value === null ? null : encodeObject(value)
    default:
      return value
  }
}

function encodeObject(value: Snapshot & object): Json {
  if (value instanceof Cut) return cutText(value)
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(encode)
  if (!isSnapshotMap(value)) return null
  const encoded: Record<string, Json> = {}
  for (const [key, item] of Object.entries(value)) setOwn(encoded, key.startsWith('$') ? `$${key}` : key, encode(item))
  return encoded
}

/** Throws a `TypeError` if `encode` cannot have written the value. */
export function decode(value: Json): Snapshot {
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(decode)
  const entries = Object.entries(value)
  const [key, said] = entries[0] ?? []
  if (entries.length === 1 && key !== undefined && said !== undefined && /^\$[^$]/.test(key))
    return decodeTagged(key, said)
  const decoded: Record<string, Snapshot> = {}
  for (const [key, item] of entries) setOwn(decoded, key.startsWith('$$') ? key.slice(1) : key, decode(item))
  return decoded
}

function decodeTagged(tag: string, said: Json): Snapshot {
  switch (tag) {
    case '$undefined':
      return undefined
    case '$date':
      return new Date(String(said))
    case '$bytes':
      return Uint8Array.from(Buffer.from(String(said), 'base64'))
    case '$number':
      return Number(said)
    case '$bigint':
      return BigInt(String(said))
    default:
      throw new TypeError(`${tag} is no value of a recorded run.`)
  }
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
