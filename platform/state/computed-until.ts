/** Until when systems have computed their attributes, which is written down with what they computed: so nothing is computed twice. */
import { type RawBuilder, sql } from 'kysely'
import type { Condition } from '../records/conditions.ts'
import { defaultIntervalSeconds } from '../records/system-attribute.ts'
import type { Transaction } from '../store/store.ts'
import { time } from './read-states.ts'

/** The interval of a system, as SQL on `devices`. */
export const intervalMs: RawBuilder<unknown> = sql`(coalesce(system_interval, ${sql.lit(defaultIntervalSeconds)}) * 1000)`

/** Whether a system has not computed its attributes for the time `due`. It is also behind if the clock was far ahead and was set right since. */
export function isBehind(due: RawBuilder<unknown>): Condition {
  return sql`(computed_at < ${due} or computed_at > ${due} + 2 * ${intervalMs})`
}

/** Notes that the system is computed. Returns false if it is already, or if there is no such system any more. */
export async function noteComputed(tx: Transaction, systemId: string, until: number): Promise<boolean> {
  const { numAffectedRows } = await sql`update devices set computed_at = ${time(until)}
    where id = ${systemId} and ${isBehind(time(until))}`.execute(tx)
  return numAffectedRows === 1n
}
