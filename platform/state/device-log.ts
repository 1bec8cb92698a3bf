/** The log of a device, which `device.getLogEntries` returns: its connections, and what was dropped of its messages. */
import { type Kysely, sql } from 'kysely'
import type { Base } from '../base/base.ts'
import { toIso } from '../records/schemas.ts'
import type { Transaction } from '../store/store.ts'
import type { DeviceLogTable, Tables } from '../store/tables.ts'

/** Lines that are kept for each device. Older ones are deleted. */
const maxKeptLines = 500
const maxLineLength = 2048

/** Notes what was dropped, such as a message that is not JSON. */
export async function logOnDevice(platform: Base, deviceId: string, message: string): Promise<void> {
  const id = platform.newId()
  const now = platform.clock.now()
  await platform.store.write(async (tx) => {
    const device = await tx.selectFrom('devices').select('id').where('id', '=', deviceId).executeTakeFirst()
    if (device) await insertLogLine(tx, deviceId, id, now, message)
  })
}

/** If the last line has the same message, its count is raised instead, so that a faulty sender does not fill the log. */
export async function insertLogLine(
  tx: Transaction,
  deviceId: string,
  id: string,
  time: number,
  message: string,
): Promise<void> {
  const line = toStorable(message)
  const last = await tx
    .selectFrom('device_log')
    .select(['id', 'message', 'connected'])
    .where('device_id', '=', deviceId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last?.message === line && last.connected === null) {
    await tx
      .updateTable('device_log')
      .set({ time, count: sql`count + 1` })
      .where('device_id', '=', deviceId)
      .where('id', '=', last.id)
      .execute()
    return
  }
  await insertEntry(tx, { device_id: deviceId, id, time, message: line })
}

type GivenEntry = Pick<DeviceLogTable, 'device_id' | 'id' | 'time'> & Partial<DeviceLogTable>

const noEntry = { connected: null, message: null, count: 1, messages_from_client: null, messages_to_client: null }

export async function insertEntry(tx: Transaction, entry: GivenEntry): Promise<void> {
  await tx
    .insertInto('device_log')
    .values({ ...noEntry, ...entry })
    .execute()
  await trim(tx, 'device_log', entry.device_id, maxKeptLines)
}

/** Deletes all but the newest rows of the device. */
export async function trim(
  tx: Transaction,
  table: 'device_log' | 'device_commands',
  deviceId: string,
  kept: number,
): Promise<void> {
  await sql`delete from ${sql.table(table)} where device_id = ${deviceId} and id <= (
    select id from ${sql.table(table)} where device_id = ${deviceId} order by id desc limit 1 offset ${sql.lit(kept)}
  )`.execute(tx)
}

export interface PastRange {
  readonly limit: number
  /** Milliseconds since 1970. */
  readonly since: number
  readonly until: number
  readonly direction: 'asc' | 'desc'
}

/** The first or last rows of the device within the range. */
export async function readPast<Table extends 'device_log' | 'device_commands'>(
  db: Kysely<Tables>,
  table: Table,
  deviceId: string,
  { limit, since, until, direction }: PastRange,
): Promise<Tables[Table][]> {
  const way = sql.raw(direction)
  const { rows } = await sql<Tables[Table]>`select * from ${sql.table(table)}
    where device_id = ${deviceId} and time >= ${since} and time <= ${until}
    order by time ${way}, id ${way} limit ${limit}`.execute(db)
  return rows
}

/** The fields are Losant's, except `message` and `count`. */
export function toEntry(row: DeviceLogTable) {
  const time = toIso(row.time)
  if (row.connected === null) return { time, message: row.message ?? '', count: row.count }
  if (row.connected === 1) return { time, connected: 1 as const }
  return {
    time,
    connected: 0 as const,
    ...(row.message === null ? {} : { disconnectReason: row.message }),
    ...(row.messages_from_client === null ? {} : { messagesFromClient: row.messages_from_client }),
    ...(row.messages_to_client === null ? {} : { messagesToClient: row.messages_to_client }),
  }
}

/** Replaces what the databases cannot store, since messages may quote clients: U+0000 and halves of surrogate pairs. */
export function toStorable(text: string): string {
  return Buffer.from(text.slice(0, maxLineLength)).toString().replaceAll('\u0000', '\ufffd')
}
