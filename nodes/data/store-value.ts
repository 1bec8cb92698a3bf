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
import { timeToLive, ttlMsOf } from '../parts/time-to-live.ts'
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

With \`ifAbsent\`, a value is stored only if there is none under the key. Of several runs at once, exactly one stores its value and goes on; the
others take \`else\`, with the value that they found at \`result\`.

With a \`ttl\`, a stored value expires: afterwards it is as if nothing were stored. A counter expires that long after its count began, and counting does
not put that off. A \`value\` without a \`ttl\` never expires.

A value is stored as JSON: a date becomes text, and \`NaN\` is refused. It has at most 64 KB as JSON.

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
    ifAbsent: Type.Optional(
      Type.Literal(true, {
        description: 'Stores `value` only if nothing is stored under the key, and else takes `else`.',
      }),
    ),
    ttl: timeToLive('After how many seconds the stored value expires.'),
    result: Type.Optional(PathTo({ description: 'Where the outcome goes.' })),
  }),
  // Without a configuration, as in the schema and the reference, these are all that there can be.
  outputs: ({ key, ifAbsent }) => (ifAbsent === true || key === undefined ? ['else', 'next'] : ['next']),
  throwsUnlessWired: ['else'],
  check,
  remembers: isOfFlow,
  writes: ({ result, increment, decrement }) =>
    written(result, (increment ?? decrement) === undefined ? anything : scalar),
  compile: (config, { flowId, wired }) => {
    const { key, ttl, result } = config
    const changeFor = compileChange(config)
    return async (payload, run) => {
      const slot = { scope: scopeOf(config.scope, flowId, run), key: String(key(payload)) }
      const change = changeFor(payload, ttlMsOf(ttl, payload))
      let isStored = true
      const outcome = await run.services.storage.update(slot, (before) => {
        isStored = config.ifAbsent !== true || before === undefined
        return isStored ? change(before) : { value: before, result: before, ttlMs: 'kept' }
      })
      if (!isStored && !wired.has('else')) throw notStored({ problem: 'there is a value under this key already' })
      // A copy, so that a later write below one of the two paths does not show at the other.
      result?.set(payload, structuredClone(outcome))
      return isStored ? 'next' : 'else'
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
      title: 'A lock that frees itself after half a minute',
      yaml: `type: store-value
key: tank-is-filling
value: true
ifAbsent: true
ttl: 30
else:
  - type: reply
    status: 409
    body: { error: The tank is being filled. }`,
      payload: {},
      stored: { 'tank-is-filling': true },
      expect: { output: 'else', stored: { 'tank-is-filling': true } },
    },
    {
      title: 'How many sign-ins an address tried within a minute',
      yaml: `type: store-value
key: tried-<< data.headers.x-forwarded-for >>
increment: 1
ttl: 60
result: data.tries`,
      payload: { data: { headers: { 'x-forwarded-for': '203.0.113.7' } } },
      expect: { output: 'next', payload: { 'data.tries': 1 }, stored: { 'tried-203.0.113.7': 1 } },
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
  return (payload: Payload, ttlMs: number | undefined): ((before: unknown) => StorageChange<unknown>) => {
    if (value) {
      const stored = cast(value(payload), as)
      return () => ({ value: stored, result: stored, ttlMs })
    }
    if (increment) return add(amountOf('increment', increment(payload)), ttlMs)
    if (decrement) return add(-amountOf('decrement', decrement(payload)), ttlMs)
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

function add(amount: number, ttlMs: number | undefined) {
  return (before: unknown): StorageChange<number> => {
    const number = before === undefined ? 0 : before
    if (typeof number !== 'number') throw notStored({ problem: 'what is stored is not a number' })
    return { value: number + amount, result: number + amount, ttlMs: before === undefined ? ttlMs : 'kept' }
  }
}

function check(node: NodeCheck): void {
  const way = onlyOne(node, ways)
  if (way === undefined) {
    lacking(node.report, 'The node does not say how to change the stored value.', `Give one of ${ways.join(', ')}.`)
  }
  if (way !== 'value') refuseFields(node, ['as', 'ifAbsent'], (field) => `${field} needs a value.`)
  if (way === 'clear')
    refuseFields(node, ['ttl'], () => 'ttl cannot be combined with clear, after which nothing is stored.')
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
