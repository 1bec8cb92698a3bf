import { Type } from 'typebox'
import { anything } from '../../../engine/json-schema/shape.ts'
import { defineNode } from '../../../engine/node.ts'
import { Expression, PathTo, Value, ValueOf } from '../../../engine/schema.ts'
import { toText } from '../../../engine/values/coerce.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { kindOf } from '../../parts/kind-of.ts'
import { oneOf } from '../../parts/one-of.ts'
import { checkOperation, needed, operationField, operationTable } from '../../parts/operations.ts'
import { copyOf, isReadFrom, put, valueOrMissing } from '../../parts/payload-values.ts'
import { type ArrayArguments, type ArrayOperation, arrayOperations, keyAt } from './array-operations.ts'
import { translateArray } from './losant-array.ts'

const Index = (description: string) => Type.Optional(ValueOf(Type.Integer(), { description, acceptsDigits: true }))
const locals = ['value', 'index', 'array', 'payload']

export const array = defineNode({
  type: 'array',
  losant: { type: 'ArrayNode', translate: translateArray },
  summary: 'Computes with a list: filters, sorts, groups, searches, adds and removes items.',
  description: `${operationTable(arrayOperations)}

Fields in brackets may be left out. Indexes count from 0, and from the end where they are negative. The list at \`source\` stays as it is
unless \`result\` is the same path.

Where nothing stands at \`source\`, or \`null\`, the list is empty: a list that begins with its first item need not be made before. A text
is the list of its characters; what adds to, takes from or turns the list makes a text again.`,
  config: Type.Object({
    operation: operationField(arrayOperations),
    source: Value({ description: 'The list.', examples: ['<< data.items >>'] }),
    value: Type.Optional(Value({ description: 'What is added or searched for.' })),
    index: Index('Which item.'),
    start: Index('The first item; that of the list where it is left out.'),
    end: Index('The item after the last; all are taken where it is left out.'),
    by: Type.Optional(PathTo({ description: 'A path in each item.', examples: ['tags.kind.[0]'] })),
    order: oneOf(['ascending', 'descending'], { description: 'Which way.', default: 'ascending' }),
    where: Type.Optional(
      Expression({
        locals,
        description: 'Asked of each item, which is `value`; besides there are its `index` and the `array`.',
        examples: ['<< value.moisture >> < << data.limit >>'],
      }),
    ),
    removed: Type.Optional(PathTo({ description: 'Where the item goes that is taken out.' })),
    result: PathTo({ description: 'Where what comes of it goes.' }),
  }),
  outputs: ['next'],
  check: (check) => checkOperation(check, arrayOperations, ['source', 'result']),
  writes: ({ operation, result, removed }) => {
    const { shape } = arrayOperations[operation as keyof typeof arrayOperations] ?? { shape: anything }
    const written = [{ path: String(result), shape }]
    return typeof removed === 'string' ? [...written, { path: removed, shape: anything }] : written
  },
  compile: ({ operation, source, result, removed, ...fields }, { config }) => {
    const { run }: ArrayOperation = arrayOperations[operation]
    const isInPlace = isReadFrom(result, config.source)
    const keyOf = keyAt(fields.by)
    const argumentsFor = (payload: Payload, list: readonly unknown[]): ArrayArguments => ({
      value: fields.value?.(payload),
      index: fields.index ? needed('index', fields.index(payload)) : 0,
      start: fields.start?.(payload),
      end: fields.end?.(payload),
      order: fields.order ?? 'ascending',
      keyOf,
      keeps: (item, index) => Boolean(fields.where?.(payload, [item, index, list, payload])),
    })
    return (payload) => {
      const given = valueOrMissing(source, payload)
      const list = listOf(given)
      const outcome = run(list, argumentsFor(payload, list))
      if ('found' in outcome) put(result, payload, isInPlace ? outcome.found : copyOf(outcome.found))
      else {
        if (removed) put(removed, payload, copyOf(outcome.removed))
        if (typeof given === 'string') result.set(payload, outcome.list.map((item) => toText(item)).join(''))
        else result.set(payload, isInPlace ? outcome.list : copyOf(outcome.list))
      }
      return 'next'
    }
  },
  examples: [
    {
      title: 'The pots that are dry',
      yaml: `type: array
operation: filter
source: << data.pots >>
where: << value.moisture >> < << data.limit >>
result: data.dry`,
      payload: {
        data: {
          limit: 0.3,
          pots: [
            { name: 'Fern', moisture: 0.5 },
            { name: 'Moss', moisture: 0.1 },
          ],
        },
      },
      expect: { output: 'next', payload: { 'data.dry': [{ name: 'Moss', moisture: 0.1 }] } },
    },
    {
      title: 'The first item of a list that nothing has made',
      yaml: `type: array
operation: push
source: << data.names >>
value: << data.body.name >>
result: data.names`,
      payload: { data: { body: { name: 'Fern' } } },
      expect: { output: 'next', payload: { 'data.names': ['Fern'] } },
    },
    {
      title: 'By name, from the last',
      yaml: `type: array
operation: sortBy
source: << data.pots >>
by: name
order: descending
result: data.pots`,
      payload: { data: { pots: [{ name: 'Fern' }, { name: 'Moss' }] } },
      expect: { payload: { 'data.pots': [{ name: 'Moss' }, { name: 'Fern' }] } },
    },
    {
      title: 'What is no list',
      yaml: `type: array
operation: length
source: << data.body >>
result: data.count`,
      payload: { data: { body: { items: [] } } },
      expect: { error: 'source must be a list, not a map.' },
    },
  ],
})

function listOf(source: unknown): readonly unknown[] {
  if (Array.isArray(source)) return source
  if (typeof source === 'string') return [...source]
  if (source === undefined || source === null) return []
  throw new Error(`source must be a list, not ${kindOf(source)}.`)
}
