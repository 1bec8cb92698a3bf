/**
 * Whether a device may publish what it does. It may not say no: a PUBLISH is acknowledged or the connection ends,
 * [MQTT-3.3.5-2]. QoS 1 is acknowledged once `take` resolves, so a state is stored before that.
 */
import type { Client, PublishPacket } from 'aedes'
import { startRunsOfMessage } from '../../platform/runs/runs-of-messages.ts'
import { acknowledge, whenTaken } from './acknowledge.ts'
import type { BrokerContext } from './context.ts'
import { speaksFor } from './peripherals.ts'
import { drop, receiveState } from './receive-state.ts'
import { barSession, type Session } from './session.ts'
import { isReserved, readDeviceTopic } from './topics.ts'

export type TakePublish = (client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void) => void

/** In place of the topic of what is acknowledged and goes to nobody. No device may publish to it. */
export const nowhere = '$nowhere'

export function createTakePublish(context: BrokerContext): TakePublish {
  const { sessions, work, limits } = context

  /** Resolves once the message may be acknowledged. */
  const take = (session: Session, packet: PublishPacket, payload: Buffer): Promise<void> => {
    // Nearly every message is one of these; each promise more would cost it half a microsecond.
    if (packet.topic === session.stateTopic) return takeState(session, session.deviceId, packet, payload)
    const device = readDeviceTopic(packet.topic)
    if (device?.kind !== 'state') return takeOther(session, packet, payload)
    return speaksFor(context, session, device.deviceId).then((speaks) =>
      speaks ? takeState(session, device.deviceId, packet, payload) : takeOther(session, packet, payload),
    )
  }

  const takeState = (session: Session, deviceId: string, packet: PublishPacket, payload: Buffer): Promise<void> => {
    const { qos } = packet
    packet.topic = nowhere
    return receiveState(context, session, deviceId, payload, qos)
  }

  const takeOther = async (session: Session, packet: PublishPacket, payload: Buffer): Promise<void> => {
    const { topic } = packet
    if (isReserved(topic) || !session.rules.mayPublish(topic))
      throw new Refused(`It may not publish to ${shown(topic)}.`)
    if (payload.length > limits.messageBytes) {
      packet.topic = nowhere
      return drop(context, session, session.deviceId, `A message is larger than ${limits.messageBytes} bytes.`)
    }
    await startRuns(context, session, packet, payload)
  }

  return (client, packet, done) => {
    const session = client && sessions.of(client)
    if (!session || session.isBarred) return done(new Error('Nobody is signed in.'))
    // Neither stored nor acknowledged: the device sends it again to the next process.
    if (work.isClosing) return
    session.messagesFromClient++
    const problem = findUnsupported(packet)
    if (problem !== undefined) return done(refuse(context, session, problem))
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    work.begin()
    const finish = () => {
      if (packet.topic === nowhere && packet.qos === 1) {
        acknowledge(client, packet)
        // Or Aedes would as well.
        packet.qos = 0
      }
      // Aedes writes any other acknowledgement before it comes back.
      whenTaken(client, done)
      work.end()
    }
    const fail = (error: unknown) => {
      done(refuse(context, session, error instanceof Refused ? error.message : 'The store failed.'))
      work.end()
    }
    take(session, packet, payload).then(finish, fail)
  }
}

/** Rejects where QoS 1 cannot be acknowledged, since a run that it starts is not written down. */
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
  if (qos === 2) return 'It published with QoS 2, which is not supported.'
  if (retain) return 'It published a retained message; they are not supported.'
  return undefined
}

/** Given to `done`, it ends the connection. */
function refuse({ warn }: BrokerContext, session: Session, reason: string): Error {
  warn({ deviceId: session.deviceId, reason, ...session.origin }, 'A device was disconnected')
  barSession(session, reason)
  return new Error(reason)
}

/** A topic's name is a device's text. */
function shown(topic: string): string {
  return JSON.stringify(topic.length > 100 ? `${topic.slice(0, 100)}…` : topic)
}
