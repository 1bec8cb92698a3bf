import { Type } from 'typebox'
import { defineNode } from '../../engine/node.ts'
import { PathTo, Template } from '../../engine/schema.ts'
import { oneOf } from '../parts/one-of.ts'

export const debug = defineNode({
  type: 'debug',
  losant: { type: 'DebugNode' },
  summary: 'Writes the payload, or a part of it, to the log.',
  description: `The log is for the developer: nothing of it reaches a client, and the payload stays unchanged.
A whole payload contains what the client sent, including passwords; name a \`property\` in flows that see secrets.`,
  config: Type.Object({
    message: Type.Optional(Template({ description: 'The message to log.', default: 'Debug' })),
    property: Type.Optional(PathTo({ description: 'Logs the value at this path instead of the whole payload.' })),
    level: oneOf(['debug', 'info', 'warn'], { description: 'The log level.', default: 'info' }),
  }),
  outputs: ['next'],
  compile: ({ message, property, level = 'info' }) => {
    return (payload, run) => {
      run.log(level, message?.(payload) || 'Debug', property ? property.get(payload) : payload)
      return 'next'
    }
  },
  examples: [
    {
      title: 'One property',
      yaml: `type: debug
message: After the reading of << data.sensor >>
property: data.reading`,
      payload: { data: { sensor: 'north', reading: { moisture: 0.4 } } },
      expect: { output: 'next', payload: { data: { sensor: 'north', reading: { moisture: 0.4 } } } },
    },
    {
      title: 'The whole payload, as a warning',
      yaml: `type: debug
level: warn`,
      payload: { data: {} },
      expect: { output: 'next' },
    },
  ],
})
