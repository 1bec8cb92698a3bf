/** Removes what a device has reported. */
import { sql } from 'kysely'
import type { Store } from '../store/store.ts'
import { time } from './read-states.ts'

/** Rows that one write deletes, since other writes wait for it. */
export const rowsPerWrite = 5000

/** Points may be up to a day ahead, so the range has no end. */
export const removeAllPoints = { from: 0, to: Number.MAX_SAFE_INTEGER }

/** Deletes the points from `from` to `to`, inclusive, of every attribute that the device ever had, or of one attribute. */
export async function removePoints(
  store: Store,
  deviceId: string,
  { from, to, attribute }: { readonly from: number; readonly to: number; readonly attribute?: string },
): Promise<void> {
  const attributes = attribute === undefined ? await readReported(store, deviceId) : [attribute]
  for (const name of attributes) {
    let removed = rowsPerWrite
    // A step removes all points of its last millisecond, so there may be some more.
    while (removed >= rowsPerWrite) removed = await removeSome(store, deviceId, name, from, to)
  }
}

async function removeSome(store: Store, deviceId: string, attribute: string, from: number, to: number) {
  return store.write(async (tx) => {
    const { numAffectedRows } = await sql`delete from device_states
      where device_id = ${deviceId} and attribute = ${attribute} and time >= ${time(from)} and time <= coalesce((
        select time from device_states
        where device_id = ${deviceId} and attribute = ${attribute} and time >= ${time(from)} and time <= ${time(to)}
        order by time limit 1 offset ${sql.lit(rowsPerWrite - 1)}
      ), ${time(to)})`.execute(tx)
    return Number(numAffectedRows ?? 0n)
  })
}

/** Every attribute that has points. Skips from name to name in the primary key, since DISTINCT would read every point. */
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
