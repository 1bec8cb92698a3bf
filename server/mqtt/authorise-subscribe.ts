/** Decides whether a device may subscribe. A refusal is answered in SUBACK, [MQTT-3.9.3-2], and the connection lives on. */
import type { Client, Subscription } from 'aedes'
import type { BrokerContext } from './context.ts'
import { speaksFor } from './peripherals.ts'
import type { Session } from './session.ts'
import { tellDevice } from './tell-device.ts'
import { isReserved, readDeviceTopic, shown } from './topics.ts'

export interface ReceivedSubscription extends Subscription {
  /** The filter that was asked for, where `topic` has been replaced by a reserved one for one of the next two reasons. */
  asked?: string
  /** Why it is refused, if reading it showed that. */
  problem?: string
  /** The last subscription of the same packet to the same filter, if this one is not the last. */
  repeatedBy?: ReceivedSubscription
  /** Whether it is allowed, once that has been asked. */
  verdict?: Promise<boolean>
}

export type AuthoriseSubscribe = (
  client: Client,
  subscription: ReceivedSubscription,
  done: (error: Error | null, subscription?: Subscription | null) => void,
) => void

export function createAuthoriseSubscribe(context: BrokerContext): AuthoriseSubscribe {
  const { sessions, limits, warn, log } = context

  const admit = async (session: Session, { topic, problem }: ReceivedSubscription): Promise<string | undefined> => {
    if (problem !== undefined) return problem
    const device = readDeviceTopic(topic)
    if (device?.kind === 'command' && (await speaksFor(context, session, device.deviceId))) {
      if (device.deviceId !== session.deviceId) sessions.addPeripheral(session, device.deviceId)
      return undefined
    }
    if (isReserved(topic)) return 'The topic is reserved.'
    return session.rules.maySubscribe(topic) ? undefined : 'Its access key does not allow it.'
  }

  /** Does not reject. A refusal is noted. */
  const judge = async (session: Session, subscription: ReceivedSubscription): Promise<boolean> => {
    const { filters, deviceId, origin } = session
    const { topic, asked = topic } = subscription
    const isNew = !filters.has(topic)
    const isFull = isNew && filters.size >= limits.subscriptions
    if (!isFull) filters.add(topic)
    const problem = isFull
      ? `It has ${limits.subscriptions} subscriptions.`
      : await admit(session, subscription).catch((err) => {
          log.error({ err, deviceId }, 'A subscription could not be checked')
          return 'The store failed.'
        })
    if (problem === undefined) return true
    if (isNew) filters.delete(topic)
    // A device may ask for thousands of filters at once; its log takes as many as the server's does.
    const isLogged = warn(
      { deviceId, topic: asked.slice(0, 100), reason: problem, ...origin },
      'A subscription was refused',
    )
    if (isLogged) void tellDevice(context, deviceId, `Its subscription to ${shown(asked)} was refused. ${problem}`)
    return false
  }

  return (client, subscription, done) => {
    const session = sessions.of(client)
    if (!session) return done(new Error('Nobody is signed in.'))
    const meant = subscription.repeatedBy ?? subscription
    meant.verdict ??= judge(session, meant)
    meant.verdict.then((isAllowed) => done(null, isAllowed ? meant : null), done)
  }
}
