import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { PathTo, Value } from '../../engine/schema.ts'
import { translateConversion } from '../parts/losant-fields.ts'

export const jsonEncode = defineNode({
  type: 'json-encode',
  losant: { type: 'JsonEncodeNode', translate: translateConversion },
  summary: 'Writes a value as JSON.',
  description: `Dates become texts, and \`NaN\` becomes \`null\`. The bodies of replies and of \`http\` nodes and the payloads of device commands
need no such text: they are written as JSON anyway. In a template, the helper \`jsonEncode\` does the same.`,
  config: Type.Object({
    source: Value({ description: 'The value: a template, or a structure with templates.' }),
    result: PathTo({ description: 'Where the text goes.' }),
  }),
  outputs: ['next'],
  writes: ({ result }) => [{ path: String(result), shape: scalar }],
  compile: ({ source, result }) => {
    return (payload) => {
      result.set(payload, JSON.stringify(source(payload)))
      return 'next'
    }
  },
  examples: [
    {
      title: 'A value of the payload',
      yaml: `type: json-encode
source: << data.reading >>
result: data.text`,
      payload: { data: { reading: { moisture: 0.4, at: 'north "B"' } } },
      expect: { output: 'next', payload: { 'data.text': '{"moisture":0.4,"at":"north \\"B\\""}' } },
    },
    {
      title: 'A structure with templates',
      yaml: `type: json-encode
source:
  pots: [ << data.first >>, << data.second >> ]
  owner: << data.owner >>
result: data.text`,
      payload: { data: { first: 1, second: 2 } },
      expect: { output: 'next', payload: { 'data.text': '{"pots":[1,2]}' } },
    },
    {
      title: 'A value that is missing',
      yaml: `type: json-encode
source: << data.reading >>
result: data.text`,
      payload: { data: {} },
      expect: { error: 'is missing, and the node requires it' },
    },
  ],
})
