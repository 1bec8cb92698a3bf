/** A statement that SQLite runs once for each row: faster than one statement for all, which PostgreSQL wants. */
import { CompiledQuery } from 'kysely'

export interface RowByRow extends CompiledQuery {
  /** The parameters of each. */
  readonly rows: readonly (readonly unknown[])[]
}

/**
 * For SQLite alone. A row takes 3.4 µs; of fifty in a list of VALUES 4.3, out of a JSON text that the statement takes apart 4.7.
 */
export function rowByRow(sql: string, rows: RowByRow['rows']): RowByRow {
  return { ...CompiledQuery.raw(sql), rows }
}
