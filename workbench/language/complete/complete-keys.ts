/** The keys that a map may have. */
import type { JsonSchema } from '../../../engine/json-schema/shape-of-schema.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import type { LanguageFile } from '../language-file.ts'
import { namesAsKeys } from '../names-at.ts'
import { definitionOf, descriptionIn, schemasAt } from '../schema-walk.ts'
import { valueAt } from '../yaml-place.ts'
import { type Cursor, isStandIn } from './cursor.ts'
import { escapeSnippet, firstSentence, kinds, type Suggestion } from './items.ts'
import { indent, writeField, writeRequired } from './snippets.ts'

export function completeKeys(file: LanguageFile, cursor: Cursor): readonly Suggestion[] {
  const { schema: root } = file
  const schemas = placeSchemas(file, cursor)
  const map = valueAt(cursor.raw, cursor.path)
  const written = new Set(isMap(map) ? Object.keys(map).filter((key) => !isStandIn(key)) : [])
  const required = new Set(schemas.flatMap((one) => (Array.isArray(one.required) ? one.required.map(String) : [])))
  const isTrigger = schemas.includes(definitionOf(root, '#/definitions/trigger') ?? {})
  const found = new Map<string, Suggestion>()
  for (const [key, field] of fieldsIn(schemas)) {
    if (written.has(key) || found.has(key)) continue
    const startsTrigger = isTrigger && definitionOf(root, `#/definitions/trigger.${key}`) !== undefined
    found.set(key, {
      label: key,
      kind: startsTrigger ? kinds.type : kinds.field,
      detail: required.has(key) ? 'required' : typeName(root, field),
      documentation: documentationOf(root, field),
      rank: required.has(key) || startsTrigger ? 1 : formatsOwn.has(key) ? 4 : 3,
      ...writing(root, key, field, cursor, startsTrigger),
    })
  }
  for (const name of namesAsKeys(file, cursor.path)) {
    if (!written.has(name.label))
      found.set(name.label, { ...name, kind: kinds.reference, text: colonAfter(name.label, cursor) })
  }
  const isNewNode = schemas.includes(definitionOf(root, '#/definitions/node') ?? {}) && !written.has('type')
  return [...found.values(), ...(isNewNode ? wholeNodes(root, cursor, written) : [])]
}

const formatsOwn: ReadonlySet<string> = new Set(['id', 'name', 'next', 'then', 'else', 'default', 'description'])

/** What applies to the map at the cursor. What a test calls has the parameters of that action below `with`. */
export function placeSchemas(file: LanguageFile, { raw, path }: Pick<Cursor, 'raw' | 'path'>): readonly JsonSchema[] {
  const withAt = file.kind === 'tests' ? path.indexOf('with') : -1
  if (withAt !== -1) {
    const step = valueAt(raw, path.slice(0, withAt))
    const called = isMap(step) ? definitionOf(file.schema, `#/definitions/call.${String(step.call)}`) : undefined
    if (called) return schemasAt(file.schema, called, valueAt(raw, path.slice(0, withAt + 1)), path.slice(withAt + 1))
  }
  return schemasAt(file.schema, file.root, raw, path)
}

function fieldsIn(schemas: readonly JsonSchema[]): readonly (readonly [string, JsonSchema])[] {
  const all = schemas.flatMap(({ properties }) => (isMap(properties) ? Object.entries(properties) : []))
  const forbidden = new Set(all.filter(([, field]) => field === false).map(([key]) => key))
  // A key that stands in several of them is described by one, and only mentioned by the others.
  const described = all.toSorted(([, a], [, b]) => Number(isDescribed(b)) - Number(isDescribed(a)))
  return described.flatMap(([key, field]) => {
    if (forbidden.has(key)) return []
    return isMap(field) ? [[key, field] as const] : field === true ? [[key, {}] as const] : []
  })
}

function isDescribed(field: unknown): boolean {
  return isMap(field) && field.description !== undefined
}

function writing(root: JsonSchema, key: string, field: JsonSchema, cursor: Cursor, startsTrigger: boolean) {
  if (cursor.hasColon) return { text: key }
  const lines = startsTrigger ? writeRequired(root, `trigger.${key}`, () => false) : [writeField(root, key, field, 1)]
  return { text: indent(lines.join('\n') || `${key}: $1`, cursor.keyIndent), isSnippet: true }
}

function colonAfter(key: string, { hasColon }: Cursor): string {
  return hasColon ? key : `${key}: `
}

/** A node of each type with the fields that it must have. */
function wholeNodes(root: JsonSchema, cursor: Cursor, written: ReadonlySet<string>): readonly Suggestion[] {
  const types = definitionOf(root, '#/definitions/node')?.properties
  const { enum: names, enumDescriptions } = isMap(types) && isMap(types.type) ? types.type : {}
  if (!Array.isArray(names) || cursor.hasColon) return []
  return names.map((name: unknown, index) => {
    const lines = writeRequired(root, `node.${String(name)}`, (key) => key === 'type' || written.has(key))
    return {
      label: String(name),
      kind: kinds.snippet,
      detail: 'node',
      documentation: Array.isArray(enumDescriptions) ? String(enumDescriptions[index]) : undefined,
      text: indent([`type: ${escapeSnippet(String(name))}`, ...lines].join('\n'), cursor.keyIndent),
      isSnippet: true,
      rank: 2,
    }
  })
}

export function documentationOf(root: JsonSchema, field: JsonSchema): string | undefined {
  const schemas = schemasAt(root, field, undefined, [])
  const byDefault = schemas.map((one) => one.default).find((value) => value !== undefined)
  const examples = schemas.flatMap((one) => (Array.isArray(one.examples) ? one.examples : []))
  const parts = [
    descriptionIn(schemas),
    byDefault === undefined ? undefined : `Default: \`${JSON.stringify(byDefault)}\`.`,
    examples.length === 0 ? undefined : `Example: \`${examples.map((one) => JSON.stringify(one)).join('`, `')}\`.`,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join('\n\n')
}

export function typeName(root: JsonSchema, field: JsonSchema): string | undefined {
  const schemas = schemasAt(root, field, undefined, [])
  const types = schemas.flatMap(({ type }) => (type === undefined ? [] : [type].flat())).map(String)
  const named = [...new Set(types)].map((type) => ({ string: 'text', array: 'list' })[type] ?? type)
  return named.length === 0 ? firstSentence(field.title) : named.join(' or ')
}
