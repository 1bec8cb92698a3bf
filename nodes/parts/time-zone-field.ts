/** The field that names a time zone. */
import { Type } from 'typebox'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import type { NodeCheck } from '../../engine/node.ts'
import { type CompiledTemplate, Template } from '../../engine/schema.ts'
import { type TimeZone, zoneNamed } from '../../engine/templates/helpers/time-zone.ts'
import type { Payload } from '../../engine/values/payload.ts'

export const timeZoneField = (description: string) =>
  Type.Optional(Template({ description, default: 'UTC', examples: ['Europe/Berlin'] }))

/** Throws for a name that is none: another zone's time would be a wrong time. */
export function zoneOf(name: CompiledTemplate | undefined, payload: Payload): TimeZone {
  const text = name ? name(payload).trim() : 'UTC'
  const zone = zoneNamed(text)
  if (!zone) throw new Error(`There is no time zone "${text.slice(0, 60)}".`)
  return zone
}

export function checkTimeZone({ config: { timeZone }, report }: NodeCheck): void {
  if (typeof timeZone !== 'string' || hasTemplate(timeZone) || zoneNamed(timeZone)) return
  const hint = 'Name it as IANA does, as in Europe/Berlin.'
  report({ code: 'FLOW_WRONG_TYPE', at: ['timeZone'], message: `There is no time zone "${timeZone}".`, hint })
}
