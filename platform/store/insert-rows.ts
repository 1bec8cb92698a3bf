/** Inserts rows by statements that are kept: one for a table, its columns and a number of rows. */
import { type KeptStatement, keepStatement } from './kept-statement.ts'
import type { Transaction } from './store.ts'
import type { Tables } from './tables.ts'

export interface InsertOptions {
  /** Leaves out rows that stand there already. */
  readonly skipsExisting?: boolean
}

interface KeptInsert {
  readonly columns: readonly string[]
  readonly skipsExisting: boolean
  readonly run: KeptStatement<unknown>
}

/** Few a table: one for each place that inserts into it. */
const keptInserts = new Map<keyof Tables, KeptInsert[]>()

/** Every row has the columns of the first. Columns that are a row's own and not of the first are not written. */
export async function insertRows<Table extends keyof Tables>(
  tx: Transaction,
  table: Table,
  rows: readonly Tables[Table][],
  { skipsExisting = false }: InsertOptions = {},
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  // Of the columns of a table, whose values are looked up by name: not every row need name them in the same order.
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
    // Kysely's `Insertable` of a table without generated columns is its row; of a sample only the keys count.
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
