/** JSON Schemas of draft-04, which Losant's are, as draft-07. */
import { changeBelow } from '../../../engine/json-schema/change-below.ts'
import type { JsonSchema } from '../../../engine/json-schema/shape-of-schema.ts'
import { isMap } from '../../../engine/values/is-map.ts'

/** A copy as draft-07. Keywords that draft-04 does not have are left out, since Losant ignores them. */
export function fromDraft04(schema: unknown): unknown {
  return isMap(schema) ? convert(schema) : schema
}

function convert(schema: JsonSchema): JsonSchema {
  const kept = Object.fromEntries(Object.entries(schema).filter(([key]) => keywords.has(key)))
  const copy = changeBelow(kept, keywordsOfParts, convert)
  excludeBound(copy, 'minimum', 'exclusiveMinimum')
  excludeBound(copy, 'maximum', 'exclusiveMaximum')
  return copy
}

/** In draft-04, `exclusiveMinimum` is `true` next to a `minimum`; later it is the bound itself. */
function excludeBound(schema: Record<string, unknown>, bound: string, exclusive: string): void {
  if (typeof schema[exclusive] !== 'boolean') return
  const isExcluded = schema[exclusive] && bound in schema
  delete schema[exclusive]
  if (!isExcluded) return
  schema[exclusive] = schema[bound]
  delete schema[bound]
}

/** The keywords that have schemas below them. */
const keywordsOfParts = [
  ...['additionalItems', 'additionalProperties', 'not', 'allOf', 'anyOf', 'oneOf', 'items'],
  ...['properties', 'patternProperties', 'definitions', 'dependencies'],
]

/** The keywords of draft-04, without `$schema` and `id`, which say nothing about a value. */
const keywords: ReadonlySet<string> = new Set([
  ...keywordsOfParts,
  ...['$ref', 'title', 'description', 'default', 'type', 'enum', 'format', 'multipleOf'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength', 'pattern'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'required'],
])
