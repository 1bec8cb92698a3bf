/** Converts values of a payload to MongoDB's and back. Extended JSON represents the values that JSON lacks. */
import type { BSON } from 'mongodb'
import { isMap } from '../../engine/values/is-map.ts'
import { mongoValueInvalid } from './mongo-errors.ts'

export type Bson = typeof BSON

/**
 * The keys that mark a value as Extended JSON, with a pattern for their texts: the driver would read a text that is not a number as 0.
 * `$code`, `$dbPointer` and `$symbol` are left out, since they are code or deprecated.
 */
const typedKeys: Readonly<Record<string, RegExp | undefined>> = {
  $oid: /^[0-9a-f]{24}$/i,
  $date: undefined,
  $numberInt: /^-?\d{1,10}$/,
  $numberLong: /^-?\d{1,19}$/,
  $numberDouble: /^(-?\d+(\.\d+)?(e[+-]?\d+)?|NaN|-?Infinity)$/i,
  $numberDecimal: /^\S+$/,
  $binary: undefined,
  $uuid: /^[0-9a-f-]{32,36}$/i,
  $timestamp: undefined,
  $regularExpression: undefined,
  $minKey: undefined,
  $maxKey: undefined,
}

/** Throws `MONGO_VALUE_INVALID` for a value that looks like Extended JSON and is not valid. */
export function toBson(value: unknown, bson: Bson): unknown {
  if (Array.isArray(value)) return value.map((item) => toBson(item, bson))
  if (value instanceof Date) return dateOf(value)
  if (!isMap(value)) return value
  const typedKey = Object.keys(value).find((key) => Object.hasOwn(typedKeys, key))
  if (typedKey !== undefined) return typedValue(typedKey, value, bson)
  if (Object.hasOwn(value, '_bsontype')) {
    throw mongoValueInvalid({ written: '_bsontype', problem: 'the driver uses a key of this name itself' })
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toBson(item, bson)]))
}

export function toDocument(value: Readonly<Record<string, unknown>>, bson: Bson): Record<string, unknown> {
  const document = toBson(value, bson)
  // The whole document is a value such as `{ $oid: … }`.
  if (!isMap(document) || '_bsontype' in document) {
    throw mongoValueInvalid({ written: Object.keys(value).join(), problem: 'a map is asked for' })
  }
  return document
}

function typedValue(key: string, value: Readonly<Record<string, unknown>>, bson: Bson): unknown {
  const refused = (problem: string) => mongoValueInvalid({ written: key, problem })
  if (Object.keys(value).length > 1) throw refused('it has to stand alone in a map')
  if (key === '$date') return dateOf(value.$date)
  const pattern = typedKeys[key]
  if (pattern && !(typeof value[key] === 'string' && pattern.test(value[key]))) throw refused(expectations[key] ?? '')
  try {
    const typed: unknown = bson.EJSON.deserialize(value, { relaxed: false })
    if (typeof typed === 'object' && typed !== null && '_bsontype' in typed) return typed
  } catch (cause) {
    throw refused(cause instanceof Error ? cause.message.replace(/\.$/, '') : 'it cannot be read')
  }
  throw refused('it cannot be read')
}

const expectations: Readonly<Record<string, string>> = {
  $oid: 'it has to be a text of 24 hexadecimal digits',
  $numberInt: 'it has to be a text of digits',
  $numberLong: 'it has to be a text of digits',
  $numberDouble: 'it has to be a text that is a number',
  $numberDecimal: 'it has to be a text that is a number',
  $uuid: 'it has to be a text of 32 hexadecimal digits',
}

/** JavaScript reads many other texts as times, too. */
const isoDate = /^(\d{4}|[+-]\d{6})-\d{2}-\d{2}(T|$)/

/** Reads a time in ISO 8601, milliseconds since 1970 as a number or `$numberLong`, or a date. */
function dateOf(value: unknown): Date {
  const time = isMap(value) && typeof value.$numberLong === 'string' ? Number(value.$numberLong) : value
  const isText = typeof time === 'string' && isoDate.test(time)
  const date = isText || typeof time === 'number' || time instanceof Date ? new Date(time) : undefined
  if (date && !Number.isNaN(date.getTime())) return date
  throw mongoValueInvalid({
    written: '$date',
    problem: 'it has to be a time in ISO 8601, or in milliseconds since 1970',
  })
}

/** Relaxed Extended JSON, but with `$numberLong` for whole numbers that are too large to be exact in JavaScript. */
export function fromBson(value: unknown, bson: Bson): unknown {
  if (Array.isArray(value)) return value.map((item) => fromBson(item, bson))
  if (typeof value === 'number' && !Number.isFinite(value)) return bson.EJSON.serialize(value)
  if (typeof value !== 'object' || value === null) return value ?? null
  // A field of a document may also have this name.
  const isTyped = '_bsontype' in value && !Object.hasOwn(value, '_bsontype')
  if (isTyped && value._bsontype === 'Long') return { $numberLong: String(value) }
  if (isTyped || value instanceof Date) return bson.EJSON.serialize(value, { relaxed: true })
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromBson(item, bson)]))
}
