/**
 * Takes what a device publishes. [MQTT-3.3.5-2] leaves two answers to a message that may not be published: to acknowledge it
 * or to end the connection. A device sends what was not acknowledged again on each new connection, and nothing behind it
 * gets through; so a message of QoS 1 or 2 is acknowledged, dropped and logged, and only QoS 0 ends the connection.
 */
import type { Client, PublishPacket } from 'aedes'
import { startRunsOfMessage } from '../../platform/runs/runs-of-messages.ts'
import { acknowledge, whenTaken } from './acknowledge.ts'
import type { BrokerContext } from './context.ts'
import { speaksFor } from './peripherals.ts'
import { drop, receiveState } from './receive-state.ts'
import { barSession, type Session } from './session.ts'
import { isReserved, readDeviceTopic, shown } from './topics.ts'

/** A PUBLISH, with the reason why it cannot be used if reading it showed one. */
export type ReceivedPublish = PublishPacket & { problem?: string }

export type TakePublish = (client: Client | null, packet: ReceivedPublish, done: (error?: Error | null) => void) => void

/** The topic of messages that are acknowledged but not delivered, which replaces their own. No device may publish to it. */
export const nowhere = '$nowhere'

export function createTakePublish(context: BrokerContext): TakePublish {
  const { sessions, work, limits } = context

  /** Resolves once the message may be acknowledged. A state is stored by then. */
  const take = (session: Session, packet: ReceivedPublish, payload: Buffer): Promise<void> => {
    const problem = packet.problem ?? findUnsupported(packet)
    if (problem !== undefined) return refuse(session, packet, problem)
    // Most messages are states of the device itself; each further promise would add half a microsecond to them.
    if (packet.topic === session.stateTopic) return takeState(session, session.deviceId, packet, payload)
    const device = readDeviceTopic(packet.topic)
    if (device?.kind !== 'state') return takeOther(session, packet, payload)
    return speaksFor(context, session, device.deviceId).then((speaks) =>
      speaks
        ? takeState(session, device.deviceId, packet, payload)
        : refuse(session, packet, `It may not report for ${device.deviceId}, which is not a peripheral of its own.`),
    )
  }

  const takeState = (session: Session, deviceId: string, packet: PublishPacket, payload: Buffer): Promise<void> => {
    const { qos } = packet
    packet.topic = nowhere
    return receiveState(context, session, deviceId, payload, qos)
  }

  const takeOther = async (session: Session, packet: PublishPacket, payload: Buffer): Promise<void> => {
    const { topic } = packet
    if (isReserved(topic)) return refuse(session, packet, `It may not publish to ${shown(topic)}, which is reserved.`)
    if (!session.rules.mayPublish(topic))
      return refuse(session, packet, `Its access key does not let it publish to ${shown(topic)}.`)
    if (payload.length > limits.messageBytes) {
      packet.topic = nowhere
      return drop(context, session, session.deviceId, `A message is larger than ${limits.messageBytes} bytes.`)
    }
    await startRuns(context, session, packet, payload)
  }

  const refuse = async (session: Session, packet: PublishPacket, reason: string): Promise<void> => {
    // A will is published after the connection has ended, so it is always dropped.
    if (packet.qos === 0 && !session.client.closed) throw new Refused(reason)
    packet.topic = nowhere
    return drop(context, session, session.deviceId, reason)
  }

  return (client, packet, done) => {
    const session = client && sessions.of(client)
    if (!session || session.isBarred) return done(new Error('Nobody is signed in.'))
    // It is neither stored nor acknowledged, so the device sends it again to the next process.
    if (work.isClosing) return
    session.messagesFromClient++
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    work.begin()
    const finish = () => {
      if (packet.topic === nowhere && packet.qos > 0) {
        acknowledge(client, packet)
        // Otherwise Aedes would acknowledge it too.
        packet.qos = 0
      }
      // Aedes writes all other acknowledgements itself.
      whenTaken(client, done)
      work.end()
    }
    const fail = (error: unknown) => {
      done(disconnect(context, session, error instanceof Refused ? error.message : 'The store failed.'))
      work.end()
    }
    take(session, packet, payload).then(finish, fail)
  }
}

/** Rejects if a message of QoS 1 starts a run that could not be written down, and so must not be acknowledged. */
async function startRuns(
  { platform, starting, warn }: BrokerContext,
  { deviceId }: Session,
  { topic, qos }: PublishPacket,
  payload: Buffer,
): Promise<void> {
  const message = { topic, text: payload.toString(), relay: { type: 'device', id: deviceId } } as const
  try {
    await starting.pass(() => startRunsOfMessage(platform, message))
  } catch (err) {
    warn({ err, deviceId, topic: shown(topic), qos }, 'The runs of a message were not started')
    if (qos > 0) throw err
  }
}

class Refused extends Error {}

function findUnsupported({ qos, retain }: PublishPacket): string | undefined {
  if (qos === 2) return 'It published with QoS 2; only QoS 0 and 1 are supported.'
  if (retain) return 'It published a retained message; they are not supported.'
  return undefined
}

/** Returns the error that ends the connection once `done` gets it. */
function disconnect({ warn }: BrokerContext, session: Session, reason: string): Error {
  warn({ deviceId: session.deviceId, reason, ...session.origin }, 'A device was disconnected')
  barSession(session, reason)
  return new Error(reason)
}
