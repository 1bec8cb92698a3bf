/** Events of the platform, on which the broker and the queue of runs listen within the process. */
import type { PlatformLog } from './log.ts'
import type { TriggeredRun } from './triggered-run.ts'

/** Who caused an event. Losant calls them `relayType` and `relayId` in the payload of a run. */
export interface Relay {
  readonly type: 'device' | 'flow' | 'apiToken' | 'user'
  readonly id: string
}

/** Each event is emitted after the commit of what it reports. Times are milliseconds since 1970. */
export interface PlatformEvents {
  commandSent: {
    readonly deviceId: string
    readonly name: string
    readonly payload: unknown
    readonly time: number
    readonly relay: Relay
  }
  /** What devices have reported, device by device. */
  statesStored: readonly {
    readonly deviceId: string
    readonly reports: readonly { readonly time: number; readonly data: Readonly<Record<string, unknown>> }[]
  }[]
  deviceConnected: { readonly deviceId: string; readonly time: number }
  deviceDisconnected: {
    readonly deviceId: string
    readonly time: number
    /** When the connection that ended began; missing if that is unknown. */
    readonly connectedAt?: number
    readonly reason?: string
  }
  deviceCreated: { readonly deviceId: string }
  /** Tags, attributes, class or gateway may have changed, and with them the keys that admit the device. */
  deviceChanged: { readonly deviceId: string }
  deviceDeleted: { readonly deviceId: string }
  /** Runs that have been written down and are due now. */
  runsQueued: readonly TriggeredRun[]
  /** Runs that have been written down and are due later. */
  runsPutOff: { readonly dueAt: number }
  /** A key was revoked or deleted, or its topics changed. */
  keyChanged: { readonly applicationKeyId: string }
  /** A token was made inactive or active, renamed, or deleted. */
  apiTokenChanged: { readonly apiTokenId: string }
  /** A message was published to the MQTT clients that subscribe to its topic. */
  messagePublished: { readonly topic: string; readonly text: string }
}

export interface Events {
  /** Returns a function that removes the listener. */
  on<Name extends keyof PlatformEvents>(name: Name, listener: (detail: PlatformEvents[Name]) => void): () => void
  /** Calls every listener before it returns. If a listener throws, that is logged and the others are still called. */
  emit<Name extends keyof PlatformEvents>(name: Name, detail: PlatformEvents[Name]): void
}

export function createEvents(log: PlatformLog): Events {
  const listeners = new Map<string, Set<(detail: never) => void>>()
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      // A listener that is registered twice is called twice.
      const own = (detail: never) => listener(detail)
      set.add(own)
      return () => set.delete(own)
    },
    emit(name, detail) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          // Boundary: `on` stores a listener under the name of the event that it takes.
          listener(detail as never)
        } catch (err) {
          log.error({ err, event: name }, 'A listener failed')
        }
      }
    },
  }
}
