/** Removes what a device has reported. */
import { sql } from 'kysely'
import type { Store } from '../store/store.ts'
import { time } from './read-states.ts'

/** Rows that one write removes: others wait for it. */
const ROWS_A_WRITE = 5000

/** Removes the points from `from` to `to`, both with it, of every attribute that the device ever had; or of one. */
export async function removePoints(
  store: Store,
  deviceId: string,
  { from, to, attribute }: { readonly from: number; readonly to: number; readonly attribute?: string },
): Promise<void> {
  const attributes = attribute === undefined ? await readReported(store, deviceId) : [attribute]
  for (const name of attributes) {
    let removed = ROWS_A_WRITE
    while (removed === ROWS_A_WRITE) removed = await removeSome(store, deviceId, name, from, to)
  }
}

async function removeSome(store: Store, deviceId: string, attribute: string, from: number, to: number) {
  return store.write(async (tx) => {
    const { numAffectedRows } = await sql`delete from device_states
      where device_id = ${deviceId} and attribute = ${attribute} and time >= ${time(from)} and time <= coalesce((
        select time from device_states
        where device_id = ${deviceId} and attribute = ${attribute} and time >= ${time(from)} and time <= ${time(to)}
        order by time limit 1 offset ${sql.lit(ROWS_A_WRITE - 1)}
      ), ${time(to)})`.execute(tx)
    return Number(numAffectedRows ?? 0n)
  })
}

/** Every attribute that there are points of: leaps through the primary key, where DISTINCT would read every point. */
async function readReported({ read }: Store, deviceId: string): Promise<string[]> {
  const names: string[] = []
  for (let last = ''; ; ) {
    const { rows } = await sql<{ attribute: string }>`select attribute from device_states
      where device_id = ${deviceId} and attribute > ${last} order by attribute limit 1`.execute(read)
    const [next] = rows
    if (!next) return names
    last = next.attribute
    names.push(last)
  }
}
