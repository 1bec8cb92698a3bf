/** Moves the points of SQLite to the table that `0013-kept-duplicates` has made for them. */
import { type Kysely, sql } from 'kysely'
import type { Dialect } from '../store.ts'

const name = '0014-moved-states'

/** Points that one transaction moves. A million take 4 s. The pages that they leave are used for those that follow, so neither the file nor the log grows much. */
const pointsPerStep = 100_000

async function step(db: Kysely<unknown>, dialect: Dialect): Promise<{ readonly isDone: boolean }> {
  if (dialect === 'postgres') return { isDone: true }
  const key = sql`device_id, attribute, time`
  const { rows } = await sql<{ device_id: string; attribute: string; time: number }>`select ${key}
    from device_states_to_move order by ${key} limit 1 offset ${sql.lit(pointsPerStep)}`.execute(db)
  const [next] = rows
  const isInStep = next ? sql`(${key}) < (${next.device_id}, ${next.attribute}, ${next.time})` : sql`1 = 1`
  await sql`insert into device_states (${key}, number, text)
    select ${key}, number, text from device_states_to_move where ${isInStep} order by ${key}`.execute(db)
  await sql`delete from device_states_to_move where ${isInStep}`.execute(db)
  return { isDone: next === undefined }
}

async function up(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  if (dialect === 'sqlite') await sql`drop table device_states_to_move`.execute(db)
}

export const movedStates = { name, step, up }
