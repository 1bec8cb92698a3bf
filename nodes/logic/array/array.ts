import { Type } from 'typebox'
import { anything, listShape } from '../../../engine/json-schema/shape.ts'
import { defineNode } from '../../../engine/node.ts'
import { Expression, PathTo, Value, ValueOf } from '../../../engine/schema.ts'
import { toText } from '../../../engine/values/coerce.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { kindOf } from '../../parts/kind-of.ts'
import { oneOf } from '../../parts/one-of.ts'
import { checkOperation, needed, operationField, operationTable, shapeOfOperation } from '../../parts/operations.ts'
import { copyOf, isReadFrom, put, valueOrMissing } from '../../parts/payload-values.ts'
import { written } from '../../parts/written.ts'
import { type ArrayArguments, type ArrayOperation, arrayOperations, keyAt } from './array-operations.ts'
import { translateArray } from './losant-array.ts'

const Index = (description: string) => Type.Optional(ValueOf(Type.Integer(), { description, acceptsDigits: true }))
const locals = ['value', 'index', 'array', 'payload']

export const array = defineNode({
  type: 'array',
  losant: { type: 'ArrayNode', translate: translateArray },
  summary: 'Filters, sorts, groups or searches a list, or adds and removes items.',
  description: `${operationTable(arrayOperations)}

Fields in brackets are optional. Indexes count from 0, or from the end if they are negative. The list at \`source\` stays unchanged
unless \`result\` is the same path.

If \`source\` is missing or \`null\`, the list is empty, so a list need not be created before its first item is added. A text
is a list of its characters; operations that change the list give a text again.`,
  config: Type.Object({
    operation: operationField(arrayOperations),
    source: Value({ description: 'The list.', examples: ['<< data.items >>'] }),
    value: Type.Optional(Value({ description: 'The value to add or to search for.' })),
    index: Index('The item.'),
    start: Index('The first item to take. Defaults to the first of the list.'),
    end: Index('The item after the last one to take. Defaults to the end of the list.'),
    by: Type.Optional(PathTo({ description: 'A path in each item.', examples: ['tags.kind.[0]'] })),
    order: oneOf(['ascending', 'descending'], { description: 'The order.', default: 'ascending' }),
    where: Type.Optional(
      Expression({
        locals,
        description: 'Evaluated for each item, which is `value`. Its `index` and the `array` are also available.',
        examples: ['<< value.moisture >> < << data.limit >>'],
      }),
    ),
    removed: Type.Optional(PathTo({ description: 'Where the removed item goes.' })),
    result: PathTo({ description: 'Where the result goes.' }),
  }),
  outputs: ['next'],
  check: (check) => checkOperation(check, arrayOperations, ['source', 'result']),
  writes: ({ operation, result, removed }) => {
    const shape = shapeOfOperation(arrayOperations, operation, listShape(anything))
    return [...written(result, shape), ...written(removed, anything)]
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
      title: 'The first item of a list that does not exist yet',
      yaml: `type: array
operation: push
source: << data.names >>
value: << data.body.name >>
result: data.names`,
      payload: { data: { body: { name: 'Fern' } } },
      expect: { output: 'next', payload: { 'data.names': ['Fern'] } },
    },
    {
      title: 'Sorted by name, in reverse',
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
      title: 'A source that is not a list',
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
