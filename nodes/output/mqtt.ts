import { Type } from 'typebox'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { Template, Value } from '../../engine/schema.ts'
import { filled } from '../parts/filled.ts'

export const mqtt = defineNode({
  type: 'mqtt',
  losant: { type: 'MqttMessageNode', translate },
  summary: "Publishes an MQTT message on a topic of the application's own.",
  description: `Devices that have subscribed to the topic get it, and flows with an \`mqtt\` trigger. Nobody waits for who reads
it, and it is not kept for who subscribes later.

A topic that begins with \`losant\` is the platform's: commands go by \`device-command\`, and the state of a device by
\`device-state\`.`,
  config: Type.Object({
    topic: Template({ description: 'Where to: one topic, without wildcards.', examples: ['greenhouse/<< data.id >>'] }),
    message: Type.Optional(
      Value({
        description:
          'Sent as it is where it is text, and as JSON where it is anything else; empty where it is not given.',
      }),
    ),
  }),
  outputs: ['next'],
  check,
  compile: ({ topic, message }) => {
    return async (payload, run) => {
      const name = topic(payload)
      const problem = problemOf(name)
      if (problem !== undefined) throw new Error(`topic ${JSON.stringify(name.slice(0, 100))} ${problem}`)
      const content = message?.(payload) ?? ''
      const text = typeof content === 'string' ? content : JSON.stringify(content)
      if (Buffer.byteLength(text) > maxMessageBytes) throw new Error(`message is larger than ${maxMessageBytes} bytes.`)
      await run.services.publish(name, text)
      return 'next'
    }
  },
  examples: [
    {
      title: 'JSON for whoever listens',
      yaml: `type: mqtt
topic: greenhouse/<< data.params.id >>/light
message: { on: true, by: << experience.user.email >> }`,
      payload: { data: { params: { id: 'north' } }, experience: { user: { email: 'ada@lom.example' } } },
      expect: {
        output: 'next',
        sent: [{ topic: 'greenhouse/north/light', message: '{"on":true,"by":"ada@lom.example"}' }],
      },
    },
    {
      title: 'Text',
      yaml: `type: mqtt
topic: greenhouse/door
message: << data.body.state >>`,
      payload: { data: { body: { state: 'open' } } },
      expect: { output: 'next', sent: [{ topic: 'greenhouse/door', message: 'open' }] },
    },
    {
      title: 'A topic that a client would widen',
      yaml: `type: mqtt
topic: greenhouse/<< data.params.id >>`,
      payload: { data: { params: { id: '#' } } },
      expect: { sent: [], error: 'topic "greenhouse/#" has a wildcard in it' },
    },
  ],
})

/** As large as what the broker takes from devices. */
const maxMessageBytes = 256 * 1024

/** What is wrong with a topic's name, [MQTT-4.7.1] to [MQTT-4.7.3]; Losant keeps to itself what begins with its name. */
function problemOf(topic: string): string | undefined {
  if (topic === '') return 'is empty.'
  if (/[+#]/.test(topic)) return 'has a wildcard in it, and a message goes to one topic.'
  if (topic.includes('\0')) return 'has a NUL in it.'
  if (topic.startsWith('$')) return "is the broker's own."
  if (topic.startsWith('losant')) return "is the platform's own: use device-command or device-state."
  return Buffer.byteLength(topic) > 65_535 ? 'is longer than 65535 bytes.' : undefined
}

function check({ config, report }: NodeCheck): void {
  const topic = String(config.topic)
  // Whatever a template gives, what stands round it stays.
  const problem = problemOf(topic.replaceAll(/<<.*?>>|\{\{.*?\}\}/gs, 'x'))
  if (problem !== undefined) report({ code: 'FLOW_WRONG_TYPE', at: ['topic'], message: `topic "${topic}" ${problem}` })
}

function translate({ integrationId = 'losant', topicTemplate, messageTemplate }: RawConfig): RawConfig {
  if (integrationId !== 'losant') throw new Error('A broker other than the own one has no counterpart.')
  return { topic: topicTemplate, ...filled({ message: messageTemplate }) }
}
