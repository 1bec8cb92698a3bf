/** Builds JSON Schemas for editors, in draft-07, the newest draft that every YAML language server supports. */
import { changeBelow } from '../json-schema/change-below.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'

/** A value that fits `condition` must fit `consequence`, and any other value `alternative`. */
export function when(condition: JsonSchema, consequence: JsonSchema, alternative?: JsonSchema): JsonSchema {
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
  return { if: condition, then: consequence, ...(alternative && { else: alternative }) }
}

/** An object with this key. */
export function has(key: string): JsonSchema {
  return { type: 'object', required: [key] }
}

/** An object with one of these keys. */
export function hasAny(keys: readonly string[]): JsonSchema {
  return { type: 'object', anyOf: keys.map((key) => ({ required: [key] })) }
}

/** An object whose `key` is `value`. */
export function hasValue(key: string, value: string): JsonSchema {
  return { ...has(key), properties: { [key]: { const: value } } }
}

/** The fields of an object that lists them. */
export function fieldsOf({ properties }: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return { ...(properties as Record<string, JsonSchema> | undefined) } // JSON Schema allows nothing else here
}

/** A reference must be the only keyword: before draft 2019-09, others next to it are ignored. */
export function ref(definition: string): JsonSchema {
  return { $ref: `#/definitions/${definition}` }
}

/** One of these names, each with its meaning. `enumDescriptions` is a keyword of editors. */
export function names(described: readonly (readonly [name: string, meaning: string])[]): JsonSchema {
  const sorted = described.toSorted(([a], [b]) => a.localeCompare(b, 'en'))
  return { type: 'string', enum: sorted.map(([name]) => name), enumDescriptions: sorted.map(([, meaning]) => meaning) }
}

const parts = ['properties', 'patternProperties', 'items', 'additionalProperties']
/** Schemas below these keywords describe the value itself, and not a part of it. */
const ways = ['anyOf', 'oneOf', 'allOf', 'then', 'else']

/** A copy in which `change` changes the schemas of parts of the value, and `changeWay` those of the value itself. */
export function mapSchema(
  schema: JsonSchema,
  change: (part: JsonSchema) => JsonSchema,
  changeWay: (way: JsonSchema) => JsonSchema,
): JsonSchema {
  return changeBelow(changeBelow(schema, parts, change), ways, changeWay)
}
