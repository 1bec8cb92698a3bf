/** Words an error of the schema validator as a sentence with a hint. */
import type { ErrorObject } from 'ajv'
import { didYouMean } from '../source/nearest-name.ts'
import { type DocumentPath, writePlace } from '../source/position.ts'
import type { FieldProblem } from '../source/problem.ts'
import { isMap } from '../values/is-map.ts'
import { choicesOf, expectationOf, formOf, formsOf } from './expectation.ts'

/** `at` is the path of the value that the error is about, within the value that was checked. */
export function wordSchemaError(error: ErrorObject, at: DocumentPath): FieldProblem {
  const { additionalProperty: unknown, missingProperty: missing } = error.params
  if (typeof unknown === 'string') return wordUnknownField(error, at, unknown)
  if (typeof missing === 'string') {
    const path = [...at, missing]
    const hint = describeField(error.parentSchema?.properties?.[missing])
    return { code: 'FLOW_MISSING_FIELD', at: path, message: `${writePlace(path)} is missing.`, hint }
  }
  const hint = hintFor(error) ?? describeField(error.parentSchema)
  return { code: 'FLOW_WRONG_TYPE', at, message: sentenceFor(error, at), hint }
}

function wordUnknownField(error: ErrorObject, at: DocumentPath, key: string): FieldProblem {
  const known = Object.keys(error.parentSchema?.properties ?? {})
  const owner = at.length === 0 ? '' : ` in ${writePlace(at)}`
  return {
    code: 'FLOW_UNKNOWN_FIELD',
    at: [...at, key],
    atKey: true,
    message: `There is no field ${key}${owner}.`,
    hint: didYouMean(key, known) ?? (known.length > 0 ? `The fields are: ${known.join(', ')}.` : undefined),
  }
}

function sentenceFor(error: ErrorObject, at: DocumentPath): string {
  const name = at.length === 0 ? 'The value' : writePlace(at)
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
  if (typeof data === 'string' && choices.length > 0) return didYouMean(data, choices.map(String))
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

/** The schema's own description of a field. */
function describeField(schema: unknown): string | undefined {
  if (!isMap(schema) || typeof schema.description !== 'string') return undefined
  const example: unknown = Array.isArray(schema.examples) ? schema.examples[0] : undefined
  if (example === undefined) return schema.description
  return `${schema.description} For example: ${typeof example === 'string' ? example : JSON.stringify(example)}`
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'string' && value.length > 60)
    return `${JSON.stringify(value.slice(0, 60))}… (${value.length} characters)`
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
