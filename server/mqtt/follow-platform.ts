/** Follows events of the platform: delivers commands, and ends connections that have lost their right to be open. */
import { admitsAddress } from '../../platform/auth/key-addresses.ts'
import { isGateway, readDeviceAccess } from '../../platform/auth/sign-in.ts'
import type { PlatformEvents } from '../../platform/base/events.ts'
import type { BrokerContext } from './context.ts'
import { speaksFor } from './peripherals.ts'
import { barSession, type Session } from './session.ts'
import { haveSameTopics } from './topic-rules.ts'
import { commandTopic } from './topics.ts'

export type Publish = (topic: string, payload: string) => void

/** Returns a function that stops following. */
export function followPlatform(context: BrokerContext, publish: Publish): () => void {
  const { platform, sessions } = context
  const { events } = platform
  const ends = [
    events.on('commandSent', (command) => publish(commandTopic(command.deviceId), commandText(command))),
    events.on('messagePublished', ({ topic, text }) => publish(topic, text)),
    events.on('deviceDeleted', ({ deviceId }) => {
      for (const session of sessions.ofDevice(deviceId)) barSession(session, 'The device was deleted.')
    }),
    events.on('deviceChanged', ({ deviceId }) => {
      for (const session of sessions.ofDevice(deviceId)) check(context, session, () => checkDevice(context, session))
      for (const session of sessions.forPeripheral(deviceId)) {
        check(context, session, () => checkPeripheral(context, session, deviceId))
      }
    }),
    events.on('keyChanged', ({ applicationKeyId }) => {
      for (const session of sessions.ofKey(applicationKeyId))
        check(context, session, () => checkDevice(context, session))
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** In the format of Losant's clients, which turn `$date` into a `Date`. */
function commandText({ name, payload, time }: PlatformEvents['commandSent']): string {
  return JSON.stringify({ name, payload, time: { $date: new Date(time).toISOString() } })
}

/** Ends the session if `find` gives a reason, and also if `find` fails. */
function check({ log }: BrokerContext, session: Session, find: () => Promise<string | undefined>): void {
  find().then(
    (reason) => {
      if (reason !== undefined) barSession(session, reason)
    },
    (err) => {
      log.error({ err, deviceId: session.deviceId }, 'A device could not be checked')
      barSession(session, 'Its rights could not be checked.')
    },
  )
}

async function checkDevice({ platform }: BrokerContext, session: Session): Promise<string | undefined> {
  const access = await readDeviceAccess(platform, session.deviceId, session.key.id)
  if (!access) return 'Its access key is not good for it any more.'
  if (!admitsAddress(access.key, session.origin.address))
    return 'Its access key may not be used from its address any more.'
  // Its subscriptions may be forbidden now. It connects again under the new rules.
  if (!haveSameTopics(access.key, session.key)) return 'The topics of its access key were changed.'
  if (session.isGateway && !isGateway(access.device)) return 'It is no gateway any more.'
  session.isGateway = isGateway(access.device)
  return undefined
}

async function checkPeripheral(
  context: BrokerContext,
  session: Session,
  deviceId: string,
): Promise<string | undefined> {
  return (await speaksFor(context, session, deviceId)) ? undefined : 'One of its peripherals is not its own any more.'
}
