/** The last value of each attribute, with its time: parameters and result. */
import Type, { type Static, type TObject } from 'typebox'
import { closed, mapOf, Time, toIso } from '../../records/schemas.ts'
import type { LastValue } from '../../state/read-states.ts'
import { AttributeNames, ShownValue } from '../../state/state-schemas.ts'
import { Moment, readMoment } from '../../state/times.ts'

export const compositeParams = {
  start: Type.Optional(Moment),
  end: Type.Optional(Moment),
  attributes: Type.Optional(AttributeNames),
}

export const CompositeState = mapOf(closed({ time: Time, value: ShownValue }))

type CompositeParams = {
  readonly [Name in keyof typeof compositeParams]?: Static<TObject<typeof compositeParams>>[Name] | undefined
}

export function readComposite({ start = 1, end = 0, attributes }: CompositeParams, now: number) {
  return {
    from: readMoment(start, now),
    to: readMoment(end, now),
    attributes: attributes === undefined ? undefined : attributes.split(',').map((name) => name.trim()),
  }
}

export function showComposite(values: readonly LastValue[]): Static<typeof CompositeState> {
  return Object.fromEntries(values.map(({ attribute, time, value }) => [attribute, { time: toIso(time), value }]))
}
