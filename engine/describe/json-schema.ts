/** Parts of a JSON Schema for editors: draft-07, since that is the newest which every YAML language server knows. */
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import { isMap } from '../values/is-map.ts'

/** Holds what meets `condition` against `consequence`, and what does not against `alternative`. */
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
  return { ...(properties as Record<string, JsonSchema> | undefined) } // JSON Schema lets nothing else be there
}

/** Nothing may stand beside a reference: until draft 2019-09 it is not looked at. */
export function ref(definition: string): JsonSchema {
  return { $ref: `#/definitions/${definition}` }
}

/** One of these names, each with what it stands for; `enumDescriptions` is a keyword of editors. */
export function names(described: readonly (readonly [name: string, meaning: string])[]): JsonSchema {
  const sorted = described.toSorted(([a], [b]) => a.localeCompare(b, 'en'))
  return { type: 'string', enum: sorted.map(([name]) => name), enumDescriptions: sorted.map(([, meaning]) => meaning) }
}

const maps = ['properties', 'patternProperties']
const parts = ['items', 'additionalProperties']
/** What stands under these describes the value itself, and not a part of it. */
const ways = ['anyOf', 'oneOf', 'allOf', 'then', 'else']

/** A copy with every schema below changed: by `change` those of parts of the value, by `changeWay` those of the value itself. */
export function mapSchema(
  schema: JsonSchema,
  change: (part: JsonSchema) => JsonSchema,
  changeWay: (way: JsonSchema) => JsonSchema,
): JsonSchema {
  const copy: Record<string, unknown> = { ...schema }
  const apply = (below: unknown, changed: typeof change): unknown => {
    if (Array.isArray(below)) return below.map((item: unknown) => apply(item, changed))
    return isMap(below) ? changed(below) : below
  }
  for (const key of maps) {
    const map = copy[key]
    if (!isMap(map)) continue
    copy[key] = Object.fromEntries(Object.entries(map).map(([name, below]) => [name, apply(below, change)]))
  }
  for (const key of parts) if (key in copy) copy[key] = apply(copy[key], change)
  for (const key of ways) if (key in copy) copy[key] = apply(copy[key], changeWay)
  return copy
}
