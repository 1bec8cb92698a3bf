/** Numbers the points of devices that keep duplicates, so that those of one millisecond do not overwrite each other. */
import { CompiledQuery } from 'kysely'
import { groupBy } from '../records/schemas.ts'
import type { Dialect, Transaction } from '../store/store.ts'
import type { DeviceStateTable } from '../store/tables.ts'

/** How a device treats points of an attribute and millisecond that it has already: see `keeps_duplicates` in tables.ts. */
export type Duplicates = 'overwritten' | 'kept' | 'last overwritten'

export function readDuplicates(keepsDuplicates: number): Duplicates {
  return keepsDuplicates === 0 ? 'overwritten' : keepsDuplicates === 1 ? 'kept' : 'last overwritten'
}

/** How many points of one attribute and millisecond are kept. Further ones overwrite the last, since the points of a millisecond are always read together. */
export const maxDuplicates = 1000

const ofSqlite = `select (select max(p.nth) from device_states p
    where p.device_id = key.value ->> 0 and p.attribute = key.value ->> 1 and p.time = key.value ->> 2) as nth
  from json_each(?) key order by key.key`

const ofPostgres = `select (select max(p.nth) from device_states p
    where p.device_id = key.device_id and p.attribute = key.attribute and p.time = key.time) as nth
  from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality key(device_id, attribute, time, place)
  order by key.place`

/** The points of a device's report. `nth` tells the states of the report apart. */
export interface PointsOfReport {
  readonly points: readonly DeviceStateTable[]
  readonly duplicates: Duplicates
}

/** Returns all points with the numbers under which they are stored. The points of one state get the same, so they are read as one state. */
export async function numberPoints(
  tx: Transaction,
  dialect: Dialect,
  reports: readonly PointsOfReport[],
): Promise<DeviceStateTable[]> {
  const free = await readFree(
    tx,
    dialect,
    reports.flatMap(({ points }) => points),
  )
  const numbered: DeviceStateTable[] = []
  for (const { points, duplicates } of reports) {
    for (const state of groupBy(points, ({ nth }) => String(nth)).values()) {
      if (duplicates === 'kept') {
        const nth = Math.min(Math.max(...state.map((point) => free.get(keyOf(point)) ?? 0)), maxDuplicates - 1)
        for (const point of state) free.set(keyOf(point), nth + 1)
        numbered.push(...state.map((point) => ({ ...point, nth })))
      } else {
        numbered.push(...state.map((point) => ({ ...point, nth: Math.max((free.get(keyOf(point)) ?? 0) - 1, 0) })))
      }
    }
  }
  return numbered
}

/** The first number of each attribute and millisecond that no stored point has. */
async function readFree(
  tx: Transaction,
  dialect: Dialect,
  points: readonly DeviceStateTable[],
): Promise<Map<string, number>> {
  const keys = [...new Map(points.map((point) => [keyOf(point), point]))]
  const columns = [
    keys.map(([, { device_id }]) => device_id),
    keys.map(([, { attribute }]) => attribute),
    keys.map(([, { time }]) => time),
  ]
  const query =
    dialect === 'sqlite'
      ? CompiledQuery.raw(ofSqlite, [
          JSON.stringify(keys.map(([, { device_id, attribute, time }]) => [device_id, attribute, time])),
        ])
      : CompiledQuery.raw(ofPostgres, columns)
  const { rows } = await tx.executeQuery(query)
  // Boundary: this is the column that the statement selects.
  const found = rows as { nth: number | null }[]
  return new Map(keys.map(([key], index) => [key, (found[index]?.nth ?? -1) + 1]))
}

function keyOf({ device_id, attribute, time }: DeviceStateTable): string {
  return `${device_id} ${time} ${attribute}`
}
