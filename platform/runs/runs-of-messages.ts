/** Starts runs when an MQTT message comes on a topic other than `losant/…`. */
import type { Relay } from '../base/events.ts'
import { covers } from './topic-filter.ts'
import { queueRuns } from './triggered-runs.ts'
import type { RunsBase } from './watches.ts'

export interface Message {
  readonly topic: string
  readonly text: string
  readonly relay: Relay
}

/** Resolves once the runs are written down. */
export async function startRunsOfMessage(platform: RunsBase, { topic, text, relay }: Message): Promise<void> {
  const watching = platform.watches.current.topic.filter(({ filter }) => covers(filter, topic))
  if (watching.length === 0) return
  const begin = {
    time: platform.clock.now(),
    data: text,
    triggerId: topic,
    triggerType: 'mqttTopic',
    relayId: relay.id,
    relayType: relay.type,
  }
  await queueRuns(
    platform,
    watching.map(({ trigger, flowId }) => ({ trigger, flowId, begin })),
  )
}
