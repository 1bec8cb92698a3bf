/** Closes the objects of a JSON Schema, so that an unknown key is always a problem. */
import { changeBelow } from './change-below.ts'
import type { JsonSchema } from './shape-of-schema.ts'

/** Schemas below these keywords describe parts of the value, or are referred to. */
const parts = [
  ...['properties', 'patternProperties', '$defs', 'definitions'],
  ...['items', 'prefixItems', 'additionalItems', 'additionalProperties', 'contains'],
]
const ways = ['anyOf', 'oneOf']
/** Schemas below these keywords describe only some keys of the value, so closing them would refuse the others. */
const aspects = ['allOf', 'if', 'then', 'else', 'not', 'dependentSchemas']

/** A copy of `schema` in which every object that lists `properties` accepts no others, unless it says otherwise. */
export function closeSchema(schema: object): JsonSchema {
  const listsKeys = 'properties' in schema
  const copy = changeBelow({ ...schema }, listsKeys ? parts : [...parts, ...ways], closeSchema)
  const isWhole = ![...aspects, ...ways].some((key) => key in copy)
  if (isWhole && listsKeys && !('additionalProperties' in copy)) copy.additionalProperties = false
  return copy
}
