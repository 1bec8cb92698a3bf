/** The broker that devices connect to: Aedes, with the platform behind it. */

import type { Duplex } from 'node:stream'
import { Aedes, type Client } from 'aedes'
import type { Platform } from '../../platform/platform.ts'
import { closeOpenConnections } from '../../platform/state/connections.ts'
import { createGate } from '../../platform/store/gate.ts'
import { amendPackets } from './amend-packets.ts'
import { createAuthenticator } from './authenticate.ts'
import { createAuthoriseSubscribe } from './authorise-subscribe.ts'
import { createConnectionCount } from './connection-count.ts'
import { createConnectionLog } from './connection-log.ts'
import { type BrokerContext, type BrokerLimits, createWork, defaultLimits } from './context.ts'
import { followPlatform } from './follow-platform.ts'
import { createForward } from './forward.ts'
import { createSparseLog, type MqttLog, quietLog } from './mqtt-log.ts'
import { type LargePublish, limitPackets } from './packet-limit.ts'
import { endSession, type Origin, type Session, takenOver } from './session.ts'
import { createSessions } from './sessions.ts'
import { skipNowhere } from './skip-nowhere.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createTakePublish, nowhere, type ReceivedPublish } from './take-publish.ts'
import { tellDevice } from './tell-device.ts'
import { shown } from './topics.ts'

export interface Broker {
  /** Serves MQTT on the connection. */
  accept(connection: Duplex, origin: Origin): void
  readonly connectionCount: number
  /**
   * Takes no more messages, finishes and acknowledges those in progress, then ends every connection. Resolves once the log of
   * each device says so.
   */
  close(): Promise<void>
  /** Ends every connection without waiting. */
  closeNow(): void
}

export interface BrokerOptions {
  readonly log?: MqttLog
  readonly limits?: Partial<BrokerLimits>
}

export async function createBroker(platform: Platform, options: BrokerOptions = {}): Promise<Broker> {
  const log = options.log ?? quietLog
  const limits = { ...defaultLimits, ...options.limits }
  const origins = new WeakMap<Client, Origin>()
  const connections = new Set<Duplex>()
  const count = createConnectionCount(limits)
  const context: BrokerContext = {
    platform,
    sessions: createSessions(),
    connections: createConnectionLog(platform, log),
    limits,
    log,
    warn: createSparseLog(log, () => performance.now()),
    work: createWork(),
    starting: createGate(limits.startsAtOnce),
  }
  const { sessions, work, warn } = context
  const originOf = (client: Client) => origins.get(client) ?? { address: '', transport: 'tcp' as const }
  const { preConnect, authenticate } = createAuthenticator(context, originOf)
  const takePublish = createTakePublish(context)
  const aedes = new Aedes({
    mq: createSubscriptions(),
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: limits.unreadTimeoutMs,
    // How many packets may arrive with CONNECT, before its answer. One read of the socket does not bring more.
    queueLimit: 1000,
    // MQTT 3.1 allows 23 characters, and a device's ID has 24.
    maxClientsIdLength: 64,
    preConnect,
    authenticate,
    authorizePublish: takePublish,
    authorizeSubscribe: createAuthoriseSubscribe(context),
    authorizeForward: createForward(context),
  })
  skipNowhere(aedes)
  aedes.on('client', (client) => begin(context, client))
  const note = (client: Client, error: Error) => {
    const session = sessions.of(client)
    if (session) session.endedFor ??= error.message
    else warn({ reason: error.message, ...originOf(client) }, 'A connection failed')
  }
  aedes.on('clientError', note)
  aedes.on('connectionError', note)
  aedes.on('unsubscribe', (filters, client) => {
    for (const filter of filters) sessions.of(client)?.filters.delete(filter)
  })
  // Aedes' types leave out this event, which reports failures that no client caused.
  const emitter: NodeJS.EventEmitter = aedes
  emitter.on('error', (err) => log.error({ err }, 'The broker failed'))

  // A process that was killed left its connections open in the store.
  await closeOpenConnections(platform, { at: platform.clock.now(), reason: 'The server stopped.' })
  await aedes.listen()
  const stopFollowing = followPlatform(context, (topic, payload) =>
    // Subscribers with QoS 0 get it with QoS 0.
    aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, () => {}),
  )

  const closeNow = () => {
    work.isClosing = true
    stopFollowing()
    for (const connection of connections) connection.destroy()
    aedes.close()
  }
  return {
    accept(connection, origin) {
      const reason = work.isClosing ? 'The server stops.' : count.enter(origin.address)
      if (reason !== undefined) {
        warn({ reason, ...origin }, 'A connection was refused')
        // An `error` event without a listener would end the process.
        connection.on('error', () => {})
        connection.destroy()
        return
      }
      connections.add(connection)
      limitPackets(
        connection,
        { first: limits.connectBytes, other: limits.packetBytes },
        {
          refuse: (bytes) => connection.destroy(new Error(`A packet of ${bytes} bytes is too large.`)),
          skipped: (publish) =>
            takePublish(client, toDrop(publish, limits.packetBytes), (error) => {
              if (error) connection.destroy(error)
            }),
        },
      )
      const client = aedes.handle(connection)
      amendPackets(client, {
        maxFilters: limits.subscriptions,
        ignored: (topics) => noteIgnored(context, sessions.of(client), topics),
      })
      origins.set(client, origin)
      connection.once('close', () => {
        connections.delete(connection)
        count.leave(origin.address)
        const session = sessions.of(client)
        if (session) finish(context, session)
      })
    },
    get connectionCount() {
      return connections.size
    },
    async close() {
      work.isClosing = true
      for (const session of sessions.all()) session.endedFor ??= 'The server stopped.'
      await work.whenIdle()
      await Promise.all([...connections].map(flush))
      closeNow()
      // A connection leaves the set once its end is noted.
      await Promise.all([...connections].map(closed))
      await context.connections.whenWritten()
    },
    closeNow,
  }
}

/** Called once a device is accepted, before CONNACK is sent. */
function begin(context: BrokerContext, client: Client): void {
  const { sessions, connections, log } = context
  const session = sessions.of(client)
  if (!session || client.conn.destroyed) return
  // [MQTT-3.1.4-2]. Aedes does this too, but misses one of three that connect at the same time.
  for (const other of sessions.ofDevice(session.deviceId)) {
    if (other.connectedAt === undefined) continue
    endSession(other, takenOver)
    // Its socket emits `close` only later, and the log should name the end of this one before the beginning of the next.
    finish(context, other)
  }
  connections.connected(session)
  log.info({ deviceId: session.deviceId, ...session.origin }, 'A device connected')
}

/** Notes the end of a session. Further calls do nothing. */
function finish({ sessions, connections, log }: BrokerContext, session: Session): void {
  if (!sessions.remove(session) || session.connectedAt === undefined) return
  const { deviceId, origin, messagesFromClient, messagesToClient, droppedMessages } = session
  const reason = session.endedFor ?? 'The device disconnected.'
  connections.disconnected(session, reason)
  const counts = { messagesFromClient, messagesToClient, droppedMessages }
  log.info({ deviceId, reason, ...origin, ...counts }, 'A device disconnected')
}

/** Notes what a device unsubscribed from though it is not a filter. */
function noteIgnored(context: BrokerContext, session: Session | undefined, [topic = '']: readonly string[]): void {
  if (!session) return
  const { deviceId, origin } = session
  const isLogged = context.warn({ deviceId, topic: topic.slice(0, 100), ...origin }, 'An unsubscription was ignored')
  if (isLogged) void tellDevice(context, deviceId, `It unsubscribed from ${shown(topic)}, which is not a filter.`)
}

/** Stands in for a message whose packet was too large to be kept. */
function toDrop({ topic, qos, messageId, bytes }: LargePublish, maxBytes: number): ReceivedPublish {
  const problem = `A packet of ${bytes} bytes to ${shown(topic)} is larger than ${maxBytes} bytes.`
  const flags = { retain: false, dup: false }
  return { cmd: 'publish', topic: nowhere, qos, messageId, payload: Buffer.alloc(0), ...flags, problem }
}

/** How long the broker waits at its end for a device to read what was written for it. */
const flushLimitMs = 1000

/** Resolves once the kernel has what was written; destroying the connection earlier would discard it. */
function flush(connection: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (connection.destroyed) return resolve()
    const timer = setTimeout(resolve, flushLimitMs)
    const finish = () => {
      clearTimeout(timer)
      resolve()
    }
    connection.once('close', finish)
    connection.end(finish)
  })
}

function closed(connection: Duplex): Promise<void> {
  return new Promise((resolve) => connection.once('close', resolve))
}
