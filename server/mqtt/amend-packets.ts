/** Changes packets after Aedes has parsed them and before it handles them, where it would treat a device too strictly. */
import type { EventEmitter } from 'node:events'
import type { Client, ConnectPacket, SubscribePacket, UnsubscribePacket } from 'aedes'
import type { ReceivedSubscription } from './authorise-subscribe.ts'
import { nowhere, type ReceivedPublish } from './take-publish.ts'
import { isWildcard, shown } from './topics.ts'

/** Aedes' types leave out the client's parser, which emits each packet that it has read. */
interface HasParser {
  readonly _parser: EventEmitter
}

type Packet =
  | ConnectPacket
  | SubscribePacket
  | (UnsubscribePacket & { readonly cmd: 'unsubscribe' })
  | ReceivedPublish
  | { readonly cmd: 'other' }

export interface Amendments {
  /** How many filters a SUBSCRIBE may name. Each that is granted costs Aedes far more than one that is refused. */
  readonly maxFilters: number
  /** Called with what an UNSUBSCRIBE names though it is not a filter. */
  ignored(topics: readonly string[]): void
}

/** Call it before anything is read from the client. */
export function amendPackets(client: Client, { maxFilters, ignored }: Amendments): void {
  const { _parser: parser } = client as Client & HasParser
  parser.prependListener('packet', (packet: Packet) => {
    switch (packet.cmd) {
      case 'publish':
        return rescue(packet)
      case 'subscribe':
        return amendSubscriptions(packet.subscriptions, maxFilters)
      case 'unsubscribe':
        return amendUnsubscriptions(packet, ignored)
      case 'connect':
        if (packet.will?.qos === 2) packet.will.qos = 1
    }
  })
}

function amendSubscriptions(subscriptions: readonly ReceivedSubscription[], maxFilters: number): void {
  const last = new Map(subscriptions.map((subscription) => [subscription.topic, subscription]))
  subscriptions.forEach((subscription, index) => {
    const { topic, qos } = subscription
    // [MQTT-3.8.4-6] lets a server grant less than it was asked for. Aedes notes what it grants before it asks
    // `authorizeSubscribe`, so this is the last moment to change it.
    if (qos === 2) subscription.qos = 1
    const meant = last.get(topic)
    if (meant !== undefined && meant !== subscription) subscription.repeatedBy = meant
    else if (index >= maxFilters) subscription.problem = `It is one of more than ${maxFilters} filters in a packet.`
    // Aedes would end the connection, and a device subscribes again on the next one; so it is refused in SUBACK instead.
    else if (!isFilter(topic)) subscription.problem = 'It is not a filter.'
    else return
    // Aedes merges subscriptions to the same topic, but each needs its own answer, [MQTT-3.8.4-5].
    subscription.asked = topic
    subscription.topic = `${nowhere}/${index}`
  })
}

/** Aedes would end the connection without an answer. Nothing is subscribed to such a topic, so UNSUBACK is true, [MQTT-3.10.4-5]. */
function amendUnsubscriptions(packet: UnsubscribePacket, ignored: (topics: readonly string[]) => void): void {
  const invalid = packet.unsubscriptions.filter((topic) => !isFilter(topic))
  if (invalid.length === 0) return
  packet.unsubscriptions = packet.unsubscriptions.filter(isFilter)
  ignored(invalid)
}

/** Aedes ends the connection for such a topic, and a device would send the message again on the next one. */
function rescue(packet: ReceivedPublish): void {
  const { topic, qos } = packet
  if (qos === 0 || isTopicName(topic)) return
  packet.topic = nowhere
  packet.problem = `${shown(topic)} is not a topic to publish to.`
}

/** Aedes' limit, which cannot be raised. */
const maxLevels = 100

function isTopicName(topic: string): boolean {
  if (topic === '' || isWildcard(topic)) return false
  // No topic of so few characters has that many levels.
  return topic.length < maxLevels || topic.split('/', maxLevels + 1).length <= maxLevels
}

/** A wildcard is a level of its own, and `#` the last one, [MQTT-4.7.1-2, 4.7.1-3]. */
function isFilter(filter: string): boolean {
  const levels = filter.split('/', maxLevels + 1)
  return (
    filter !== '' &&
    levels.length <= maxLevels &&
    levels.every(
      (level, index) => !isWildcard(level) || level === '+' || (level === '#' && index === levels.length - 1),
    )
  )
}
