/** Links rows to rows of another table: the devices of a key, the members and devices of a group. */
import { type Kysely, sql } from 'kysely'
import { invalid } from '../base/refusals.ts'
import { keepStatement } from '../store/kept-statement.ts'
import type { Transaction } from '../store/store.ts'
import type { Tables } from '../store/tables.ts'
import { isIn } from './conditions.ts'
import { groupBy } from './schemas.ts'

/** The table to whose rows a column refers, and what such a row is called in messages. */
const sources = {
  device_id: { source: 'devices', what: 'device' },
  user_id: { source: 'experience_users', what: 'user' },
  group_id: { source: 'experience_groups', what: 'group' },
} as const

type LinkTable = 'application_key_devices' | 'experience_group_users' | 'experience_group_devices'

/** The links in `table` from the rows that the column `own` names to those that `other` names. */
export function linksIn(table: LinkTable, own: 'key_id' | 'group_id' | 'user_id', other: keyof typeof sources) {
  const { source, what } = sources[other]
  // One statement inserts the links and tells whether all of the rows exist.
  const insert = keepStatement((db, count) =>
    sql`insert into ${sql.table(table)} (${sql.ref(own)}, ${sql.ref(other)})
      select cast(${''} as text), id from ${sql.table(source)}
      where id in (${sql.join(new Array<string>(count).fill(''))})`.compile(db),
  )

  /** Links row `id` to the rows `others`. Throws 400, which names `field`, if one of them does not exist. */
  async function add(tx: Transaction, id: string, others: readonly string[], field: string): Promise<void> {
    const ids = [...new Set(others)]
    if (ids.length === 0) return
    const { numAffectedRows } = await insert(tx, [id, ...ids], ids.length)
    if (numAffectedRows !== BigInt(ids.length))
      throw invalid({ problem: `${field} names a ${what} that does not exist` })
  }

  return {
    add,
    /** Like `add`, but removes the links that the row had. */
    async replace(tx: Transaction, id: string, others: readonly string[], field: string): Promise<void> {
      await sql`delete from ${sql.table(table)} where ${sql.ref(own)} = ${id}`.execute(tx)
      await add(tx, id, others, field)
    },
    /** Reads to which rows each of the rows `ids` is linked, in the order of their IDs. A row without links is missing. */
    async read(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, string[]>> {
      if (ids.length === 0) return new Map()
      const { rows } = await sql<{
        id: string
        linked: string
      }>`select ${sql.ref(own)} as id, ${sql.ref(other)} as linked
        from ${sql.table(table)} where ${isIn(sql.ref(own), ids)} order by linked`.execute(db)
      const byRow = groupBy(rows, ({ id }) => id)
      return new Map([...byRow].map(([id, links]) => [id, links.map(({ linked }) => linked)]))
    },
  }
}
