/** Who connects: the client ID is the device's, the user name an access key, the password its secret. */
import type { AuthenticateError, Client, ConnectPacket } from 'aedes'
import { FlowpotError } from '../../contracts/errors.ts'
import { isGateway, type SignedInDevice, verifyDevice } from '../../platform/auth/sign-in.ts'
import type { BrokerContext } from './context.ts'
import { type Origin, type Session, takenOver } from './session.ts'
import { topicRules } from './topic-rules.ts'
import { stateTopic } from './topics.ts'

/** Return codes of CONNACK, MQTT 3.1.1 table 3.1. */
const SERVER_UNAVAILABLE = 3
const NOT_AUTHORIZED = 5

export interface Authenticator {
  /** Notes what CONNECT asks for and cannot have; `authenticate` answers it, with a CONNACK. */
  preConnect(client: Client, packet: ConnectPacket, done: (error: Error | null, success: boolean) => void): void
  authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void
}

/**
 * Nobody is locked out for wrong secrets, as people are for wrong passwords: a secret has 256 random bits, so that a thousand
 * guesses a second get nowhere, while one badly set-up device that tries again and again would lock out every other behind
 * its address, or who shares its key. An attempt costs a hash and one or two reads by key; what a stranger can do is use
 * these up, and a lock of our own would not spare them.
 */
export function createAuthenticator(context: BrokerContext, originOf: (client: Client) => Origin): Authenticator {
  const { platform, sessions, work, warn } = context
  const unsupported = new WeakMap<Client, string>()
  /** Rises with each change that could take a right away, so that none is missed between the reading and the signing in. */
  let changes = 0
  for (const name of ['keyChanged', 'deviceChanged', 'deviceDeleted'] as const) {
    platform.events.on(name, () => changes++)
  }

  const signIn = async (client: Client, key: string, secret: string): Promise<SignedInDevice | undefined> => {
    for (;;) {
      const before = changes
      const found = await verifyDevice(platform, { deviceId: client.id, key, secret })
      if (!found || before === changes) return found
    }
  }

  return {
    preConnect(client, packet, done) {
      const problem = findUnsupported(packet)
      if (problem !== undefined) unsupported.set(client, problem)
      done(null, true)
    },
    authenticate(client, username, password, done) {
      const origin = originOf(client)
      const refuse = (reason: string, returnCode = NOT_AUTHORIZED) => {
        // The client ID is a stranger's text of any length.
        warn({ deviceId: client.id.slice(0, 64), reason, ...origin }, 'A device was refused')
        done(Object.assign(new Error(reason), { returnCode }), null)
      }
      const problem = unsupported.get(client)
      if (problem !== undefined) return refuse(problem)
      if (work.isClosing) return refuse('The server stops.', SERVER_UNAVAILABLE)
      if (username === undefined || password === undefined) return refuse('Without access key or secret.')
      signIn(client, username, password.toString())
        .then((found) => {
          if (!found) return refuse('Wrong device, access key or secret.')
          if (client.closed) return
          // Aedes ends the connection before, [MQTT-3.1.4-2], and does not say why.
          for (const before of sessions.ofDevice(found.device.id)) before.endedFor ??= takenOver
          sessions.add(createSession(client, origin, found))
          done(null, true)
        })
        .catch((err) => {
          if (!(err instanceof FlowpotError) || err.status >= 500)
            context.log.error({ err }, 'Signing a device in failed')
          // The device tries again: [MQTT-3.2.2-5] ends the connection after the code.
          refuse('The sign-in failed.', SERVER_UNAVAILABLE)
        })
    },
  }
}

/** Losant has neither sessions that outlive the connection nor retained messages. */
function findUnsupported({ clean, will }: ConnectPacket): string | undefined {
  if (clean === false) return 'It asked for a persistent session; only clean ones are supported.'
  if (will?.retain) return 'Its will is a retained message; they are not supported.'
  return undefined
}

function createSession(client: Client, origin: Origin, { device, key }: SignedInDevice): Session {
  return {
    client,
    origin,
    deviceId: device.id,
    stateTopic: stateTopic(device.id),
    key,
    rules: topicRules(key),
    isGateway: isGateway(device),
    peripheralIds: new Set(),
    messagesFromClient: 0,
    messagesToClient: 0,
    droppedMessages: 0,
    filters: new Set(),
    isBarred: false,
  }
}
