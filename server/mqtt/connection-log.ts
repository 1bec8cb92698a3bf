/** Records when devices connect and disconnect, in order for each device. */

import type { Platform } from '../../platform/platform.ts'
import { type ConnectionVia, noteConnected, noteDisconnected } from '../../platform/state/connections.ts'
import type { MqttLog } from './mqtt-log.ts'
import type { Session } from './session.ts'

export interface ConnectionLog {
  connected(session: Session): void
  disconnected(session: Session, reason: string): void
  /** Resolves once all of it is written. */
  whenWritten(): Promise<void>
}

export function createConnectionLog(platform: Platform, log: MqttLog): ConnectionLog {
  const last = new Map<string, { readonly at: number; readonly written: Promise<void> }>()

  const write = (deviceId: string, at: number, note: () => Promise<void>): void => {
    const before = last.get(deviceId)?.written ?? Promise.resolve()
    const written = before.then(note).catch((err) => log.error({ err, deviceId }, 'A connection was not noted'))
    const entry = { at, written }
    last.set(deviceId, entry)
    const forget = () => {
      if (last.get(deviceId) === entry) last.delete(deviceId)
    }
    written.then(forget, forget)
  }
  /** A connection is identified by the time at which it began, so each entry of a device is later than the one before. */
  const timeOf = (deviceId: string) => Math.max(platform.clock.now(), (last.get(deviceId)?.at ?? 0) + 1)

  return {
    connected(session) {
      const { deviceId } = session
      const at = timeOf(deviceId)
      session.connectedAt = at
      write(deviceId, at, () => noteConnected(platform, deviceId, { at, via: viaOf(session) }))
    },
    disconnected(session, reason) {
      const { deviceId, connectedAt, messagesFromClient, messagesToClient } = session
      // It was never accepted, so its beginning is not in the log.
      if (connectedAt === undefined) return
      const at = timeOf(deviceId)
      const counts = { messagesFromClient, messagesToClient }
      const ended = { at, connectedAt, reason, ...counts, via: viaOf(session) }
      write(deviceId, at, () => noteDisconnected(platform, deviceId, ended))
    },
    whenWritten: async () => {
      await Promise.all([...last.values()].map(({ written }) => written))
    },
  }
}

function viaOf({ deviceId, origin }: Session): ConnectionVia {
  const { address, transport } = origin
  return { method: 'mqtt', address, secure: transport === 'tls', relay: { type: 'device', id: deviceId } }
}
