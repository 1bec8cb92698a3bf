import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineTrigger, type TriggerCheck } from '../../engine/trigger.ts'
import { wrongValue } from '../parts/misplaced.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'

export const mqttTrigger = defineTrigger({
  key: 'mqtt',
  losant: 'mqttTopic',
  summary: "A message arrives on one of the application's own topics.",
  description: `\`data\` is the message, always text; \`triggerId\` is its topic; \`relayType\` is \`device\` or \`flow\`. The topic may have the wildcards
\`+\` and \`#\`. A message with QoS 1 is acknowledged once the run is stored. Messages that flows publish fire the trigger too.`,
  config: Type.Object({
    mqtt: Type.String({
      minLength: 1,
      maxLength: 1024,
      description: 'The topic, or a filter with wildcards.',
      examples: ['greenhouse/+/door'],
    }),
  }),
  isQueued: true,
  sample: () => '',
  shape: () => ({ data: scalar }),
  check,
  compile: ({ mqtt: filter }) => ({ on: 'topic', filter }),
  examples: [
    { title: 'One topic', yaml: 'mqtt: greenhouse/door' },
    { title: 'A topic of every greenhouse', yaml: 'mqtt: greenhouse/+/door' },
  ],
})

function check(trigger: TriggerCheck): void {
  refuseTemplates(trigger)
  const topic = String(trigger.config.mqtt)
  const complain = (message: string, hint: string) => wrongValue(trigger.report, ['mqtt'], message, hint)
  const levels = topic.split('/')
  // [MQTT-4.7.1]
  const isFilter = levels.every(
    (level, index) => level === '+' || (level === '#' && index === levels.length - 1) || !/[+#]/.test(level),
  )
  if (!isFilter || topic.includes('\0')) {
    complain(
      `"${topic}" is not a valid topic.`,
      'A wildcard fills a whole level between slashes, and # is only allowed at the end.',
    )
  } else if (topic.startsWith('$') || topic.startsWith('losant')) {
    complain(
      `"${topic}" is not one of the application's own topics.`,
      topic.startsWith('losant')
        ? 'For the state of devices, use the trigger device-state.'
        : 'Topics that begin with $ belong to the broker.',
    )
  }
}
