/** Describes in a few words what a JSON Schema accepts: "an integer from 100 to 599". */
import { isMap } from '../values/is-map.ts'
import type { JsonSchema } from './shape-of-schema.ts'

/** `undefined` if a few words cannot describe the schema. */
export function expectationOf(schema: unknown): string | undefined {
  if (!isMap(schema)) return undefined
  const choices = choicesOf(schema)
  if (choices !== undefined)
    return listed(choices.map((choice) => (typeof choice === 'string' ? choice : JSON.stringify(choice))))
  const ways = schema.anyOf ?? schema.oneOf
  if (Array.isArray(ways)) {
    const words = ways.map(expectationOf)
    return words.every((word) => word !== undefined) ? listed([...new Set(words)]) : undefined
  }
  const types = Array.isArray(schema.type) ? schema.type : [schema.type]
  const words = types.map((type) => (typeof type === 'string' ? wordsByType[type]?.(schema) : undefined))
  return words.every((word) => word !== undefined) ? listed(words) : undefined
}

/** The allowed values, if the schema lists them: an enum, a const, or several of them. */
export function choicesOf(schema: unknown): readonly unknown[] | undefined {
  if (!isMap(schema)) return undefined
  if (Array.isArray(schema.enum)) return schema.enum
  if ('const' in schema) return [schema.const]
  const ways = schema.anyOf ?? schema.oneOf
  if (!Array.isArray(ways)) return undefined
  const choices = ways.map(choicesOf)
  return choices.every((choice) => choice !== undefined) ? choices.flat() : undefined
}

/** The required keys of each of several objects: "{ set, to } or { remove }". */
export function formsOf(schema: unknown): string | undefined {
  const ways = isMap(schema) ? (schema.anyOf ?? schema.oneOf) : undefined
  if (!Array.isArray(ways)) return undefined
  const forms = ways.map((way) => (isMap(way) && Array.isArray(way.required) ? formOf(way.required) : undefined))
  return forms.every((form) => form !== undefined) ? listed(forms) : undefined
}

export function formOf(keys: readonly unknown[]): string {
  return keys.length === 0 ? '{}' : `{ ${keys.join(', ')} }`
}

const wordsByType: Readonly<Record<string, (schema: JsonSchema) => string>> = {
  string: (schema) => `a text${textLimits(schema)}${textForm(schema)}`,
  integer: (schema) => `an integer${numberLimits(schema)}`,
  number: (schema) => `a number${numberLimits(schema)}`,
  boolean: () => 'true or false',
  null: () => 'null',
  array: (schema) =>
    `a list${countLimits(schema.minItems, schema.maxItems, 'item')}${schema.uniqueItems === true ? ', none of them twice' : ''}`,
  object: (schema) => `an object${countLimits(schema.minProperties, schema.maxProperties, 'key')}`,
}

function numberLimits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: JsonSchema): string {
  const limits: string[] = []
  if (minimum !== undefined && maximum !== undefined) limits.push(`from ${minimum} to ${maximum}`)
  else if (minimum !== undefined) limits.push(`of at least ${minimum}`)
  else if (maximum !== undefined) limits.push(`of at most ${maximum}`)
  if (exclusiveMinimum !== undefined) limits.push(`greater than ${exclusiveMinimum}`)
  if (exclusiveMaximum !== undefined) limits.push(`less than ${exclusiveMaximum}`)
  if (multipleOf !== undefined) limits.push(`that ${multipleOf} divides`)
  return limits.map((limit) => ` ${limit}`).join('')
}

function textLimits({ minLength, maxLength }: JsonSchema): string {
  if (minLength === 1 && maxLength === undefined) return ' that is not empty'
  return countLimits(minLength, maxLength, 'character')
}

function textForm({ format, pattern }: JsonSchema): string {
  if (typeof format === 'string') return ` in the form of ${formats[format] ?? `a ${format}`}`
  return typeof pattern === 'string' ? ` that matches ${pattern}` : ''
}

const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  'date-time': 'a date with time, such as 2026-01-31T12:00:00Z',
  uri: 'a URL',
  uuid: 'a UUID',
}

function countLimits(least: unknown, most: unknown, unit: string): string {
  const units = (count: unknown) => `${count} ${unit}${count === 1 ? '' : 's'}`
  if (least !== undefined && least !== 0 && most !== undefined) {
    return least === most ? ` of ${units(least)}` : ` of ${least} to ${units(most)}`
  }
  if (most !== undefined) return ` of at most ${units(most)}`
  return least === undefined || least === 0 ? '' : ` of at least ${units(least)}`
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
