/** Reads the JSON Schema that editors get (`flowpot schema`) at one place of a file. */
import type { JsonSchema } from '../../engine/json-schema/shape-of-schema.ts'
import type { DocumentPath } from '../../engine/source/position.ts'
import { isMap } from '../../engine/values/is-map.ts'

/** Deeper than any reference of ours leads; a schema of a custom node's input may refer to itself. */
const maxLevels = 40

/** All schemas that apply at `path` of `raw`, each without its ways (`allOf`, `if` and so on), which stand in the list themselves. */
export function schemasAt(
  root: JsonSchema,
  start: JsonSchema,
  raw: unknown,
  path: DocumentPath,
): readonly JsonSchema[] {
  let value = raw
  let schemas = expand(root, start, value)
  for (const segment of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, segment) : undefined
    const below = schemas.flatMap((schema) => partsOf(schema, segment))
    schemas = below.flatMap((schema) => expand(root, schema, value))
  }
  return schemas
}

function partsOf(schema: JsonSchema, segment: string | number): readonly JsonSchema[] {
  if (typeof segment === 'number') return isMap(schema.items) ? [schema.items] : []
  if (isMap(schema.properties) && Object.hasOwn(schema.properties, segment)) {
    const own = schema.properties[segment]
    return isMap(own) ? [own] : []
  }
  const others = isMap(schema.patternProperties) ? Object.values(schema.patternProperties) : []
  return [...others, schema.additionalProperties].filter(isMap)
}

function expand(root: JsonSchema, schema: JsonSchema, value: unknown, level = 0): readonly JsonSchema[] {
  if (level > maxLevels) return []
  const below = (one: unknown) => (isMap(one) ? expand(root, one, value, level + 1) : [])
  const found: JsonSchema[] = [schema]
  if (typeof schema.$ref === 'string') found.push(...below(definitionOf(root, schema.$ref)))
  for (const ways of [schema.allOf, schema.anyOf, schema.oneOf]) {
    if (Array.isArray(ways)) found.push(...ways.flatMap(below))
  }
  if (isMap(schema.if)) found.push(...below(meets(schema.if, value) ? schema.then : schema.else))
  return found
}

export function definitionOf({ definitions }: JsonSchema, reference: string): JsonSchema | undefined {
  const name = reference.slice('#/definitions/'.length)
  const found = isMap(definitions) && Object.hasOwn(definitions, name) ? definitions[name] : undefined
  return isMap(found) ? found : undefined
}

/** Whether a value meets one of the conditions that our schemas have. */
function meets(condition: JsonSchema, value: unknown): boolean {
  const { type, required, properties, anyOf, contains } = condition
  const item = condition.const
  if (type !== undefined && ![type].flat().includes(typeOf(value))) return false
  if (item !== undefined && value !== item) return false
  if (Array.isArray(required) && !(isMap(value) && required.every((key) => Object.hasOwn(value, String(key)))))
    return false
  if (isMap(properties) && isMap(value)) {
    const unmet = Object.entries(properties).some(
      ([key, below]) => Object.hasOwn(value, key) && isMap(below) && !meets(below, value[key]),
    )
    if (unmet) return false
  }
  if (Array.isArray(anyOf) && !anyOf.some((one) => isMap(one) && meets(one, value))) return false
  return !(isMap(contains) && Array.isArray(value) && !value.some((one) => meets(contains, one)))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

/** What the schemas of one place say in words. The outermost speaks of the field itself. */
export function descriptionIn(schemas: readonly JsonSchema[]): string | undefined {
  return schemas.map(({ description }) => description).find((text) => typeof text === 'string')
}
