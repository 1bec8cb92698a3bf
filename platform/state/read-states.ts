/** Reads states as they were reported: the first or last states of a range, and the last value of each attribute. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Static } from 'typebox'
import { allOf, type Condition, isIn } from '../records/conditions.ts'
import { toIso } from '../records/schemas.ts'
import type { Dialect, Store } from '../store/store.ts'
import type { DeviceStateTable, Tables } from '../store/tables.ts'
import { fromStored, type Scalar } from './convert-value.ts'
import type { ShownState } from './state-schemas.ts'

export interface StateRange {
  /** Milliseconds since 1970. `from` and `to` belong to the range. */
  readonly from: number
  readonly to: number
  readonly limit: number
  readonly direction: 'asc' | 'desc'
  /** All attributes of the device by default. */
  readonly attributes?: readonly string[] | undefined
}

export type ReadState = Static<typeof ShownState>

interface PointRow extends DeviceStateTable {
  readonly data_type: string
}

/**
 * The first or last `limit` states of a device. Values with the same millisecond and `nth` make one state. They end no later than the
 * `limit`-th point of any attribute, which the primary key finds for each; without that bound everything within the range would be read.
 *
 * Every query of points uses CROSS JOIN, which makes SQLite keep the order of the tables. Otherwise SQLite would begin with the points,
 * and read everything that the device ever reported.
 */
export async function readStates(
  db: Kysely<Tables>,
  deviceId: string,
  { from, to, limit, direction, attributes }: StateRange,
): Promise<ReadState[]> {
  const isDown = direction === 'desc'
  const way = sql.raw(direction)
  const furthest = sql`coalesce((
    select ${sql.raw(isDown ? 'max' : 'min')}((
      select q.time from device_states q
      where q.device_id = a.device_id and q.attribute = a.name and q.time >= ${time(from)} and q.time <= ${time(to)}
      order by q.time ${way} limit 1 offset ${sql.lit(limit - 1)}
    )) from device_attributes a where a.device_id = ${deviceId} and ${named(attributes)}
  ), ${time(isDown ? from : to)})`
  const { rows } = await sql<PointRow>`select p.*, a.data_type
    from device_attributes a cross join device_states p
    where a.device_id = ${deviceId} and ${named(attributes)}
      and p.device_id = a.device_id and p.attribute = a.name
      and p.time >= ${isDown ? furthest : time(from)} and p.time <= ${isDown ? time(to) : furthest}
    order by p.time ${way}, p.nth ${way}, p.attribute`.execute(db)
  const states: ReadState[] = []
  let last: PointRow | undefined
  for (const row of rows) {
    const isNext = row.time !== last?.time || row.nth !== last.nth
    if (isNext && states.length === limit) break
    if (isNext) states.push({ time: toIso(row.time), data: {} })
    last = row
    const state = states.at(-1)
    if (state) state.data[row.attribute] = fromStored(row, row.data_type)
  }
  return states
}

export interface LastValue {
  readonly deviceId: string
  readonly attribute: string
  readonly time: number
  readonly value: Scalar
}

/** The last value within the range of each attribute of the devices that meet `devices`. */
export async function readLastValues(
  { read, dialect }: Pick<Store, 'read' | 'dialect'>,
  devices: Condition,
  range: Omit<StateRange, 'limit' | 'direction'>,
): Promise<LastValue[]> {
  const { rows } = await sql<PointRow>`select p.*, a.data_type
    from device_attributes a ${lastPoint(dialect, range)}
    where a.device_id in (select devices.id from devices where ${devices}) and ${named(range.attributes)}
    order by p.device_id, p.attribute`.execute(read)
  return rows.map((row) => ({
    deviceId: row.device_id,
    attribute: row.attribute,
    time: row.time,
    value: fromStored(row, row.data_type),
  }))
}

/**
 * What to join so that `p` is the last point within the range that the attribute `a` has. Without LATERAL, which SQLite does not have, PostgreSQL
 * expects one point in all and joins the rest in the worst order: the last values of 10,000 devices take 8 s instead of 50 ms.
 */
export function lastPoint(dialect: Dialect, { from, to }: { readonly from: number; readonly to: number }): Condition {
  const ofSeries = sql`q.device_id = a.device_id and q.attribute = a.name
    and q.time >= ${time(from)} and q.time <= ${time(to)}`
  if (dialect === 'postgres') {
    return sql`cross join lateral (
      select q.* from device_states q where ${ofSeries} order by q.time desc, q.nth desc limit 1
    ) p`
  }
  return sql`cross join device_states p on p.device_id = a.device_id and p.attribute = a.name
    and (p.time, p.nth) = (
      select q.time, q.nth from device_states q where ${ofSeries} order by q.time desc, q.nth desc limit 1
    )`
}

/** The requested attributes, as a condition on `device_attributes a`. */
export function named(attributes: readonly string[] | undefined): Condition {
  return attributes === undefined ? allOf([]) : isIn(sql`a.name`, attributes)
}

/** Milliseconds as an integer of the database, since the driver of SQLite would bind them as a real. */
export function time(ms: number): RawBuilder<number> {
  return sql`cast(${ms} as bigint)`
}
