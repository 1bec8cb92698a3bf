/** Words an error of the schema validator as a sentence with a hint. */
import type { ErrorObject } from 'ajv'
import { nearestName } from '../source/nearest-name.ts'
import type { DocumentPath } from '../source/position.ts'
import type { ProblemCode } from '../source/problem.ts'
import { isMap } from '../values/is-map.ts'
import { choicesOf, expectationOf, formOf, formsOf } from './expectation.ts'

export interface SchemaComplaint {
  readonly code: ProblemCode
  /** The path within the checked value. */
  readonly path: DocumentPath
  /** Point at the key and not at its value. */
  readonly atKey?: boolean
  readonly message: string
  readonly hint?: string
}

/** `path` leads to the value that the error is about. */
export function wordSchemaError(error: ErrorObject, path: DocumentPath): SchemaComplaint {
  const unknownKey = text(error.params.additionalProperty)
  if (unknownKey !== undefined) return wordUnknownField(error, path, unknownKey)
  const missing = text(error.params.missingProperty)
  if (missing !== undefined) {
    return {
      code: 'FLOW_MISSING_FIELD',
      path: [...path, missing],
      message: `${nameOf([...path, missing])} is missing.`,
      ...hintOf(describeField(error.parentSchema?.properties?.[missing])),
    }
  }
  const hint = hintFor(error) ?? describeField(error.parentSchema)
  return { code: 'FLOW_WRONG_TYPE', path, message: sentenceFor(error, path), ...hintOf(hint) }
}

function wordUnknownField(error: ErrorObject, path: DocumentPath, key: string): SchemaComplaint {
  const known = Object.keys(error.parentSchema?.properties ?? {})
  const nearest = nearestName(key, known)
  const owner = path.length === 0 ? '' : ` in ${nameOf(path)}`
  const hint =
    nearest !== undefined
      ? `Did you mean ${nearest}?`
      : known.length > 0
        ? `There are: ${known.join(', ')}.`
        : undefined
  const message = `There is no field ${key}${owner}.`
  return {
    code: 'FLOW_UNKNOWN_FIELD',
    path: [...path, key],
    atKey: true,
    message,
    ...hintOf(hint),
  }
}

function sentenceFor(error: ErrorObject, path: DocumentPath): string {
  const name = path.length === 0 ? 'The value' : nameOf(path)
  const data: unknown = error.data
  const forms = formsOf(error.parentSchema)
  if (forms !== undefined && isMap(data)) return `${name} must be ${forms}, not ${formOf(Object.keys(data))}.`
  const expectation = expectationOf(error.parentSchema)
  if (expectation === undefined) return `${name} ${error.message ?? 'does not fit'}.`
  return `${name} must be ${choicesOf(error.parentSchema)?.[1] === undefined ? '' : 'one of '}${expectation}, not ${shown(error.data)}.`
}

function hintFor({ data, parentSchema }: ErrorObject): string | undefined {
  const ways: unknown[] = [parentSchema?.anyOf ?? parentSchema?.oneOf ?? parentSchema].flat()
  const choices = ways.flatMap((way) => choicesOf(way) ?? [])
  if (typeof data === 'string' && choices.length > 0) {
    const nearest = nearestName(data, choices.map(String))
    return nearest === undefined ? undefined : `Did you mean ${nearest}?`
  }
  const types: unknown[] = [parentSchema?.type].flat()
  if (types.includes('string') && (typeof data === 'number' || typeof data === 'boolean')) {
    return `If it is a text, put it in quotes: "${data}"`
  }
  const isNumeric = types.includes('number') || types.includes('integer')
  if (isNumeric && typeof data === 'string' && /^-?\d+(?:\.\d+)?$/.test(data)) return `Take the quotes away: ${data}`
  if (types.includes('boolean') && typeof data === 'string' && /^(?:true|false|yes|no|on|off)$/i.test(data)) {
    return `Write ${/^(?:true|yes|on)$/i.test(data)}, without quotes.`
  }
  return undefined
}

function hintOf(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint }
}

/** The schema's own description of a field. */
function describeField(schema: unknown): string | undefined {
  if (!isMap(schema) || typeof schema.description !== 'string') return undefined
  const example: unknown = Array.isArray(schema.examples) ? schema.examples[0] : undefined
  if (example === undefined) return schema.description
  return `${schema.description} For example: ${typeof example === 'string' ? example : JSON.stringify(example)}`
}

/** `tags[0].key` */
function nameOf(path: DocumentPath): string {
  return path
    .map((segment, index) => (typeof segment === 'number' ? `[${segment}]` : index === 0 ? segment : `.${segment}`))
    .join('')
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'string' && value.length > 60)
    return `${JSON.stringify(value.slice(0, 60))}… (${value.length} characters)`
  return value === undefined ? 'nothing' : JSON.stringify(value)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
