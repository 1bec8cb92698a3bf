/** Which runs are started by an MQTT message on a topic of the application's own. */
import type { Relay } from '../events.ts'
import type { Platform } from '../platform.ts'
import { covers } from '../topic-filter.ts'
import { insertRuns } from './triggered-runs.ts'

export interface Message {
  readonly topic: string
  readonly text: string
  readonly relay: Relay
}

/** Resolves once the runs that the message starts are written down. */
export async function startRunsOfMessage(platform: Platform, { topic, text, relay }: Message): Promise<void> {
  const { store, watches, newId, clock, events } = platform
  const watching = watches.current.topic.filter(({ filter }) => covers(filter, topic))
  if (watching.length === 0) return
  const now = clock.now()
  const runs = watching.map(({ trigger, flowId }) => ({
    id: newId(),
    trigger,
    flowId,
    begin: {
      time: now,
      data: text,
      triggerId: topic,
      triggerType: 'mqttTopic',
      relayId: relay.id,
      relayType: relay.type,
    },
    attempts: 0,
  }))
  await store.write((tx) => insertRuns(tx, runs, now))
  events.emit('runsQueued', runs)
}
