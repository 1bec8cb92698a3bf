/** The devices that are signed in. Aedes' own list holds one client per ID, and loses one if three connect at once with the same ID. */
import type { Client } from 'aedes'
import type { Session } from './session.ts'

export interface Sessions {
  readonly size: number
  add(session: Session): void
  /** Returns false if it was removed before. */
  remove(session: Session): boolean
  of(client: Client): Session | undefined
  ofDevice(deviceId: string): readonly Session[]
  ofKey(applicationKeyId: string): readonly Session[]
  /** Gateways that receive the device's commands. */
  forPeripheral(deviceId: string): readonly Session[]
  addPeripheral(session: Session, deviceId: string): void
  all(): readonly Session[]
}

export function createSessions(): Sessions {
  // A client keeps its session after it has left the lists, since its will is published only then.
  const byClient = new WeakMap<Client, Session>()
  const live = new Set<Session>()
  const byDevice = createIndex()
  const byKey = createIndex()
  const byPeripheral = createIndex()
  return {
    get size() {
      return live.size
    },
    add(session) {
      byClient.set(session.client, session)
      live.add(session)
      byDevice.add(session.deviceId, session)
      byKey.add(session.key.id, session)
    },
    remove(session) {
      if (!live.delete(session)) return false
      byDevice.remove(session.deviceId, session)
      byKey.remove(session.key.id, session)
      for (const deviceId of session.peripheralIds) byPeripheral.remove(deviceId, session)
      return true
    },
    of: (client) => byClient.get(client),
    ofDevice: byDevice.get,
    ofKey: byKey.get,
    forPeripheral: byPeripheral.get,
    addPeripheral(session, deviceId) {
      if (!live.has(session)) return
      session.peripheralIds.add(deviceId)
      byPeripheral.add(deviceId, session)
    },
    all: () => [...live],
  }
}

function createIndex() {
  const lists = new Map<string, Set<Session>>()
  return {
    add(id: string, session: Session): void {
      lists.set(id, (lists.get(id) ?? new Set()).add(session))
    },
    remove(id: string, session: Session): void {
      const list = lists.get(id)
      if (list?.delete(session) && list.size === 0) lists.delete(id)
    },
    /** Returns a copy, since callers end sessions while they iterate. */
    get: (id: string): readonly Session[] => [...(lists.get(id) ?? [])],
  }
}
