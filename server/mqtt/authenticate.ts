/** Signs devices in. The client ID is the ID of the device, the user name an access key, and the password its secret. */
import type { AuthenticateError, Client, ConnectPacket } from 'aedes'
import { FlowpotError } from '../../contracts/errors.ts'
import { isGateway, type SignedInDevice, verifyDevice } from '../../platform/auth/sign-in.ts'
import type { BrokerContext } from './context.ts'
import { type Origin, type Session, takenOver } from './session.ts'
import { tellDevice } from './tell-device.ts'
import { topicRules } from './topic-rules.ts'
import { stateTopic } from './topics.ts'

/** Return codes of CONNACK, MQTT 3.1.1 table 3.1. */
const serverUnavailable = 3
const notAuthorized = 5

export interface Authenticator {
  /** Remembers what CONNECT asks for that is not supported; `authenticate` then refuses it with a CONNACK. */
  preConnect(client: Client, packet: ConnectPacket, done: (error: Error | null, success: boolean) => void): void
  authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void
}

/**
 * Nobody is locked out for wrong secrets, as people are for wrong passwords. A secret has 256 random bits, so a thousand
 * guesses a second get nowhere, while one device with a wrong secret that tries again and again would lock out all others
 * behind its address, or all that share its key. An attempt costs a hash and one or two reads by key; a lock would not
 * save that.
 */
export function createAuthenticator(context: BrokerContext, originOf: (client: Client) => Origin): Authenticator {
  const { platform, sessions, work, warn, log } = context
  const unsupported = new WeakMap<Client, string>()
  /** Counts the changes that could take away a right, so that a sign-in notices one that came after it read the device and key. */
  let changes = 0
  for (const name of ['keyChanged', 'deviceChanged', 'deviceDeleted'] as const) {
    platform.events.on(name, () => changes++)
  }

  const signIn = async (
    address: string,
    deviceId: string,
    key = '',
    secret = '',
  ): Promise<SignedInDevice | undefined> => {
    for (;;) {
      const before = changes
      const found = await verifyDevice(platform, { deviceId, key, secret }, address)
      if (!found || before === changes) return found
    }
  }

  /** Notes a refusal in the server's log and in the device's, so that its maker learns what CONNACK cannot say. */
  const note = (deviceId: string, isVerified: boolean, reason: string, origin: Origin) => {
    // The client ID is a stranger's text of any length.
    const isLogged = warn({ deviceId: deviceId.slice(0, 64), reason, ...origin }, 'A device was refused')
    // A stranger who knows a device's ID must not be able to fill its log.
    if (isVerified || isLogged) void tellDevice(context, deviceId, `Its connection was refused. ${reason}`)
  }

  return {
    preConnect(client, packet, done) {
      const { clientId, username, password, protocolVersion } = packet
      const problem = findUnsupported(packet)
      if (problem !== undefined) unsupported.set(client, problem)
      done(null, true)
      // Aedes answers another version with CONNACK 1 and does not ask `authenticate`.
      if (problem === undefined || protocolVersion !== 5) return
      signIn(originOf(client).address, clientId, username, password?.toString()).then(
        (found) => note(clientId, found !== undefined, problem, originOf(client)),
        (err) => log.error({ err }, 'Signing a device in failed'),
      )
    },
    authenticate(client, username, password, done) {
      const { id } = client
      const refuse = (reason: string, returnCode = notAuthorized) =>
        done(Object.assign(new Error(reason), { returnCode }), null)
      const origin = originOf(client)
      if (work.isClosing) return refuse('The server stops.', serverUnavailable)
      if (username === undefined || password === undefined) {
        const reason = 'It sent no user name or no password: they are its access key and secret.'
        note(id, false, reason, origin)
        return refuse(reason)
      }
      signIn(origin.address, id, username, password.toString())
        .then((found) => {
          const refuseFor = (reason: string) => {
            note(id, found !== undefined, reason, origin)
            refuse(reason)
          }
          if (!found)
            return refuseFor('Wrong device, access key or secret, or an address from which the key may not be used.')
          const problem = unsupported.get(client)
          if (problem !== undefined) return refuseFor(problem)
          if (client.closed) return
          // Aedes ends the earlier connection, [MQTT-3.1.4-2], and does not say why.
          for (const before of sessions.ofDevice(found.device.id)) before.endedFor ??= takenOver
          sessions.add(createSession(client, origin, found))
          done(null, true)
        })
        .catch((err) => {
          if (!(err instanceof FlowpotError) || err.status >= 500) log.error({ err }, 'Signing a device in failed')
          // The device can try again: the connection ends after the code, [MQTT-3.2.2-5].
          refuse('The sign-in failed.', serverUnavailable)
        })
    },
  }
}

/** Losant has neither persistent sessions nor retained messages, and Aedes 1 does not speak MQTT 5. */
function findUnsupported({ clean, will, protocolVersion }: ConnectPacket): string | undefined {
  if (protocolVersion === 5) return 'It speaks MQTT 5; only 3.1 and 3.1.1 are supported.'
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
