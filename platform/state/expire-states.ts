/** Deletes points that are too old or too many. */
import { sql } from 'kysely'
import type { Base } from '../base/base.ts'
import { rowsPerWrite } from './remove-points.ts'

export interface StateRetention {
  /** Points that were reported for a time before this many milliseconds ago are deleted. 0 keeps them. */
  readonly ms: number
  /** Points that are kept of each attribute of a device, the newest. 0 keeps all. */
  readonly points: number
}

/**
 * Goes through the attributes of all devices once, those that were removed too. Each write deletes a few thousand points at most, and others are served
 * between them. Stops if `isStopped` says so. Returns how many points were deleted.
 */
export async function expireStates(
  { store, clock }: Pick<Base, 'store' | 'clock'>,
  { ms, points }: StateRetention,
  isStopped: () => boolean = () => false,
): Promise<number> {
  const cutoff = ms > 0 ? clock.now() - ms : 0
  if (cutoff <= 0 && points <= 0) return 0
  let expired = 0
  let [deviceId, attribute] = ['', '']
  while (!isStopped()) {
    const { rows } = await sql<{ device_id: string; attribute: string }>`select device_id, attribute from device_states
      where (device_id, attribute) > (${deviceId}, ${attribute}) order by device_id, attribute limit 1`.execute(
      store.read,
    )
    const [next] = rows
    if (!next) break
    deviceId = next.device_id
    attribute = next.attribute
    const ofSeries = sql`device_id = ${deviceId} and attribute = ${attribute}`
    // The newest point that exceeds the number; it and those before it go.
    const excess =
      points > 0
        ? await sql<{ time: number; nth: number }>`select time, nth from device_states where ${ofSeries}
            order by time desc, nth desc limit 1 offset ${sql.lit(points)}`.execute(store.read)
        : undefined
    const [newest] = excess?.rows ?? []
    const before = Math.max(cutoff, newest?.time ?? 0)
    for (let removed = rowsPerWrite; removed === rowsPerWrite && !isStopped(); ) {
      const oldest = sql`(select time from device_states where ${ofSeries} and time < cast(${before} as bigint)
        order by time limit ${sql.lit(rowsPerWrite)})`
      const { rows: found } = await sql<{
        last: number | null
        found: number
      }>`select max(time) as last, count(*) as found
        from ${oldest} as oldest`.execute(store.read)
      const { last = null, found: count = 0 } = found[0] ?? {}
      removed = Number(count)
      if (last === null) break
      const { numAffectedRows } = await store.write((tx) =>
        sql`delete from device_states where ${ofSeries} and time <= cast(${last} as bigint)`.execute(tx),
      )
      expired += Number(numAffectedRows ?? 0n)
    }
    // Of the last millisecond some points may stay.
    if (newest !== undefined && newest.time === before && !isStopped()) {
      const { numAffectedRows } = await store.write((tx) =>
        sql`delete from device_states where ${ofSeries} and time = cast(${newest.time} as bigint)
          and nth <= ${sql.lit(newest.nth)}`.execute(tx),
      )
      expired += Number(numAffectedRows ?? 0n)
    }
    await new Promise<void>((turn) => setImmediate(turn))
  }
  return expired
}
