/** What is known of a value, as the JSON Schema of OpenAPI 3.1, which is draft 2020-12. What is not known is left open. */
import { anything, type Shape } from '../../json-schema/shape.ts'
import { type JsonSchema, schemaOfShape } from '../../json-schema/shape-of-schema.ts'
import { compileTemplate } from '../../templates/template.ts'
import { isMap } from '../../values/is-map.ts'

/** A value of a configuration, as it comes out where `shape` stands on the payload. */
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

/** A key whose value is one path or helper is left out where that gives nothing. */
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
  return schemaOfShapeAt(shape, template.exactPath.segments)
}

function literal(value: unknown): JsonSchema {
  return { type: value === null ? 'null' : typeof value, const: value }
}

function schemaOfShapeAt(shape: Shape, segments: readonly string[]): JsonSchema {
  let current = shape
  for (const key of segments) current = below(current, key)
  return toSchema(current)
}

function below(shape: Shape, key: string): Shape {
  if (shape.kind === 'object') return shape.keys.get(key) ?? anything
  return shape.kind === 'list' && /^\d+$/.test(key) ? shape.items : anything
}

/** Without a type where a shape alone is known: where it says object, there may as well be nothing. */
function toSchema(shape: Shape): JsonSchema {
  const schema = schemaOfShape(shape)
  if (schema && !refersWithin(schema)) return fromDraft07(schema)
  if (shape.kind === 'list') return { items: toSchema(shape.items) }
  if (shape.kind === 'scalar') return { type: ['string', 'number', 'boolean', 'null'] }
  if (shape.kind === 'anything' || shape.keys.size === 0) return {}
  return { properties: Object.fromEntries([...shape.keys].map(([key, value]) => [key, toSchema(value)])) }
}

/** One schema for what fits any of these. */
export function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const different = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()]
  const [first = {}] = different
  if (different.some((schema) => Object.keys(schema).length === 0)) return {}
  return different.length <= 1 ? first : { anyOf: different }
}

/** Whether a `$ref` stands somewhere in it. */
export function refersWithin(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(refersWithin)
  return isMap(schema) && ('$ref' in schema || Object.values(schema).some(refersWithin))
}

const maps: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'definitions',
  '$defs',
  'dependentSchemas',
])
const parts: ReadonlySet<string> = new Set([
  ...['items', 'additionalProperties', 'propertyNames', 'contains', 'not', 'if', 'then', 'else'],
  ...['anyOf', 'oneOf', 'allOf', 'prefixItems'],
])
/** What names the schema itself: within a document its place does. */
const names: ReadonlySet<string> = new Set(['$id', '$schema'])

/** `base` is where the schema stands in the document: a `$ref` within it leads there. */
export function fromDraft07(schema: unknown, base = ''): JsonSchema {
  if (!isMap(schema)) return {}
  const convert = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(convert)
    return isMap(part) ? fromDraft07(part, base) : part
  }
  const { items, additionalItems, dependencies, ...rest } = schema
  const copy: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(rest)) {
    if (names.has(key)) continue
    if (key === '$ref' && typeof value === 'string') copy[key] = value.startsWith('#') ? base + value.slice(1) : value
    else if (parts.has(key)) copy[key] = convert(value)
    else if (maps.has(key) && isMap(value)) copy[key] = mapValues(value, convert)
    else copy[key] = value
  }
  if (Array.isArray(items)) {
    copy.prefixItems = convert(items)
    if (additionalItems !== undefined) copy.items = convert(additionalItems)
  } else if (items !== undefined) copy.items = convert(items)
  if (isMap(dependencies)) {
    const entries = Object.entries(dependencies)
    copy.dependentRequired = Object.fromEntries(entries.filter(([, value]) => Array.isArray(value)))
    const asked = Object.fromEntries(entries.filter(([, value]) => !Array.isArray(value)))
    copy.dependentSchemas = mapValues(asked, convert)
  }
  return copy
}

function mapValues(map: Readonly<Record<string, unknown>>, change: (value: unknown) => unknown) {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]))
}
