/** One device's connection, from its sign-in to its end. */
import type { Client } from 'aedes'
import type { ApplicationKeyTable } from '../../platform/store/tables.ts'
import type { TopicRules } from './topic-rules.ts'

/** The way a connection came in. */
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
  /** When it was accepted; missing before. */
  connectedAt?: number
  messagesFromClient: number
  messagesToClient: number
  /** Messages that were accepted and not used, since they were not what they should be. */
  droppedMessages: number
  /** What it has subscribed to. */
  readonly filters: Set<string>
  /** Set when the broker ends it for what it did or may not do any more: nothing is taken from it then, not even its will. */
  isBarred: boolean
  /** Why the broker ended it; missing where the device or its network did. */
  endedFor?: string
}

/** Ends the connection at once, for what the device did or may not do any more. */
export function barSession(session: Session, reason: string): void {
  session.isBarred = true
  endSession(session, reason)
}

/** Ends the connection at once. Its will is published, as after any other loss of a connection. */
export function endSession(session: Session, reason: string): void {
  session.endedFor ??= reason
  session.client.close()
}
