/** What happens on the platform, told to those in the process whom it concerns: the broker, the triggers. */
import type { PlatformLog } from './log.ts'
import type { TriggeredRun } from './triggered-run.ts'

/** Who caused something, in Losant's words for a run's `relayType` and `relayId`. */
export interface Relay {
  readonly type: 'device' | 'flow' | 'apiToken' | 'user'
  readonly id: string
}

/** Each is told after the commit of what it tells. Times are milliseconds since 1970. */
export interface PlatformEvents {
  commandSent: {
    readonly deviceId: string
    readonly name: string
    readonly payload: unknown
    readonly time: number
    readonly relay: Relay
  }
  deviceConnected: { readonly deviceId: string; readonly time: number }
  deviceDisconnected: {
    readonly deviceId: string
    readonly time: number
    /** When the connection began that ended; missing where that is not known. */
    readonly connectedAt?: number
    readonly reason?: string
  }
  deviceCreated: { readonly deviceId: string }
  /** Tags, attributes, class or gateway may be others now, and so which keys are good for it. */
  deviceChanged: { readonly deviceId: string }
  deviceDeleted: { readonly deviceId: string }
  /** Written down, and due now. */
  runsQueued: readonly TriggeredRun[]
  /** Written down, and due later. */
  runsPutOff: { readonly dueAt: number }
  /** Revoked, deleted, or its topics changed. */
  keyChanged: { readonly applicationKeyId: string }
  /** Made inactive or active, renamed, or deleted. */
  apiTokenChanged: { readonly apiTokenId: string }
  /** For the MQTT clients that subscribe to the topic. */
  messagePublished: { readonly topic: string; readonly text: string }
}

export interface Events {
  /** Returns what ends it. */
  on<Name extends keyof PlatformEvents>(name: Name, listener: (detail: PlatformEvents[Name]) => void): () => void
  /** Tells every listener before it returns. What one throws is logged and stays its own. */
  emit<Name extends keyof PlatformEvents>(name: Name, detail: PlatformEvents[Name]): void
}

export function createEvents(log: PlatformLog): Events {
  const listeners = new Map<string, Set<(detail: never) => void>>()
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      // A listener that is given twice is told twice.
      const own = (detail: never) => listener(detail)
      set.add(own)
      return () => set.delete(own)
    },
    emit(name, detail) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          // Boundary: `on` put it under the name of its detail.
          listener(detail as never)
        } catch (err) {
          log.error({ err, event: name }, 'A listener failed')
        }
      }
    },
  }
}
