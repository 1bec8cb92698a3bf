/**
 * Inserts rows by a statement that is built once for a table, its columns and a number of rows. Kysely builds and compiles
 * a query anew each time it runs; kept statements take 12 to 23 µs of 180 off a registration with its four inserts.
 */
import { CompiledQuery } from 'kysely'
import type { Transaction } from './store.ts'
import type { Tables } from './tables.ts'

/** By database, since each writes parameters in its own way; then by table, columns and number of rows. */
const statements = new WeakMap<object, Map<string, string>>()

/** More rows at once are seldom the same number again. */
const mostRows = 8

export interface InsertOptions {
  /** Leaves out rows that stand there already. */
  readonly skipsExisting?: boolean
}

/** Every row has the columns of the first, in its order. */
export async function insertRows<Table extends keyof Tables>(
  tx: Transaction,
  table: Table,
  rows: readonly Tables[Table][],
  { skipsExisting = false }: InsertOptions = {},
): Promise<void> {
  const [first] = rows
  if (first === undefined) return
  const build = () => {
    // Kysely's `Insertable` of a table without generated columns is its row.
    const insert = tx.insertInto(table).values([...rows] as never)
    return (skipsExisting ? insert.onConflict((conflict) => conflict.doNothing()) : insert).compile()
  }
  if (rows.length > mostRows) {
    await tx.executeQuery(build())
    return
  }
  const columns = Object.keys(first) as (keyof Tables[Table])[]
  const key = `${table} ${columns.join()} ${rows.length} ${skipsExisting}`
  const ofDatabase = statementsOf(tx)
  let statement = ofDatabase.get(key)
  if (statement === undefined) {
    statement = build().sql
    ofDatabase.set(key, statement)
  }
  const values = rows.flatMap((row) => columns.map((column) => row[column]))
  await tx.executeQuery(CompiledQuery.raw(statement, values))
}

function statementsOf(tx: Transaction): Map<string, string> {
  const { adapter } = tx.getExecutor()
  const known = statements.get(adapter) ?? new Map<string, string>()
  statements.set(adapter, known)
  return known
}
