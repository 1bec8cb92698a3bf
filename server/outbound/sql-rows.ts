/** Turns what drivers return into rows that a payload may hold, and refuses too many or too large ones. */

import type { SqlResult } from '../../engine/services.ts'
import { parseJson } from '../../engine/values/json.ts'
import { sqlResultTooLarge } from './sql-errors.ts'

export interface RowLimits {
  readonly maxRows: number
  /** The approximate size of all rows as JSON. */
  readonly maxBytes: number
}

export interface RowCollector {
  readonly rows: SqlResult['rows']
  /** Throws `SQL_RESULT_TOO_LARGE`, or an `Error` that says why a payload cannot hold the row. */
  add(columns: readonly string[], values: readonly unknown[]): void
}

export function createRowCollector({ maxRows, maxBytes }: RowLimits): RowCollector {
  const rows: Readonly<Record<string, unknown>>[] = []
  let bytes = 0
  return {
    rows,
    add(columns, values) {
      if (rows.length === maxRows) throw sqlResultTooLarge({ max: `${maxRows} rows` })
      const row: Record<string, unknown> = {}
      columns.forEach((column, index) => {
        if (column === '__proto__') throw new Error('A column cannot be called __proto__ here: give it a name with AS')
        const value = payloadValue(values[index])
        bytes += column.length + sizeOf(value)
        row[column] = value
      })
      if (bytes > maxBytes) throw sqlResultTooLarge({ max: `${maxBytes} bytes` })
      rows.push(row)
    },
  }
}

/** Converts bytes to Base64, times to ISO 8601, and whole numbers that are too large to be exact to text. */
function payloadValue(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (Buffer.isBuffer(value)) return value.toString('base64')
  return typeof value === 'object' && value !== null ? parseJson(JSON.stringify(value)) : value
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 8
}
