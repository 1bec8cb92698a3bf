/** What the broker's handlers share. */

import type { Platform } from '../../platform/platform.ts'
import type { Gate } from '../../platform/store/gate.ts'
import type { ConnectionLog } from './connection-log.ts'
import type { MqttLog } from './mqtt-log.ts'
import type { Sessions } from './sessions.ts'

export interface BrokerLimits {
  /** Of a message's payload; Losant's. */
  readonly messageBytes: number
  /** Of a whole packet; past it the connection ends before the packet is received. */
  readonly packetBytes: number
  /** Of the first packet, CONNECT. */
  readonly connectBytes: number
  /** In which CONNECT must have come. */
  readonly connectTimeoutMs: number
  /** What waits for a slow reader; past it the connection ends. */
  readonly unreadBytes: number
  /** How long a reader that has stopped may hold up its own acknowledgements. */
  readonly unreadTimeoutMs: number
  /** A device's at once. */
  readonly subscriptions: number
  /** Messages whose runs are being written down, of all devices together; the rest wait, and so do the devices that sent them. */
  readonly startsAtOnce: number
  /** On all listeners together. */
  readonly connections: number
  /** Of one address; of IPv6, of one /64. */
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
  // Less than the store lets wait, so that a burst from the devices crowds nobody out.
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

/** What was accepted and is not acknowledged yet. */
export interface WorkInProgress {
  /** Set when the broker closes: nothing is begun any more. */
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
