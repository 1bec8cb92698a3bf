/** Links a row to rows of another table, in one statement that also tells whether all of them exist. */
import { sql } from 'kysely'
import { invalid } from '../base/refusals.ts'
import { keepStatement } from '../store/kept-statement.ts'
import type { Transaction } from '../store/store.ts'
import type { Tables } from '../store/tables.ts'

export interface Link {
  readonly table: 'application_key_devices' | 'experience_group_users' | 'experience_group_devices'
  /** The column of the row that is linked. */
  readonly own: string
  /** The column of the rows that it is linked to, and the table in which they are. */
  readonly other: string
  readonly source: keyof Tables
  /** What such a row is, for the message: `device`. */
  readonly what: string
}

/** Returns a function that links row `id` to the rows `others`. It throws 400, which names `field`, if one of them does not exist. */
export function rowLinker({ table, own, other, source, what }: Link) {
  const insert = keepStatement((db, count) =>
    sql`insert into ${sql.table(table)} (${sql.ref(own)}, ${sql.ref(other)})
      select cast(${''} as text), id from ${sql.table(source)}
      where id in (${sql.join(new Array<string>(count).fill(''))})`.compile(db),
  )
  return async (tx: Transaction, id: string, others: readonly string[], field: string): Promise<void> => {
    const ids = [...new Set(others)]
    if (ids.length === 0) return
    const { numAffectedRows } = await insert(tx, [id, ...ids], ids.length)
    if (numAffectedRows !== BigInt(ids.length))
      throw invalid({ problem: `${field} names a ${what} that does not exist` })
  }
}
