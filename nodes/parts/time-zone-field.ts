/** The fields that say which time zone counts. */
import { Type } from 'typebox'
import { type TimeZone, zoneNamed } from '../../contracts/time-zone.ts'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import type { NodeCheck } from '../../engine/node.ts'
import { type CompiledTemplate, Template, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { wrongValue } from './misplaced.ts'

export const timeZoneField = (description: string, more: { readonly default?: string } = { default: 'UTC' }) =>
  Type.Optional(Template({ description, ...more, examples: ['Europe/Berlin'] }))

export const localTimeField = Type.Optional(
  ValueOf(Type.Boolean(), {
    description: 'Reads text that names no zone as a time in `timeZone` instead of UTC.',
    default: false,
  }),
)

/** The zone that the field names, UTC by default. Throws if there is no such zone, since the time of another one would be wrong. */
export function zoneOf(name: CompiledTemplate | undefined, payload: Payload): TimeZone {
  const text = name ? name(payload).trim() : 'UTC'
  const zone = zoneNamed(text)
  if (!zone) throw new Error(`There is no time zone "${text.slice(0, 60)}".`)
  return zone
}

export function checkTimeZone({ config: { timeZone }, report }: NodeCheck): void {
  if (typeof timeZone !== 'string' || hasTemplate(timeZone) || zoneNamed(timeZone)) return
  const hint = 'Write its IANA name, such as Europe/Berlin.'
  wrongValue(report, ['timeZone'], `There is no time zone "${timeZone}".`, hint)
}
