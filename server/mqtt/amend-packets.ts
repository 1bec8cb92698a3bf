/** Changes packets after Aedes has parsed them and before it handles them, where it would treat a device too strictly. */
import type { EventEmitter } from 'node:events'
import type { Client, ConnectPacket, SubscribePacket } from 'aedes'
import { nowhere, type ReceivedPublish } from './take-publish.ts'
import { shown } from './topics.ts'

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
        // [MQTT-3.8.4-6] lets a server grant less than it was asked for. Aedes notes what it grants before it asks
        // `authorizeSubscribe`, so this is the last moment to change it.
        for (const subscription of packet.subscriptions) if (subscription.qos === 2) subscription.qos = 1
        return
      case 'connect':
        if (packet.will?.qos === 2) packet.will.qos = 1
    }
  })
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
  if (topic === '' || topic.includes('+') || topic.includes('#')) return false
  // No topic of so few characters has that many levels.
  return topic.length < maxLevels || topic.split('/', maxLevels + 1).length <= maxLevels
}
