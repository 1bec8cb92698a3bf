import { Type } from 'typebox'
import { defineNode } from '../../engine/node.ts'
import { PathTo, Template } from '../../engine/schema.ts'

export const debug = defineNode({
  type: 'debug',
  losant: { type: 'DebugNode' },
  summary: 'Writes the payload, or a part of it, to the log.',
  description: `The log is the developer's: nothing of it reaches a client, and the payload stays as it is.
A whole payload holds what the client sent, passwords among it; name a \`property\` in flows that see secrets.`,
  config: Type.Object({
    message: Type.Optional(Template({ description: 'Says what is logged.', default: 'Debug' })),
    property: Type.Optional(PathTo({ description: 'Logs what stands at this path, in place of the whole payload.' })),
    level: Type.Optional(
      Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn')], {
        description: 'How much it matters.',
        default: 'info',
      }),
    ),
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
