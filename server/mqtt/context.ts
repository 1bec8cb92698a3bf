/** What the broker's handlers share. */

import type { Platform } from '../../platform/platform.ts'
import type { Gate } from '../../platform/store/gate.ts'
import type { ConnectionLog } from './connection-log.ts'
import type { MqttLog } from './mqtt-log.ts'
import type { Sessions } from './sessions.ts'

export interface BrokerLimits {
  /** The size of a message's payload. Losant's limit. */
  readonly messageBytes: number
  /** The size of a packet. A larger one is read past, or ends the connection: see `packet-limit.ts`. */
  readonly packetBytes: number
  /** The size of CONNECT, the first packet. */
  readonly connectBytes: number
  /** How long CONNECT may take to arrive. */
  readonly connectTimeoutMs: number
  /** How much may wait for a device that reads slowly; past it the connection ends. */
  readonly unreadBytes: number
  /** How long a device may leave its acknowledgements unread; past it the connection ends. */
  readonly unreadTimeoutMs: number
  /** How many filters a device may be subscribed to. */
  readonly subscriptions: number
  /** How many messages of all devices may be starting runs at once. The rest wait, and so do the devices that sent them. */
  readonly startsAtOnce: number
  /** How many connections all listeners hold together. */
  readonly connections: number
  /** How many of them come from one address, or from one IPv6 /64. */
  readonly connectionsPerAddress: number
}

export const defaultLimits: BrokerLimits = {
  messageBytes: 256 * 1024,
  packetBytes: 512 * 1024,
  connectBytes: 64 * 1024,
  connectTimeoutMs: 10_000,
  unreadBytes: 1024 * 1024,
  unreadTimeoutMs: 30_000,
  subscriptions: 1000,
  // Fewer than the store's queue takes, so that a burst of messages leaves room for others.
  startsAtOnce: 2000,
  connections: 25_000,
  connectionsPerAddress: 2_500,
}

export interface BrokerContext {
  readonly platform: Platform
  readonly sessions: Sessions
  readonly connections: ConnectionLog
  readonly limits: BrokerLimits
  readonly log: MqttLog
  /** Logs what a stranger or a broken device can cause as often as it likes. False if the line was left out, as one of many. */
  readonly warn: (details: object, message: string) => boolean
  /** Counts what must be finished before the broker closes. */
  readonly work: WorkInProgress
  readonly starting: Gate
}

/** Counts messages that were accepted and are not acknowledged yet. */
export interface WorkInProgress {
  /** Set when the broker closes: from then on it takes no message. */
  isClosing: boolean
  begin(): void
  end(): void
  /** Resolves once nothing is in progress. */
  whenIdle(): Promise<void>
}

export function createWork(): WorkInProgress {
  let count = 0
  const waiting: (() => void)[] = []
  return {
    isClosing: false,
    begin() {
      count++
    },
    end() {
      count--
      if (count === 0) for (const resolve of waiting.splice(0)) resolve()
    },
    whenIdle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}
