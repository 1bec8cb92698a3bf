import { Type } from 'typebox'
import { scalar } from '../../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../../engine/node.ts'
import { PathTo, Template, ValueOf } from '../../../engine/schema.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { checkOperation, needed, operationField, operationTable, shapeOfOperation } from '../../parts/operations.ts'
import { written } from '../../parts/written.ts'
import { type StringArguments, type StringOperation, stringOperations } from './string-operations.ts'

const Length = Type.Integer({ minimum: 0, maximum: 1000 })

export const string = defineNode({
  type: 'string',
  losant: { type: 'StringNode', translate },
  summary: 'Splits, joins, pads, replaces or converts a text.',
  description: `${operationTable(stringOperations)}

Fields in brackets are optional. A \`source\` that is a number is converted to text, and a missing one counts as the empty text.`,
  config: Type.Object({
    operation: operationField(stringOperations),
    source: Template({ description: 'The text.', examples: ['<< data.body.name >>'] }),
    separator: Type.Optional(Template({ description: 'The text between the parts.' })),
    search: Type.Optional(Template({ description: 'The text to search for.' })),
    replacement: Type.Optional(Template({ description: 'The replacement.' })),
    strings: Type.Optional(Type.Array(Template(), { minItems: 1, description: 'The texts to add.' })),
    start: Type.Optional(
      ValueOf(Length, { description: 'The index at which the search begins.', default: 0, acceptsDigits: true }),
    ),
    length: Type.Optional(ValueOf(Length, { description: 'How many characters.', acceptsDigits: true })),
    fill: Type.Optional(Template({ description: 'The text to pad with; a space if it is empty.' })),
    omission: Type.Optional(Template({ description: 'The text that marks the cut.', examples: ['…'] })),
    result: PathTo({ description: 'Where the result goes.' }),
  }),
  outputs: ['next'],
  check: (check) => checkOperation(check, stringOperations, ['source', 'result']),
  writes: ({ operation, result }) => written(result, shapeOfOperation(stringOperations, operation, scalar)),
  compile: ({ operation, source, result, ...fields }) => {
    const { run }: StringOperation = stringOperations[operation]
    const argumentsFor = (payload: Payload): StringArguments => ({
      separator: fields.separator?.(payload) ?? '',
      search: fields.search?.(payload) ?? '',
      replacement: fields.replacement?.(payload) ?? '',
      strings: fields.strings?.map((text) => text(payload)) ?? [],
      start: fields.start?.(payload) ?? 0,
      length: fields.length ? needed('length', fields.length(payload)) : 0,
      fill: fields.fill?.(payload) || ' ',
      omission: fields.omission?.(payload) ?? '',
    })
    return (payload) => {
      result.set(payload, run(source(payload), argumentsFor(payload)))
      return 'next'
    }
  },
  examples: [
    {
      title: 'The parts of a position',
      yaml: `type: string
operation: split
source: << data.position >>
separator: ','
result: data.parts`,
      payload: { data: { position: '50.94,6.96' } },
      expect: { output: 'next', payload: { 'data.parts': ['50.94', '6.96'] } },
    },
    {
      title: 'A text in place of itself, cut to what a display can show',
      yaml: `type: string
operation: truncate
source: << data.name >>
length: 12
omission: …
result: data.name`,
      payload: { data: { name: 'My Awesome Plant' } },
      expect: { output: 'next', payload: { 'data.name': 'My Awesome …' } },
    },
    {
      title: 'A length that is not a number',
      yaml: `type: string
operation: padStart
source: << data.number >>
length: << data.digits >>
fill: '0'
result: data.number`,
      payload: { data: { number: 7, digits: 'six' } },
      expect: { error: 'gave a value that does not fit' },
    },
  ],
})

/** Losant's `methodArgs` are in the order of the operation's fields. In an export, an argument that was left out is an empty text. */
function translate({ method, methodArgs, sourceData, resultPath }: RawConfig): RawConfig {
  const values: readonly unknown[] = Array.isArray(methodArgs) ? methodArgs : []
  const operations: Readonly<Record<string, StringOperation>> = stringOperations
  const { required = [], optional = [] } = operations[String(method)] ?? {}
  const named = [...required.flat(), ...optional].flatMap((name, index) => {
    const value = values[index] ?? ''
    return index > 0 && value === '' ? [] : [[name, value] as const]
  })
  return {
    operation: method,
    source: sourceData,
    ...(method === 'concat' ? { strings: values } : Object.fromEntries(named)),
    result: resultPath,
  }
}
