/** Turns what a device reported into its attribute's type, and back from the columns that hold it. */
import type { DeviceStateTable } from '../store/tables.ts'
import { readPosition } from './gps.ts'

export type Scalar = number | string | boolean

/** What holds a value: `number` for numbers and booleans, `text` for the rest. */
export type Stored = Pick<DeviceStateTable, 'number' | 'text'>

/** Losant: https://docs.losant.com/devices/state/ */
const MAX_TEXT_BYTES = 64 * 1024
/** What fits into one MQTT message, whichever way it came. */
const MAX_BLOB_BYTES = 256 * 1024

const yes = new Set(['true', '1', 'yes', 'on'])
const no = new Set(['false', '0', 'no', 'off'])

/** The value as `dataType`; a text that says why it cannot be, where it cannot. */
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
      return toText(value, dataType === 'blob' ? MAX_BLOB_BYTES : MAX_TEXT_BYTES)
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

/** What a client is shown. An attribute's type may have changed since the value was stored: then it stays what it was. */
export function fromStored({ number, text }: Stored, dataType: string): Scalar {
  if (number === null) return text ?? ''
  if (dataType === 'boolean') return number !== 0
  return dataType === 'number' ? number : String(number)
}
