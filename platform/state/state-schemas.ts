/** What a device sends: states and commands. */
import Type, { type Static } from 'typebox'
import { closed, Key } from '../records/schemas.ts'
import { GivenTime } from './times.ts'

/** Values of attributes that a device does not have, and `null`, are dropped: so they need not fit. Losant refuses what is not a scalar. */
const Data = Type.Unsafe<Readonly<Record<string, number | string | boolean | null>>>({
  type: 'object',
  maxProperties: 1000,
  additionalProperties: { type: ['number', 'string', 'boolean', 'null'] },
})

export const GivenStateFields = {
  data: Data,
  time: Type.Optional(GivenTime),
  /** Goes to the runs that the state starts, and is not stored. */
  meta: Type.Optional(Type.Unknown()),
  /** Taken, since Losant's clients send it; nothing asks for it. */
  flowVersion: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
}
const State = closed(GivenStateFields)
export type GivenState = Static<typeof State>

/** A message of 256 KB holds no more that say anything. */
const MAX_BATCH = 10_000

/** One state, or a list of them in the order in which they count. */
export const StateOrStates = Type.Unsafe<GivenState | GivenState[]>({
  type: ['object', 'array'],
  if: { type: 'array' },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
  then: { items: State, minItems: 1, maxItems: MAX_BATCH },
  else: State,
})

/** A state as it is shown. */
export const ShownState = closed({
  time: Type.String({ format: 'date-time' }),
  data: Type.Unsafe<Record<string, number | string | boolean>>({
    type: 'object',
    additionalProperties: { type: ['number', 'string', 'boolean'] },
  }),
})

export const GivenCommand = {
  name: Type.String({ minLength: 1, maxLength: 255 }),
  payload: Type.Optional(Type.Unknown()),
  time: Type.Optional(GivenTime),
}

/** Names of attributes between commas. */
export const AttributeNames = Type.String({ maxLength: 32_768 })
export const Attributes = Type.Array(Key, { maxItems: 256 })
