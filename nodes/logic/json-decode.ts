import { Type } from 'typebox'
import { anything } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, Value } from '../../engine/schema.ts'
import { parseJson } from '../../engine/values/json.ts'
import { attempt, Refused, readText } from '../parts/attempt.ts'
import { translateConversion, translateErrorPath } from '../parts/losant-fields.ts'
import { mayRefuse, refusalShape } from '../parts/refuse.ts'

export const jsonDecode = defineNode({
  type: 'json-decode',
  losant: { type: 'JsonDecodeNode', translate },
  summary: 'Parses a text as JSON.',
  description: `The value goes to \`result\`. If the source is not JSON, or not a text, \`else\` is taken with \`{ error: { message } }\` there; without
an \`else\`, the run fails. JSON that is nested deeper than 100 levels is refused, and so is JSON with a key \`__proto__\`, or a
\`constructor\` with a \`prototype\`. An integer that a number would round becomes the text of its digits.

The body of a request need not be decoded if its content type says that it is JSON.`,
  config: Type.Object({
    source: Value({ description: 'The text.', examples: ['<< data.response.body >>'] }),
    result: PathTo({ description: 'Where the decoded value goes, or the error.' }),
    errorResult: Type.Optional(PathTo({ description: 'Where the error goes. Defaults to `result`.' })),
  }),
  ...mayRefuse(refusalShape, anything),
  compile: ({ source, ...paths }, { wired }) => {
    return (payload) => attempt(() => decode(readText(source, payload)), { payload, ...paths, wired })
  },
  examples: [
    {
      title: 'In place of the text',
      yaml: `type: json-decode
source: << data.message >>
result: data.message`,
      payload: { data: { message: '{"moisture":[0.4,0.5]}' } },
      expect: { output: 'then', payload: { 'data.message': { moisture: [0.4, 0.5] } } },
    },
    {
      title: 'What a client sent in a form',
      yaml: `type: json-decode
source: << data.body.settings >>
result: data.settings
else:
  - type: reply
    status: 400
    body: { error: << data.settings.error.message >> }`,
      payload: { data: { body: {} } },
      expect: { output: 'else', payload: { 'data.settings': { error: { message: 'source is missing.' } } } },
    },
    {
      title: 'Text that is not JSON, without an else',
      yaml: `type: json-decode
source: << data.message >>
result: data.message`,
      payload: { data: { message: 'moisture: 0.4' } },
      expect: { error: 'The text is not valid JSON' },
    },
  ],
})

function decode(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new Refused(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function translate(config: RawConfig): RawConfig {
  return { ...translateConversion(config), ...translateErrorPath(config) }
}
