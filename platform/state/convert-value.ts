/** Converts reported values to the type of their attribute, and stored values back. */
import type { DeviceStateTable } from '../store/tables.ts'
import { readPosition } from './gps.ts'

export type Scalar = number | string | boolean

/** The columns of a value: `number` for numbers and booleans, `text` for the rest. */
export type Stored = Pick<DeviceStateTable, 'number' | 'text'>

/** Losant's limit: https://docs.losant.com/devices/state/ */
const maxTextBytes = 64 * 1024
/** The limit of an MQTT message, also for values that come by REST. */
const maxBlobBytes = 256 * 1024

const yes = new Set(['true', '1', 'yes', 'on'])
const no = new Set(['false', '0', 'no', 'off'])

/** Converts the value to `dataType`. Returns the end of a sentence (`is no position`) if it cannot be converted. */
export function convertValue(value: unknown, dataType: string): Stored | string {
  if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean') {
    return 'is neither a number nor text nor a boolean'
  }
  switch (dataType) {
    case 'number':
      return toNumber(value)
    case 'boolean':
      return toFlag(value)
    case 'gps': {
      const position = typeof value === 'string' ? readPosition(value) : undefined
      return position === undefined ? 'is no position' : { number: null, text: position }
    }
    default:
      return toText(value, dataType === 'blob' ? maxBlobBytes : maxTextBytes)
  }
}

function toNumber(value: Scalar): Stored | string {
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value)
  return Number.isFinite(number) ? { number, text: null } : 'is no number'
}

function toFlag(value: Scalar): Stored | string {
  if (typeof value !== 'string') return { number: Number.isNaN(value) || !value ? 0 : 1, text: null }
  const word = value.trim().toLowerCase()
  if (yes.has(word)) return { number: 1, text: null }
  return no.has(word) ? { number: 0, text: null } : 'is neither true nor false'
}

function toText(value: Scalar, limit: number): Stored | string {
  const text = String(value)
  return Buffer.byteLength(text) > limit ? `is longer than ${limit} bytes` : { number: null, text }
}

/** The value for clients. If the type of the attribute has changed since the value was stored, the value keeps its old type. */
export function fromStored({ number, text }: Stored, dataType: string): Scalar {
  if (number === null) return text ?? ''
  if (dataType === 'boolean') return number !== 0
  return dataType === 'number' ? number : String(number)
}
