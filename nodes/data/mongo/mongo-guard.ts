/**
 * Makes sure that a template gives only a value. To MongoDB, a key or a text that begins with `$` is an operator or a field, and a
 * client may send one: `{ owner: << data.body.owner >> }` with `{ "$ne": null }` would find every document.
 */

import { defineError } from '../../../contracts/errors.ts'
import { hasTemplate } from '../../../engine/compile/compile-value.ts'
import type { RawConfig } from '../../../engine/node.ts'
import type { CompiledValue } from '../../../engine/schema.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import type { Payload } from '../../../engine/values/payload.ts'

const operatorGiven = defineError<{ path: string; template: string; found: string; instead: string }>(
  'FLOW_OPERATOR_GIVEN',
  500,
  ({ path, template, found, instead }) =>
    `${path}: ${template} gave ${found}, which is more than a value to MongoDB. ${instead}`,
)
const conditionMissing = defineError<{ path: string; template: string }>(
  'FLOW_CONDITION_MISSING',
  500,
  ({ path, template }) => `${path}: ${template} is missing, and without it the operation would mean something else.`,
)

/**
 * How MongoDB reads a part of the configuration. In an `expression`, a text that begins with `$` is a field; in a `value` and a
 * `filter`, it is a text. Only in a `value` may something be missing.
 */
type Role = 'value' | 'filter' | 'expression'

interface Place {
  readonly role: Role
  /** The path within the node: `filter.owner`. */
  readonly path: string
}

/** Reads the fields of a `mongo` node for a run. Throws if a whole field is missing, or if `guard` throws. */
export function guardedReader(payload: Payload, config: RawConfig) {
  return <Rendered>(field: string, value: CompiledValue<Rendered>): Rendered => {
    const raw = config[field]
    const rendered = value(payload)
    if (rendered === undefined) throw conditionMissing({ path: field, template: String(raw) })
    if (field === 'options' && isMap(raw) && isMap(rendered)) {
      for (const [name, option] of Object.entries(rendered)) {
        guard(raw[name], option, { role: roleOf(name, raw[name]), path: `options.${name}` })
      }
    } else {
      guard(raw, rendered, { role: roleOf(field, raw), path: field })
    }
    return rendered
  }
}

function roleOf(name: string, raw: unknown): Role {
  if (name === 'filter' || name === 'arrayFilters') return 'filter'
  if (name === 'pipeline' || name === 'projection') return 'expression'
  // An update that is a list is a pipeline. Options that a template gives as a whole may have a projection.
  const isExpression = (name === 'update' && Array.isArray(raw)) || (name === 'options' && typeof raw === 'string')
  return isExpression ? 'expression' : 'value'
}

function roleBelow(key: string, role: Role): Role {
  if (key === '$expr') return 'expression'
  if (key === '$literal' && role === 'expression') return 'value'
  return key === '$match' || key === '$pull' ? 'filter' : role
}

/** Throws if a template in `raw` gave an operator, or if a part of a filter is missing. */
function guard(raw: unknown, rendered: unknown, place: Place): void {
  const { role, path } = place
  if (typeof raw === 'string') {
    if (hasTemplate(raw)) guardGiven(rendered, raw, place)
  } else if (Array.isArray(raw) && Array.isArray(rendered)) {
    for (const [index, item] of raw.entries()) guard(item, rendered[index], { ...place, path: `${path}[${index}]` })
  } else if (isMap(raw) && isMap(rendered)) {
    for (const [key, item] of Object.entries(raw)) {
      const below = { ...place, path: `${path}.${key}`, role: roleBelow(key, role) }
      if (Object.hasOwn(rendered, key)) guard(item, rendered[key], below)
      else if (role !== 'value') throw conditionMissing({ path: below.path, template: String(item) })
    }
  }
}

/** Keys of Extended JSON that can only give a value. A `$regularExpression` is not one, since it would match other values. */
const typedKeys: ReadonlySet<string> = new Set([
  ...['$oid', '$date', '$uuid', '$binary', '$timestamp'],
  ...['$numberInt', '$numberLong', '$numberDouble', '$numberDecimal'],
])

function guardGiven(value: unknown, template: string, place: Place): void {
  const { role, path } = place
  if (role === 'filter' && value === null) {
    const instead = 'Write the condition in the flow itself: { $eq: null }, or { $exists: false }.'
    throw operatorGiven({ path, template, found: 'null, which also matches documents without the field', instead })
  }
  if (role === 'expression' && typeof value === 'string' && value.startsWith('$')) {
    const instead = `Write { $literal: ${template} }.`
    throw operatorGiven({ path, template, found: 'a text that begins with $', instead })
  }
  if (Array.isArray(value)) for (const item of value) guardGiven(item, template, place)
  if (!isMap(value) || value instanceof Date) return
  const keys = Object.keys(value)
  const operator = keys.find((key) => key.startsWith('$') && !(keys.length === 1 && typedKeys.has(key)))
  if (operator !== undefined) {
    const instead = 'Write operators in the flow itself.'
    throw operatorGiven({ path, template, found: `a map with the key ${operator}`, instead })
  }
  for (const item of Object.values(value)) guardGiven(item, template, place)
}
