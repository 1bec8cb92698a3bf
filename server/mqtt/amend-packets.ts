/** Changes packets after Aedes has parsed them and before it handles them, where it would treat a device too strictly. */
import type { EventEmitter } from 'node:events'
import type { Client, ConnectPacket, SubscribePacket } from 'aedes'
import type { ReceivedSubscription } from './authorise-subscribe.ts'
import { nowhere, type ReceivedPublish } from './take-publish.ts'
import { isWildcard, shown } from './topics.ts'

/** Aedes' types leave out the client's parser, which emits each packet that it has read. */
interface HasParser {
  readonly _parser: EventEmitter
}

type Packet = ConnectPacket | SubscribePacket | ReceivedPublish | { readonly cmd: 'other' }

/** Call it before anything is read from the client. */
export function amendPackets(client: Client): void {
  const { _parser: parser } = client as Client & HasParser
  parser.prependListener('packet', (packet: Packet) => {
    switch (packet.cmd) {
      case 'publish':
        return rescue(packet)
      case 'subscribe':
        return packet.subscriptions.forEach(amendSubscription)
      case 'connect':
        if (packet.will?.qos === 2) packet.will.qos = 1
    }
  })
}

function amendSubscription(subscription: ReceivedSubscription, index: number): void {
  // [MQTT-3.8.4-6] lets a server grant less than it was asked for. Aedes notes what it grants before it asks
  // `authorizeSubscribe`, so this is the last moment to change it.
  if (subscription.qos === 2) subscription.qos = 1
  // Aedes would end the connection, and a device subscribes again on the next one; so it is refused in SUBACK instead.
  if (isFilter(subscription.topic)) return
  subscription.invalidFilter = subscription.topic
  // Aedes merges subscriptions to the same topic, but each needs its own answer.
  subscription.topic = `${nowhere}/${index}`
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
