/** When devices came and went. */
import type { Relay } from '../base/events.ts'
import { toIso } from '../records/schemas.ts'
import { startRunsOfDevice } from '../runs/runs-of-devices.ts'
import type { RunsBase } from '../runs/watches.ts'
import { insertEntry, toStorable } from './device-log.ts'

/** How it is connected, for the flows that start by it. Losant's words. */
export interface ConnectionVia {
  readonly method: 'mqtt' | 'rest'
  readonly address?: string | undefined
  /** Under TLS. */
  readonly secure?: boolean | undefined
  readonly relay?: Relay | undefined
}

export interface Connected {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly via?: ConnectionVia
}

export interface Disconnected {
  readonly at: number
  /** `at` of the connection that ended: one that another has taken over by then leaves the device connected. */
  readonly connectedAt?: number
  readonly reason?: string
  readonly messagesFromClient?: number
  readonly messagesToClient?: number
  readonly via?: ConnectionVia
}

/** Of a device that does not exist nothing is noted. */
export async function noteConnected(platform: RunsBase, deviceId: string, { at, via }: Connected): Promise<void> {
  const id = platform.newId()
  const runs = await platform.store.write(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('devices')
      .set({ connected: 1, connected_at: at })
      .where('id', '=', deviceId)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return undefined
    await insertEntry(tx, { ...noEntry, device_id: deviceId, id, time: at, connected: 1 })
    const { relay, ...data } = via ?? {}
    return startRunsOfDevice(platform, tx, { on: 'connect', deviceId, time: at, data, relay })
  })
  if (!runs) return
  platform.events.emit('deviceConnected', { deviceId, time: at })
  platform.events.emit('runsQueued', runs)
}

export async function noteDisconnected(
  platform: RunsBase,
  deviceId: string,
  { at, connectedAt, reason, messagesFromClient, messagesToClient, via }: Disconnected,
): Promise<void> {
  const id = platform.newId()
  const ended = await platform.store.write(async (tx) => {
    const device = await tx
      .selectFrom('devices')
      .select(['connected', 'connected_at'])
      .where('id', '=', deviceId)
      .executeTakeFirst()
    if (!device) return undefined
    const isTakenOver = connectedAt !== undefined && device.connected === 1 && device.connected_at !== connectedAt
    if (!isTakenOver) {
      await tx.updateTable('devices').set({ connected: 0, disconnected_at: at }).where('id', '=', deviceId).execute()
    }
    await insertEntry(tx, {
      ...noEntry,
      device_id: deviceId,
      id,
      time: at,
      connected: 0,
      message: reason === undefined ? null : toStorable(reason),
      messages_from_client: messagesFromClient ?? null,
      messages_to_client: messagesToClient ?? null,
    })
    const began = connectedAt ?? device.connected_at ?? undefined
    const { relay, ...way } = via ?? {}
    const data = {
      ...way,
      connectedAt: began === undefined ? null : toIso(began),
      disconnectReason: reason,
      messagesFromDevice: messagesFromClient,
      messagesToDevice: messagesToClient,
    }
    const runs = await startRunsOfDevice(platform, tx, { on: 'disconnect', deviceId, time: at, data, relay })
    return { connectedAt: began, runs }
  })
  if (!ended) return
  platform.events.emit('deviceDisconnected', {
    deviceId,
    time: at,
    ...(ended.connectedAt === undefined ? {} : { connectedAt: ended.connectedAt }),
    ...(reason === undefined ? {} : { reason }),
  })
  platform.events.emit('runsQueued', ended.runs)
}

const noEntry = { message: null, count: 1, messages_from_client: null, messages_to_client: null }

/** Ends the connections that the store holds for open: a process that was killed could not. For the one process that has the broker. */
export async function closeOpenConnections(
  platform: RunsBase,
  { at, reason }: { readonly at: number; readonly reason: string },
): Promise<void> {
  const open = await platform.store.read.selectFrom('devices').select('id').where('connected', '=', 1).execute()
  for (let start = 0; start < open.length; start += CLOSED_AT_ONCE) {
    const some = open.slice(start, start + CLOSED_AT_ONCE)
    await Promise.all(some.map(({ id }) => noteDisconnected(platform, id, { at, reason })))
  }
}

/** They share a commit; more might not find room in the store's queue. */
const CLOSED_AT_ONCE = 500
