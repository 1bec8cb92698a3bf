import { Type } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import type { StorageChange } from '../../contracts/storage.ts'
import { anything, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { type CompiledValue, PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { toText } from '../../engine/values/coerce.ts'
import { parseJson } from '../../engine/values/json.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { filled, templateAt } from '../parts/losant-fields.ts'
import { lacking, onlyOne, refuseFields } from '../parts/misplaced.ts'
import { numberOf } from '../parts/number-of.ts'
import { oneOf } from '../parts/one-of.ts'
import { isOfFlow, scopeOf, storageKey, storageScope } from '../parts/storage-fields.ts'
import { written } from '../parts/written.ts'

const notStored = defineError<{ problem: string }>(
  'FLOW_VALUE_NOT_STORED',
  500,
  ({ problem }) => `Nothing was stored: ${problem}.`,
)

const ways = ['value', 'increment', 'decrement', 'clear']
const amount = (description: string) =>
  Type.Optional(ValueOf(Type.Union([Type.Number(), Type.String()]), { description }))

type Casting = 'text' | 'number' | 'json'

export const storeValue = defineNode({
  type: 'store-value',
  losant: { type: 'StoreValueNode', translate },
  summary: 'Stores a value for later runs, counts it up or down, or clears it.',
  description: `One of \`value\`, \`increment\`, \`decrement\` and \`clear\` says how the stored value changes. Concurrent runs lose nothing: each
increment starts from the result of the one before. Stored values survive a restart, and \`get-value\` reads them. They belong
to the flow by the name of its file.

A value is stored as JSON: a date becomes text, and \`NaN\` is refused. It has at most 64 KB as JSON. Values never expire.

The value at \`result\` is the stored value after the change, or with \`clear\` the one before.`,
  config: Type.Object({
    key: storageKey('The key that the value is stored under.'),
    scope: storageScope,
    value: Type.Optional(Value({ description: 'The new value. One that is missing fails the run.' })),
    as: oneOf(['text', 'number', 'json'], {
      description: 'Stores `value` as text, as the number that its text says, or as its text parsed as JSON.',
    }),
    increment: amount(
      'Added to the stored number, or to 0 if nothing is stored. If either is not a number, the run fails.',
    ),
    decrement: amount('Subtracted from the stored number.'),
    clear: Type.Optional(Type.Literal(true, { description: 'Removes the stored value.' })),
    result: Type.Optional(PathTo({ description: 'Where the outcome goes.' })),
  }),
  outputs: ['next'],
  check,
  remembers: isOfFlow,
  writes: ({ result, increment, decrement }) =>
    written(result, (increment ?? decrement) === undefined ? anything : scalar),
  compile: (config, { flowId }) => {
    const { key, result } = config
    const changeFor = compileChange(config)
    return async (payload, run) => {
      const slot = { scope: scopeOf(config.scope, flowId, run), key: String(key(payload)) }
      const outcome = await run.services.storage.update(slot, changeFor(payload))
      // A copy, so that a later write below one of the two paths does not show at the other.
      result?.set(payload, structuredClone(outcome))
      return 'next'
    }
  },
  examples: [
    {
      title: 'How often each pot was watered',
      yaml: `type: store-value
key: watered-<< data.params.id >>
increment: 1
result: data.times`,
      payload: { data: { params: { id: 'fern' } } },
      stored: { 'watered-fern': 6 },
      expect: { output: 'next', payload: { 'data.times': 7 }, stored: { 'watered-fern': 7 } },
    },
    {
      title: 'A structure that every flow may read',
      yaml: `type: store-value
key: last-visitor
scope: application
value:
  email: << experience.user.email >>
  at: << data.now >>
result: data.visitor`,
      payload: { data: { now: 1767323045678 }, experience: { user: { email: 'ada@lom.example' } } },
      expect: { output: 'next', payload: { 'data.visitor': { email: 'ada@lom.example', at: 1767323045678 } } },
    },
    {
      title: 'A number that came as text',
      yaml: `type: store-value
key: target
value: << data.query.target >>
as: number`,
      payload: { data: { query: { target: '0.35' } } },
      expect: { output: 'next', stored: { target: 0.35 } },
    },
    {
      title: 'Starting anew',
      yaml: `type: store-value
key: points
clear: true
result: data.points`,
      payload: { data: {} },
      stored: { points: [0.2, 0.4], other: 1 },
      expect: { output: 'next', payload: { 'data.points': [0.2, 0.4] }, stored: { other: 1 } },
    },
    {
      title: 'An increment of something that is not a number',
      yaml: `type: store-value
key: points
increment: 1`,
      payload: {},
      stored: { points: [0.2, 0.4] },
      expect: { error: 'what is stored is not a number', stored: { points: [0.2, 0.4] } },
    },
  ],
})

interface CompiledWays {
  readonly value?: CompiledValue | undefined
  readonly as?: Casting | undefined
  readonly increment?: CompiledValue | undefined
  readonly decrement?: CompiledValue | undefined
}

/** Reads the change from the payload, and returns the function that applies it to the stored value. */
function compileChange({ value, as, increment, decrement }: CompiledWays) {
  return (payload: Payload): ((before: unknown) => StorageChange<unknown>) => {
    if (value) {
      const stored = cast(value(payload), as)
      return () => ({ value: stored, result: stored })
    }
    if (increment) return add(amountOf('increment', increment(payload)))
    if (decrement) return add(-amountOf('decrement', decrement(payload)))
    return (before) => ({ value: undefined, result: before })
  }
}

function cast(value: unknown, as: Casting | undefined): unknown {
  if (value === undefined) throw notStored({ problem: 'the value is missing' })
  if (as === 'text') return toText(value)
  if (as === 'number') return amountOf('value', value)
  if (as !== 'json' || typeof value !== 'string') return value
  try {
    return parseJson(value)
  } catch (cause) {
    throw notStored({ problem: String(cause instanceof Error ? cause.message : cause).replace(/\.$/, '') }, { cause })
  }
}

function amountOf(field: string, value: unknown): number {
  const number = numberOf(value)
  if (number === undefined) throw notStored({ problem: `${field} is not a number` })
  return number
}

function add(amount: number) {
  return (before: unknown = 0): StorageChange<number> => {
    if (typeof before !== 'number') throw notStored({ problem: 'what is stored is not a number' })
    return { value: before + amount, result: before + amount }
  }
}

function check(node: NodeCheck): void {
  const way = onlyOne(node, ways)
  if (way === undefined) {
    lacking(node.report, 'The node does not say how to change the stored value.', `Give one of ${ways.join(', ')}.`)
  }
  if (way !== 'value') refuseFields(node, ['as'], () => 'as needs a value.')
}

function translate({ keyName, valueType, value, valuePath, resultPath }: RawConfig): RawConfig {
  const rest = filled({ result: resultPath })
  switch (valueType) {
    // Exports have the path in `value`; Losant's pages say `valuePath`.
    case 'path':
      return { key: keyName, value: templateAt(value || valuePath, 'valuePath'), ...rest }
    case 'template':
      return { key: keyName, value, as: 'text', ...rest }
    case 'number':
    case 'json':
      return { key: keyName, value, as: valueType, ...rest }
    case 'incr':
      return { key: keyName, increment: value, ...rest }
    case 'decr':
      return { key: keyName, decrement: value, ...rest }
    case 'clear':
      return { key: keyName, clear: true, ...rest }
  }
  throw new Error(`A storage node's valueType cannot be ${JSON.stringify(valueType)}.`)
}
