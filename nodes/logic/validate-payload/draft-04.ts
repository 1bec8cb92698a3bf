/** JSON Schemas of draft-04, which Losant's are, as draft-07. */
import { isObject } from '../../../engine/values/coerce.ts'

const single = ['additionalItems', 'additionalProperties', 'not']
const lists = ['allOf', 'anyOf', 'oneOf']
const maps = ['properties', 'patternProperties', 'definitions', 'dependencies']

/** A copy. Keywords that draft-04 has not are left out: Losant takes no notice of them. */
export function fromDraft04(schema: unknown): unknown {
  if (!isObject(schema) || Array.isArray(schema)) return schema
  const copy = Object.fromEntries(Object.entries(schema).filter(([key]) => keywords.has(key)))
  for (const key of single) if (key in copy) copy[key] = fromDraft04(copy[key])
  for (const key of [...lists, 'items']) {
    const below = copy[key]
    if (Array.isArray(below)) copy[key] = below.map(fromDraft04)
    else if (isObject(below)) copy[key] = fromDraft04(below)
  }
  for (const key of maps) {
    const below = copy[key]
    if (!isObject(below)) continue
    copy[key] = Object.fromEntries(Object.entries(below).map(([name, part]) => [name, fromDraft04(part)]))
  }
  excludeBound(copy, 'minimum', 'exclusiveMinimum')
  excludeBound(copy, 'maximum', 'exclusiveMaximum')
  return copy
}

/** In draft-04 it is `true` beside the bound, later the bound itself. */
function excludeBound(schema: Record<string, unknown>, bound: string, exclusive: string): void {
  if (typeof schema[exclusive] !== 'boolean') return
  const isExcluded = schema[exclusive] && bound in schema
  delete schema[exclusive]
  if (!isExcluded) return
  schema[exclusive] = schema[bound]
  delete schema[bound]
}

/** Of draft-04 but `$schema` and `id`, which say nothing of a value. */
const keywords: ReadonlySet<string> = new Set([
  ...single,
  ...lists,
  ...maps,
  'items',
  '$ref',
  'title',
  'description',
  'default',
  'type',
  'enum',
  'format',
  'multipleOf',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'required',
])
