import { Type } from 'typebox'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { Template, Value } from '../../engine/schema.ts'
import { filled } from '../parts/losant-fields.ts'
import { wrongValue } from '../parts/misplaced.ts'

export const mqtt = defineNode({
  type: 'mqtt',
  losant: { type: 'MqttMessageNode', translate },
  summary: "Publishes an MQTT message on a topic of the application's own.",
  description: `Devices that have subscribed to the topic get it, and so do flows with an \`mqtt\` trigger. The run does not wait for
them, and the message is not retained for later subscribers.

Topics that begin with \`losant\` belong to the platform: send commands with \`device-command\`, and the state of a device with
\`device-state\`.`,
  config: Type.Object({
    topic: Template({ description: 'The topic, without wildcards.', examples: ['greenhouse/<< data.id >>'] }),
    message: Type.Optional(
      Value({
        description: 'The message: text is sent unchanged, anything else as JSON. Defaults to an empty message.',
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
      title: 'A wildcard from a client',
      yaml: `type: mqtt
topic: greenhouse/<< data.params.id >>`,
      payload: { data: { params: { id: '#' } } },
      expect: { sent: [], error: 'topic "greenhouse/#" has a wildcard in it' },
    },
  ],
})

/** The size limit that the broker also sets for devices. */
const maxMessageBytes = 256 * 1024

/** What is wrong with the name of a topic: [MQTT-4.7.1] to [MQTT-4.7.3], and Losant reserves topics that begin with its name. */
function problemOf(topic: string): string | undefined {
  if (topic === '') return 'is empty.'
  if (/[+#]/.test(topic)) return 'has a wildcard in it, and a message goes to one topic.'
  if (topic.includes('\0')) return 'has a NUL in it.'
  if (topic.startsWith('$')) return 'belongs to the broker.'
  if (topic.startsWith('losant')) return 'belongs to the platform: use device-command or device-state.'
  return Buffer.byteLength(topic) > 65_535 ? 'is longer than 65535 bytes.' : undefined
}

function check({ config, report }: NodeCheck): void {
  const topic = String(config.topic)
  // Checks the text around the templates, which stays whatever they give.
  const problem = problemOf(topic.replaceAll(/<<.*?>>|\{\{.*?\}\}/gs, 'x'))
  if (problem !== undefined) wrongValue(report, ['topic'], `topic "${topic}" ${problem}`)
}

function translate({ integrationId = 'losant', topicTemplate, messageTemplate }: RawConfig): RawConfig {
  if (integrationId !== 'losant') throw new Error('An external broker has no counterpart.')
  return { topic: topicTemplate, ...filled({ message: messageTemplate }) }
}
