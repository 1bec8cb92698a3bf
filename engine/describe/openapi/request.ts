/** Describes the parameters and the body of a request, by what the flow reads of them and demands of them. */
import type { Shape } from '../../json-schema/shape.ts'
import type { JsonSchema } from '../../json-schema/shape-of-schema.ts'
import { isMap } from '../../values/is-map.ts'
import { parsePath } from '../../values/path.ts'
import { demandsFrom } from './demands.ts'
import type { EndpointFacts } from './endpoint-facts.ts'
import type { Operation, PathParameter } from './routes.ts'
import { fromDraft07, refersWithin } from './schemas.ts'

export interface DescribedRequest {
  readonly parameters: readonly JsonSchema[]
  readonly requestBody: JsonSchema | undefined
  /** Schemas that refer to parts of themselves, by their names in the document's components. */
  readonly components: Readonly<Record<string, JsonSchema>>
}

/** What the flow reads and demands of a part of the request, by key. */
interface Part {
  readonly keys: Map<string, Part>
  isRequired: boolean
  /** The schemas of `validate-payload` nodes. If there are any, they replace the keys. */
  schemas: JsonSchema[]
}

export function describeRequest({ facts, parameters, id }: Operation): DescribedRequest {
  const request = newPart()
  for (const { reads, entering } of facts.nodes) {
    for (const { path } of reads) {
      if (comesFromClient(path.segments, entering)) partAt(request, path.segments.slice(1))
    }
  }
  const components = takeDemands(request, facts, `${id}Request`)
  const body = facts.spec.method === 'GET' ? undefined : request.keys.get('body')
  return {
    components,
    parameters: [
      ...parameters.map(pathParameter),
      ...namedParameters('query', request.keys.get('query'), facts),
      ...namedParameters('header', request.keys.get('headers'), facts),
      ...namedParameters('cookie', request.keys.get('cookies'), facts),
    ],
    requestBody: body && {
      ...(isNeeded(body) && { required: true }),
      content: { 'application/json': { schema: schemaOfPart(body) } },
    },
  }
}

function newPart(): Part {
  return { keys: new Map(), isRequired: false, schemas: [] }
}

function partAt(part: Part, segments: readonly string[]): Part {
  let current = part
  for (const key of segments) {
    // This is the length of a text or a list that the client sends.
    if (key === 'length') break
    const next = current.keys.get(key) ?? newPart()
    current.keys.set(key, next)
    current = next
  }
  return current
}

const areas: ReadonlySet<string | undefined> = new Set(['body', 'query', 'headers', 'cookies'])

/** Whether the value at the path is from the request, and no node has replaced it. */
function comesFromClient([data, area, ...rest]: readonly string[], payload: Shape): boolean {
  if (data !== 'data' || !areas.has(area) || payload.kind !== 'object') return false
  const request = payload.keys.get('data')
  let shape = request?.kind === 'object' ? request.keys.get(area ?? '') : undefined
  for (const key of rest) {
    if (shape?.kind !== 'object' || !shape.open) break
    const below = shape.keys.get(key)
    if (!below) return true
    shape = below
    if (shape.kind === 'anything') return false
  }
  return shape?.kind === 'anything' || (shape?.kind === 'object' && shape.open)
}

/** Adds the demands to `request`, and returns the schemas for the components. */
function takeDemands(request: Part, facts: EndpointFacts, name: string): Record<string, JsonSchema> {
  const components: Record<string, JsonSchema> = {}
  const entering = new Map(facts.nodes.map(({ node, entering }) => [node, entering]))
  for (const { path, schema, node } of demandsFrom(facts.start)) {
    const { segments } = parsePath(path)
    const shape = entering.get(node)
    if (schema) {
      const unique = Object.keys(components).length === 0 ? name : `${name}${Object.keys(components).length + 1}`
      const given = embed(schema, unique)
      if (!given) continue
      const isAsked = spread(request, segments, given.schema, shape)
      if (given.component && isAsked) components[unique] = given.component
    } else if (shape && comesFromClient(segments, shape)) {
      for (const depth of segments.keys()) partAt(request, segments.slice(1, depth + 1)).isRequired = true
    }
  }
  return components
}

/** The schema as a part of a document; `undefined` if it refers to something outside of itself. */
function embed(schema: JsonSchema, name: string): { schema: JsonSchema; component?: JsonSchema } | undefined {
  if (!refersWithin(schema)) return { schema: fromDraft07(schema) }
  if (!refersToItself(schema)) return undefined
  const component = besideReference(fromDraft07(schema, `#/components/schemas/${name}`))
  return { schema: component, component }
}

/** Moves a reference into `allOf`, since tools that replace a reference with its target would lose the keywords next to it. */
function besideReference({ $ref, ...schema }: JsonSchema): JsonSchema {
  if ($ref === undefined) return schema
  return { ...schema, allOf: [...(Array.isArray(schema.allOf) ? schema.allOf : []), { $ref }] }
}

function refersToItself(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(refersToItself)
  if (!isMap(schema)) return true
  const { $ref = '#' } = schema
  return typeof $ref === 'string' && /^#(\/|$)/.test($ref) && Object.values(schema).every(refersToItself)
}

/** Adds a schema of the payload, or of a part of it, to the parts of the request that it describes. Returns whether there are any. */
function spread(request: Part, segments: readonly string[], schema: JsonSchema, shape: Shape | undefined): boolean {
  if (segments.length >= 2) {
    const isAsked = shape !== undefined && comesFromClient(segments, shape)
    if (isAsked) partAt(request, segments.slice(1)).schemas.push(schema)
    return isAsked
  }
  const { properties, required } = schema
  const asked = Object.entries(isMap(properties) ? properties : {}).filter(([key, below]) => {
    if (!isMap(below) || !spread(request, [...segments, key], below, shape)) return false
    if (segments.length === 1 && Array.isArray(required) && required.includes(key)) {
      partAt(request, [key]).isRequired = true
    }
    return true
  })
  return asked.length > 0
}

function schemaOfPart({ keys, schemas }: Part): JsonSchema {
  const [schema, ...others] = schemas
  if (schema) return others.length > 0 ? { allOf: schemas } : schema
  const entries = [...keys].toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (entries.length === 0) return {}
  if (entries.every(([key]) => /^\d+$/.test(key))) {
    const [, first] = entries[0] ?? []
    return { type: 'array', items: first ? schemaOfPart(first) : {} }
  }
  const required = entries.filter(([, part]) => part.isRequired).map(([key]) => key)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, part]) => [key, schemaOfPart(part)])),
    ...(required.length > 0 && { required }),
  }
}

/** Whether a request needs a body. One without a body has `null`. */
function isNeeded({ isRequired, schemas, keys }: Part): boolean {
  const types = schemas.flatMap(({ type }) => type ?? [])
  return (
    isRequired || [...keys.values()].some((part) => part.isRequired) || (types.length > 0 && !types.includes('null'))
  )
}

function pathParameter({ shown, isTail }: PathParameter): JsonSchema {
  return {
    name: shown,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(isTail && { description: 'The rest of the path, slashes included.', 'x-flowpot-tail': true }),
  }
}

/** Headers that OpenAPI describes elsewhere, and headers that the listener sets itself. */
const otherHeaders: ReadonlySet<string> = new Set([
  ...['accept', 'content-type', 'authorization', 'host', 'cookie', 'content-length'],
  ...['x-forwarded-for', 'x-forwarded-proto'],
])

function namedParameters(where: 'query' | 'header' | 'cookie', part: Part | undefined, { spec }: EndpointFacts) {
  const given = part && schemaOfPart(part)
  const properties = isMap(given?.properties) ? given.properties : {}
  const required: readonly unknown[] = Array.isArray(given?.required) ? given.required : []
  const isToken = (name: string) => spec.access !== 'public' && where !== 'header' && name === 'authorization'
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (isToken(name) || (where === 'header' && otherHeaders.has(name))) return []
    return {
      name,
      in: where,
      ...(required.includes(name) && { required: true }),
      schema: isMap(schema) && Object.keys(schema).length > 0 ? schema : { type: 'string' },
    }
  })
}
