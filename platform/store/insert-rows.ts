/** Inserts rows with kept statements, one for each combination of table, columns and number of rows. */
import { type KeptStatement, keepStatement } from './kept-statement.ts'
import type { Transaction } from './store.ts'
import type { Tables } from './tables.ts'

export interface InsertOptions {
  /** Skips rows that exist already. */
  readonly skipsExisting?: boolean
}

interface KeptInsert {
  readonly columns: readonly string[]
  readonly skipsExisting: boolean
  readonly run: KeptStatement<unknown>
}

/** A table has few of them: one for each place that inserts into it. */
const keptInserts = new Map<keyof Tables, KeptInsert[]>()

/** Writes the columns that the first row has. Every other row must have them too. */
export async function insertRows<Table extends keyof Tables>(
  tx: Transaction,
  table: Table,
  rows: readonly Tables[Table][],
  { skipsExisting = false }: InsertOptions = {},
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  // Boundary: the keys of a row are columns of its table.
  const columns = Object.keys(first) as (keyof Tables[Table] & string)[]
  const { run } = keptInsert(table, columns, skipsExisting)
  const values = rows.flatMap((row) => columns.map((column) => row[column]))
  await run(tx, values, rows.length)
}

function keptInsert(table: keyof Tables, columns: readonly string[], skipsExisting: boolean): KeptInsert {
  const ofTable = keptInserts.get(table) ?? []
  for (const kept of ofTable) {
    if (kept.skipsExisting === skipsExisting && areSame(kept.columns, columns)) return kept
  }
  const sample = Object.fromEntries(columns.map((column) => [column, null]))
  const run = keepStatement((db, count) => {
    // Boundary: only the keys of the sample count, since the values are replaced in each run.
    const insert = db.insertInto(table).values(new Array(count).fill(sample) as never)
    return (skipsExisting ? insert.onConflict((conflict) => conflict.doNothing()) : insert).compile()
  })
  const kept = { columns, skipsExisting, run }
  keptInserts.set(table, [...ofTable, kept])
  return kept
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name, index) => name === others[index])
}
