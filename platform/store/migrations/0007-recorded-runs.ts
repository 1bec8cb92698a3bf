/** Failed runs with their traces. */
import { type Kysely, sql } from 'kysely'
import { columnTypes } from '../columns.ts'
import type { Dialect } from '../store.ts'

const name = '0007-recorded-runs'

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { text, time, number, json, end } = columnTypes(dialect)
  await sql`create table recorded_runs (id ${text} primary key, flow_id ${text} not null, began_at ${time} not null,
    size ${number} not null, summary ${json} not null, record ${json} not null) ${end}`.execute(db)
  // The index has everything that decides which runs are deleted, so that no record has to be read.
  await sql`create index recorded_runs_by_began_at on recorded_runs (began_at, id, flow_id, size)`.execute(db)
}

export const recordedRuns = { name, up }
