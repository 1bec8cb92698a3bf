/** The schemas of states and commands. */
import Type, { type Static } from 'typebox'
import { closed, ifType, Key, mapOf, Time } from '../records/schemas.ts'
import type { Scalar } from './convert-value.ts'
import { GivenTime } from './times.ts'

/** `null` and the values of unknown attributes are dropped, so they are not checked here. Losant refuses what is not a scalar. */
const Data = Type.Unsafe<Readonly<Record<string, number | string | boolean | null>>>({
  type: 'object',
  maxProperties: 1000,
  additionalProperties: { type: ['number', 'string', 'boolean', 'null'] },
})

export const GivenStateFields = {
  data: Data,
  time: Type.Optional(GivenTime),
  /** Passed to the runs that the state starts, but not stored. */
  meta: Type.Optional(Type.Unknown()),
  /** Losant's clients send it. It is accepted and ignored. */
  flowVersion: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
}
const State = closed(GivenStateFields)
export type GivenState = Static<typeof State>

/** A message of 256 KB cannot contain more states of any use. */
const maxBatch = 10_000

/** One state, or a list. If two states of a list contradict each other, the later one counts. */
export const StateOrStates = Type.Unsafe<GivenState | GivenState[]>({
  type: ['object', 'array'],
  ...ifType('array', { items: State, minItems: 1, maxItems: maxBatch }, State),
})

/** The value of an attribute as clients get it. */
export const ShownValue = Type.Unsafe<Scalar>({ type: ['number', 'string', 'boolean'] })

/** A state as clients get it. */
export const ShownState = closed({ time: Time, data: mapOf(ShownValue) })

export const GivenCommand = {
  name: Type.String({ minLength: 1, maxLength: 255 }),
  payload: Type.Optional(Type.Unknown()),
  time: Type.Optional(GivenTime),
}

/** Names of attributes, separated by commas. */
export const AttributeNames = Type.String({ maxLength: 32_768 })
export const Attributes = Type.Array(Key, { maxItems: 256 })
