/** Notes when devices connect and disconnect, and starts the flows that watch for it. */
import type { Relay } from '../base/events.ts'
import { toIso } from '../records/schemas.ts'
import { startRunsOfDevice } from '../runs/runs-of-devices.ts'
import type { RunsBase } from '../runs/watches.ts'
import { insertEntry, toStorable } from './device-log.ts'

/** How the device is connected, in Losant's words, for the flows that are started. */
export interface ConnectionVia {
  readonly method: 'mqtt' | 'rest'
  readonly address?: string | undefined
  /** Whether the connection uses TLS. */
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
  /** `at` of the connection that ended. If a newer connection has taken over, the device stays connected. */
  readonly connectedAt?: number
  readonly reason?: string | undefined
  readonly messagesFromClient?: number | undefined
  readonly messagesToClient?: number | undefined
  readonly via?: ConnectionVia
}

/** Does nothing if the device does not exist. */
export async function noteConnected(platform: RunsBase, deviceId: string, { at, via }: Connected): Promise<void> {
  const id = platform.newId()
  const runs = await platform.store.write(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('devices')
      .set({ connected: 1, connected_at: at })
      .where('id', '=', deviceId)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return undefined
    await insertEntry(tx, { device_id: deviceId, id, time: at, connected: 1 })
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

/** Ends connections that a killed process has left open in the store. Only for the process that runs the broker. */
export async function closeOpenConnections(
  platform: RunsBase,
  { at, reason }: { readonly at: number; readonly reason: string },
): Promise<void> {
  const open = await platform.store.read.selectFrom('devices').select('id').where('connected', '=', 1).execute()
  for (let start = 0; start < open.length; start += maxClosedAtOnce) {
    const some = open.slice(start, start + maxClosedAtOnce)
    await Promise.all(some.map(({ id }) => noteDisconnected(platform, id, { at, reason })))
  }
}

/** These writes share a commit. More of them could exceed the queue of the store. */
const maxClosedAtOnce = 500
