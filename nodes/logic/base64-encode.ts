import { Buffer } from 'node:buffer'
import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { translateConversion } from '../parts/losant-fields.ts'

const Bytes = Type.Array(Type.Integer({ minimum: 0, maximum: 255 }))

export const base64Encode = defineNode({
  type: 'base64-encode',
  losant: { type: 'Base64EncodeNode', translate: translateConversion },
  summary: 'Encodes a text or a list of bytes as Base64.',
  description: 'A text is encoded as UTF-8. In a template, the helper `encodeBase64` does the same.',
  config: Type.Object({
    source: ValueOf(Type.Union([Type.String(), Bytes]), { description: 'A text, or a list of numbers from 0 to 255.' }),
    result: PathTo({ description: 'Where the Base64 goes.' }),
  }),
  outputs: ['next'],
  writes: ({ result }) => [{ path: String(result), shape: scalar }],
  compile: ({ source, result }) => {
    return (payload) => {
      const given = source(payload)
      const bytes = typeof given === 'string' ? Buffer.from(given) : Buffer.from(given)
      result.set(payload, bytes.toString('base64'))
      return 'next'
    }
  },
  examples: [
    {
      title: 'A text',
      yaml: `type: base64-encode
source: << data.text >>
result: data.encoded`,
      payload: { data: { text: 'Grünlilie' } },
      expect: { output: 'next', payload: { 'data.encoded': 'R3LDvG5saWxpZQ==' } },
    },
    {
      title: 'Bytes for a device',
      yaml: `type: base64-encode
source: [ 1, 0, << data.valve >>, 255 ]
result: data.frame`,
      payload: { data: { valve: 16 } },
      expect: { output: 'next', payload: { 'data.frame': 'AQAQ/w==' } },
    },
    {
      title: 'A number that is not a byte',
      yaml: `type: base64-encode
source: [ << data.valve >> ]
result: data.frame`,
      payload: { data: { valve: 256 } },
      expect: { error: 'from 0 to 255' },
    },
  ],
})
