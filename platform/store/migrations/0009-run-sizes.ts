/** How large runs are that wait or have failed, so that they can be bounded without reading what they begin with. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0009-run-sizes'

/** The size is in the indexes: in a row it follows `begin`, and SQLite would read a megabyte to get to it. */
async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { number } = columnTypes(dialect)
  await sql`alter table triggered_runs add column size ${number} not null default 0`.execute(db)
  await sql`update triggered_runs set size = octet_length("begin")`.execute(db)
  await sql`drop index triggered_runs_by_due_at`.execute(db)
  await sql`create index triggered_runs_by_due_at on triggered_runs (due_at, id, size)
    where due_at is not null`.execute(db)
  await sql`drop index triggered_runs_by_failed_at`.execute(db)
  await sql`create index triggered_runs_by_failed_at on triggered_runs (failed_at, id, flow_id, size)
    where failed_at is not null`.execute(db)
}

export const runSizes = { name, up }
