/** What is written in one go: a key with the beginning of its value, and a node or a trigger with the fields that it must have. */
import type { JsonSchema } from '../../../engine/json-schema/shape-of-schema.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { definitionOf, schemasAt } from '../schema-walk.ts'
import { escapeSnippet } from './items.ts'

/** `key: value`, where a value can be guessed. `stop` numbers the first place where something is to be typed. */
export function writeField(root: JsonSchema, key: string, schema: JsonSchema, stop: number): string {
  const schemas = schemasAt(root, schema, undefined, [])
  const choices = schemas.flatMap((one) => choicesIn(one)).filter((choice) => !/[,|{}$\\]/.test(choice))
  if (choices.length > 1 && choices.length <= 40) return `${key}: \${${stop}|${[...new Set(choices)].join(',')}|}`
  const example = schemas.flatMap(({ examples }) => (Array.isArray(examples) ? examples : []))[0]
  if (typeof example === 'string' || typeof example === 'number') {
    return `${key}: \${${stop}:${escapeSnippet(String(example))}}`
  }
  const types = schemas.map(({ type }) => type)
  if (types.includes('array') && !types.includes('string')) return `${key}:\n  - $${stop}`
  if (types.includes('object') && !types.includes('string')) return `${key}:\n  $${stop}`
  return `${key}: $${stop}`
}

/** The values that a schema lists. */
export function choicesIn(schema: JsonSchema): readonly string[] {
  if (Array.isArray(schema.enum)) return schema.enum.map(String)
  if (schema.const !== undefined && !isMap(schema.const)) return [String(schema.const)]
  return schema.type === 'boolean' ? ['true', 'false'] : []
}

/** The fields that a node or a trigger must have, one a line, but for those that `isThere` has already. */
export function writeRequired(
  root: JsonSchema,
  definition: string,
  isThere: (key: string) => boolean,
): readonly string[] {
  const schema = definitionOf(root, `#/definitions/${definition}`) ?? {}
  const { required, properties } = schema
  const keys = Array.isArray(required) ? required.map(String).filter((key) => !isThere(key)) : []
  return keys.map((key, index) => {
    const own = isMap(properties) && isMap(properties[key]) ? properties[key] : {}
    return writeField(root, key, own, index + 1)
  })
}

/** Moves the lines after the first to the right. */
export function indent(text: string, by: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`)
}
