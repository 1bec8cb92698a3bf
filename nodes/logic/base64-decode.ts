import { Type } from 'typebox'
import { listShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, Value } from '../../engine/schema.ts'
import { attempt, Refused, readText } from '../parts/attempt.ts'
import { bytesOf } from '../parts/crypto-fields.ts'
import { translateConversion } from '../parts/losant-fields.ts'
import { oneOf } from '../parts/one-of.ts'
import { mayRefuse, refusalShape } from '../parts/refuse.ts'

const forms = ['text', 'bytes'] as const

export const base64Decode = defineNode({
  type: 'base64-decode',
  losant: { type: 'Base64DecodeNode', translate },
  summary: 'Decodes Base64 to a text or to a list of bytes.',
  description: `Base64 may be written with \`+/\` or with \`-_\`, with or without \`=\` at its end. If the text is not Base64, or its bytes are not UTF-8 although
a text is wanted, \`else\` is taken with \`{ error: { message } }\` at \`result\`; without an \`else\`, the run fails. In a
template, the helper \`decodeBase64\` reads what it can and leaves out the rest.`,
  config: Type.Object({
    source: Value({ description: 'The Base64.', examples: ['<< data.body.frame >>'] }),
    as: oneOf(forms, { description: 'A text, or a list of numbers from 0 to 255.', default: 'text' }),
    result: PathTo({ description: 'Where the decoded value goes, or the error.' }),
  }),
  ...mayRefuse(refusalShape, ({ as }) => (as === 'bytes' ? listShape(scalar) : scalar)),
  compile: ({ source, as = 'text', result }, { wired }) => {
    return (payload) => attempt(() => decode(readText(source, payload), as), { payload, result, wired })
  },
  examples: [
    {
      title: 'A text',
      yaml: `type: base64-decode
source: << data.encoded >>
result: data.text`,
      payload: { data: { encoded: 'R3LDvG5saWxpZQ==' } },
      expect: { output: 'then', payload: { 'data.text': 'Grünlilie' } },
    },
    {
      title: 'The bytes of a message',
      yaml: `type: base64-decode
source: << data.frame >>
as: bytes
result: data.frame`,
      payload: { data: { frame: 'AQAQ/w==' } },
      expect: { output: 'then', payload: { 'data.frame': [1, 0, 16, 255] } },
    },
    {
      title: 'Text that is not Base64',
      yaml: `type: base64-decode
source: << data.body.frame >>
result: data.text
else:
  - type: reply
    status: 400`,
      payload: { data: { body: { frame: 'moisture: 0.4' } } },
      expect: { output: 'else', payload: { 'data.text': { error: { message: 'source is not Base64.' } } } },
    },
  ],
})

function decode(base64: string, as: (typeof forms)[number]): string | readonly number[] {
  // In mail, Base64 is split into lines.
  const text = base64.replace(/\r?\n/g, '')
  const bytes = bytesOf(text, 'base64')
  if (!bytes || !isWhole(text)) throw new Refused('source is not Base64.')
  if (as === 'bytes') return [...bytes]
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Refused('The bytes of source are not UTF-8.', { cause })
  }
}

/** Whether the text consists of groups of four characters. The last may lack its `=`, but not have one character only, whose six bits are less than a byte. */
function isWhole(text: string): boolean {
  const padding = text.indexOf('=')
  return padding === -1 ? text.length % 4 !== 1 : text.length % 4 === 0 && padding % 4 > 1
}

function translate(config: RawConfig): RawConfig {
  return { ...translateConversion(config), as: config.stringOutput === true ? 'text' : 'bytes' }
}
