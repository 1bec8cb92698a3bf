/** Keywords that draft-07 does not have. It takes no notice of them, so a schema that means one would let pass what it was to refuse. */
import { Ajv } from 'ajv'
import { nearestName } from '../../../engine/source/nearest-name.ts'
import { isMap } from '../../../engine/values/is-map.ts'

const schemaKeys = [
  ...['additionalItems', 'additionalProperties', 'contains', 'else', 'if', 'items', 'not', 'propertyNames', 'then'],
]
const listKeys = ['allOf', 'anyOf', 'items', 'oneOf']
const mapKeys = ['$defs', 'definitions', 'dependencies', 'patternProperties', 'properties']
/** What Ajv understands besides, and what says nothing of a value. */
const furtherKeys = ['$defs', '$async', 'nullable', 'writeOnly', 'deprecated', 'example']

/** As deep as a payload is. */
const maxDepth = 100

let known: ReadonlySet<string> | undefined

/** Throws an `Error` that names the first of them in a schema, wherever a schema can stand in it. Names that begin with `x-` are anybody's. */
export function refuseUnknownKeywords(schema: unknown): void {
  known ??= new Set([...keysOfDraft07(), ...furtherKeys])
  const found = findUnknown(schema, known, [])
  if (!found) return
  const { keyword, path } = found
  const near = nearestName(keyword, known)
  const place = path.length === 0 ? '' : ` at ${path.join('.')}`
  const advice = near === undefined ? 'Keywords of your own begin with "x-".' : `Did you mean "${near}"?`
  throw new Error(`${keyword}${place} is no keyword of draft-07, and would be left out. ${advice}`)
}

function keysOfDraft07(): string[] {
  const draft07 = new Ajv().schemas['http://json-schema.org/draft-07/schema']?.schema
  if (!isMap(draft07) || !isMap(draft07.properties)) throw new Error('Ajv has no draft-07.')
  return Object.keys(draft07.properties)
}

interface Found {
  readonly keyword: string
  readonly path: readonly string[]
}

function findUnknown(schema: unknown, known: ReadonlySet<string>, path: readonly string[]): Found | undefined {
  if (!isMap(schema) || path.length > maxDepth) return undefined
  const keyword = Object.keys(schema).find((key) => !known.has(key) && !key.startsWith('x-'))
  if (keyword !== undefined) return { keyword, path }
  const below = [
    ...schemaKeys.map((key) => [[key], schema[key]] as const),
    ...listKeys.flatMap((key) => partsOf(key, schema[key], Array.isArray)),
    ...mapKeys.flatMap((key) => partsOf(key, schema[key], isMap)),
  ]
  for (const [place, part] of below) {
    const found = findUnknown(part, known, [...path, ...place])
    if (found) return found
  }
  return undefined
}

function partsOf(key: string, value: unknown, isWanted: (value: unknown) => boolean) {
  return isWanted(value) ? Object.entries(Object(value)).map(([name, part]) => [[key, name], part] as const) : []
}
