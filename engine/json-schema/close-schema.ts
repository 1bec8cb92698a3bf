/** Closes the objects of a JSON Schema, so that an unknown key is always a problem. */

type Schema = Readonly<Record<string, unknown>>

const named = ['properties', 'patternProperties', '$defs', 'definitions']
const single = ['items', 'prefixItems', 'additionalItems', 'additionalProperties', 'contains']
const ways = ['anyOf', 'oneOf']
/** Schemas below these keywords describe only a part of the value, so closing them would refuse the rest of it. */
const parts = ['allOf', 'if', 'then', 'else', 'not', 'dependentSchemas']

/** A copy of `schema` in which every object that lists `properties` accepts no others, unless it says otherwise. */
export function closeSchema(schema: object): Schema {
  const copy: Record<string, unknown> = { ...schema }
  for (const key of named) if (isSchema(copy[key])) copy[key] = mapValues(copy[key], close)
  for (const key of single) if (key in copy) copy[key] = close(copy[key])
  const isWhole = ![...parts, ...ways].some((key) => key in copy)
  if (!('properties' in copy)) for (const key of ways) if (key in copy) copy[key] = close(copy[key])
  if (isWhole && 'properties' in copy && !('additionalProperties' in copy)) copy.additionalProperties = false
  return copy
}

function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close)
  return isSchema(schema) ? closeSchema(schema) : schema
}

function mapValues(record: Schema, change: (value: unknown) => unknown): Schema {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
