/** Describes what is known about a value in OpenAPI 3.1's JSON Schema, draft 2020-12. What is not known is left open. */
import { changeBelow } from '../../json-schema/change-below.ts'
import { anything, type Shape, shapeAt } from '../../json-schema/shape.ts'
import { type JsonSchema, schemaOfShape } from '../../json-schema/shape-of-schema.ts'
import { compileTemplate } from '../../templates/template.ts'
import { isMap } from '../../values/is-map.ts'

/** The schema of a configured value once its templates are rendered with a payload of the given shape. */
export function schemaOfValue(raw: unknown, shape: Shape, escapeHtml = false): JsonSchema {
  if (typeof raw === 'string') return schemaOfText(raw, shape, escapeHtml)
  if (Array.isArray(raw)) {
    const items = raw.map((item: unknown) => schemaOfValue(item, shape, escapeHtml))
    return { type: 'array', items: anyOf(items) }
  }
  if (!isMap(raw)) return literal(raw)
  const entries = Object.entries(raw)
  const required = entries.filter(([, value]) => isAlwaysThere(value)).map(([key]) => key)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, value]) => [key, schemaOfValue(value, shape, escapeHtml)])),
    ...(required.length > 0 && { required }),
  }
}

/** A key whose value is exactly one path or helper is left out if that has no value. */
function isAlwaysThere(raw: unknown): boolean {
  if (typeof raw !== 'string') return true
  const { exactPath, isHelperValue } = compileTemplate(raw)
  return exactPath === undefined && !isHelperValue
}

function schemaOfText(raw: string, shape: Shape, escapeHtml: boolean): JsonSchema {
  const template = compileTemplate(raw, { escapeHtml })
  if (template.isLiteral) return literal(template.text({}))
  if (template.isHelperValue) return {}
  if (escapeHtml || !template.exactPath) return { type: 'string' }
  return toSchema(shapeAt(shape, template.exactPath.segments) ?? anything)
}

function literal(value: unknown): JsonSchema {
  return { type: value === null ? 'null' : typeof value, const: value }
}

/** If only the shape is known, the schema has no type: a shape does not tell whether the value is there at all. */
function toSchema(shape: Shape): JsonSchema {
  const schema = schemaOfShape(shape)
  if (schema && !refersWithin(schema)) return fromDraft07(schema)
  if (shape.kind === 'list') return { items: toSchema(shape.items) }
  if (shape.kind === 'scalar') return { type: ['string', 'number', 'boolean', 'null'] }
  if (shape.kind === 'anything' || shape.keys.size === 0) return {}
  return { properties: Object.fromEntries([...shape.keys].map(([key, value]) => [key, toSchema(value)])) }
}

/** A schema that accepts what any of these accepts. */
export function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const different = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()]
  const [first = {}] = different
  if (different.some((schema) => Object.keys(schema).length === 0)) return {}
  return different.length <= 1 ? first : { anyOf: different }
}

/** Whether there is a `$ref` anywhere in the schema. */
export function refersWithin(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(refersWithin)
  return isMap(schema) && ('$ref' in schema || Object.values(schema).some(refersWithin))
}

/** Keywords of draft-07 that contain schemas. */
const withSchemas = [
  ...['properties', 'patternProperties', 'additionalProperties', 'propertyNames', 'definitions', '$defs'],
  ...['items', 'additionalItems', 'prefixItems', 'contains', 'dependencies', 'dependentSchemas'],
  ...['not', 'if', 'then', 'else', 'anyOf', 'oneOf', 'allOf'],
]

/**
 * The same schema in draft 2020-12. `base` is where the schema is in the document, so that each `$ref` within it leads there. It loses its
 * own name, since its place in the document is its name.
 */
export function fromDraft07({ $id: _, $schema: __, ...schema }: JsonSchema, base = ''): JsonSchema {
  const changed = changeBelow(schema, withSchemas, (below) => fromDraft07(below, base))
  const { items, additionalItems, dependencies, $ref, ...rest } = changed
  const entries = Object.entries(isMap(dependencies) ? dependencies : {})
  const isTuple = Array.isArray(items)
  const itemsOf = isTuple ? additionalItems : items
  return {
    ...rest,
    ...($ref !== undefined && { $ref: typeof $ref === 'string' && $ref.startsWith('#') ? base + $ref.slice(1) : $ref }),
    ...(isTuple && { prefixItems: items }),
    ...(itemsOf !== undefined && { items: itemsOf }),
    ...(dependencies !== undefined && {
      dependentRequired: Object.fromEntries(entries.filter(([, asked]) => Array.isArray(asked))),
      dependentSchemas: Object.fromEntries(entries.filter(([, asked]) => !Array.isArray(asked))),
    }),
  }
}
