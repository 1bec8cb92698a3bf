import { isMap } from '../values/is-map.ts'
import type { JsonSchema } from './shape-of-schema.ts'

/** Keywords whose value is a map of schemas. */
const maps: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'definitions', '$defs'],
  ...['dependencies', 'dependentSchemas'],
])

/** A copy of `schema` in which each schema directly below one of the keywords is changed. */
export function changeBelow(
  schema: JsonSchema,
  keywords: readonly string[],
  change: (below: JsonSchema) => JsonSchema,
): Record<string, unknown> {
  const apply = (below: unknown): unknown => {
    if (Array.isArray(below)) return below.map(apply)
    return isMap(below) ? change(below) : below
  }
  const applyToEach = (map: JsonSchema) =>
    Object.fromEntries(Object.entries(map).map(([key, below]) => [key, apply(below)]))
  const copy: Record<string, unknown> = { ...schema }
  for (const key of keywords) {
    const below = copy[key]
    if (key in copy) copy[key] = maps.has(key) && isMap(below) ? applyToEach(below) : apply(below)
  }
  return copy
}
