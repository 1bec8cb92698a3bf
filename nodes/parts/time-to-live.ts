/** The field by which a flow says when something that it stores expires. */
import { Type } from 'typebox'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { given } from './given.ts'

const maxSeconds = 315_360_000

export const timeToLive = (description: string) =>
  Type.Optional(
    ValueOf(Type.Number({ minimum: 1, maximum: maxSeconds }), {
      description: `${description} At most ten years.`,
      examples: [60, '<< data.body.seconds >>'],
      acceptsDigits: true,
    }),
  )

/** Milliseconds. `undefined` if the flow does not say; throws if its template renders to nothing. */
export function ttlMsOf(ttl: CompiledValue<number> | undefined, payload: Payload): number | undefined {
  const seconds = given('ttl', ttl, payload)
  return seconds === undefined ? undefined : seconds * 1000
}
