/** Writes what devices have reported as CSV (RFC 4180), some states at a time: one line for each state, and a column for each attribute. */
import { sql } from 'kysely'
import type { Condition } from '../records/conditions.ts'
import type { Store } from '../store/store.ts'
import type { Scalar } from './convert-value.ts'
import { type ReadState, readStates } from './read-states.ts'
import { tooMuch } from './series-query.ts'

const maxColumns = 1000
const devicesPerPage = 200
const firstStates = 10
const maxStates = 500
/** What a page should have at most. States of a device are much alike, so each page tells how many states the next may have. */
const pointsPerPage = 5000
const lettersPerPage = 256 * 1024

export interface ExportRange {
  /** Milliseconds since 1970. Both belong to the range. */
  readonly from: number
  readonly to: number
  /** The columns. By default all attributes that the devices have, sorted. */
  readonly attributes?: readonly string[] | undefined
}

interface ExportedDevice {
  readonly id: string
  readonly name: string
}

/** The file for the devices that meet `devices`: the states of each, the oldest first, device by device. */
export async function exportStates(
  store: Store,
  devices: Condition,
  { from, to, attributes }: ExportRange,
): Promise<AsyncIterable<string>> {
  const columns = attributes === undefined ? await readColumns(store, devices) : [...new Set(attributes)]
  return writeLines(store, devices, { from, to, columns })
}

async function* writeLines(
  store: Store,
  devices: Condition,
  { from, to, columns }: { readonly from: number; readonly to: number; readonly columns: readonly string[] },
): AsyncGenerator<string> {
  yield csvLine(['time', 'deviceId', 'deviceName', ...columns])
  for await (const device of readDevices(store, devices)) {
    let limit = firstStates
    // States of the millisecond `since` that are written already.
    let written = 0
    for (let since = from; since <= to; ) {
      const range = { from: since, to, limit: written + limit, direction: 'asc', attributes: columns } as const
      const states = (await readStates(store.scan, device.id, range)).slice(written)
      const lines = states.map((state) => lineOf(device, state, columns)).join('')
      // Yield even an empty text, since only a `yield` ends the generator when its reader has left.
      yield lines
      const last = states.at(-1)
      if (last === undefined || states.length < limit) break
      const ofLast = states.filter(({ time }) => time === last.time).length
      written = Date.parse(last.time) === since ? written + ofLast : ofLast
      since = Date.parse(last.time)
      const points = states.reduce((sum, { data }) => sum + Object.keys(data).length, 0)
      const share = Math.min(pointsPerPage / points, lettersPerPage / lines.length)
      limit = Math.max(1, Math.min(maxStates, limit * 4, Math.floor(limit * share)))
    }
  }
}

async function readColumns({ scan }: Store, devices: Condition): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select distinct a.name from device_attributes a
    where a.device_id in (select devices.id from devices where ${devices})
    limit ${sql.lit(maxColumns + 1)}`.execute(scan)
  if (rows.length > maxColumns) {
    throw tooMuch(`its devices have more than ${maxColumns} attributes, so it must name those to export`)
  }
  return rows.map(({ name }) => name).sort()
}

async function* readDevices({ scan }: Store, devices: Condition): AsyncGenerator<ExportedDevice> {
  for (let last = ''; ; ) {
    const { rows } = await sql<ExportedDevice>`select devices.id, devices.name from devices
      where devices.id > ${last} and ${devices} order by devices.id limit ${sql.lit(devicesPerPage)}`.execute(scan)
    yield* rows
    last = rows.at(-1)?.id ?? ''
    if (rows.length < devicesPerPage) return
  }
}

function lineOf({ id, name }: ExportedDevice, { time, data }: ReadState, columns: readonly string[]): string {
  const values = columns.map((column) => (Object.hasOwn(data, column) ? data[column] : undefined))
  return csvLine([time, id, name, ...values])
}

export function csvLine(cells: readonly (Scalar | undefined)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/**
 * Spreadsheets run a text that begins like a formula, and a formula can send the cells next to it elsewhere. Whoever holds a device can report any
 * text, so such a text gets an apostrophe in front, by which spreadsheets know that it is only text.
 */
function csvCell(value: Scalar | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value)
  const text = startsFormula.test(value) && !isFigures.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const startsFormula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/
/** A position such as `-33.9,151.2`, or a telephone number: no formula can do harm without letters. */
const isFigures = /^[+-][\d., ]*$/
