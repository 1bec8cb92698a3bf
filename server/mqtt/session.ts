/** One device's connection, from its sign-in to its end. */
import type { Client } from 'aedes'
import type { ApplicationKeyTable } from '../../platform/store/tables.ts'
import type { TopicRules } from './topic-rules.ts'

/** Where a connection comes from. */
export interface Origin {
  readonly address: string
  readonly transport: 'tcp' | 'tls' | 'websocket'
}

export const takenOver = 'The device connected anew.'

export interface Session {
  readonly client: Client
  readonly origin: Origin
  readonly deviceId: string
  /** The topic of the device's own state. */
  readonly stateTopic: string
  readonly key: ApplicationKeyTable
  readonly rules: TopicRules
  isGateway: boolean
  /** Devices other than its own whose commands it has subscribed to. */
  readonly peripheralIds: Set<string>
  /** When it was accepted. Missing until then. */
  connectedAt?: number
  messagesFromClient: number
  messagesToClient: number
  /** Messages that were accepted but not used, because something was wrong with them. */
  droppedMessages: number
  /** The filters that it is subscribed to. */
  readonly filters: Set<string>
  /** Set once the broker ends it for a breach or a lost right: from then on nothing is taken from it, not even its will. */
  isBarred: boolean
  /** Why the broker ended it. Missing if the device or the network ended it. */
  endedFor?: string
}

/** Ends the connection at once, for a breach or a lost right. Its will is not published. */
export function barSession(session: Session, reason: string): void {
  session.isBarred = true
  endSession(session, reason)
}

/** Ends the connection at once. Its will is published, as after any lost connection. */
export function endSession(session: Session, reason: string): void {
  session.endedFor ??= reason
  session.client.close()
}
