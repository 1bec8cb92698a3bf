/** The validator of all parameters, from REST and from flows. It coerces, defaults and strips nothing. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { TSchema } from 'typebox'
import { invalid } from './refusals.ts'

const maxDepth = 40
const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype'])

let ajv: Ajv | undefined
/** Schemas are compiled on first use. */
const compiled = new WeakMap<TSchema, ValidateFunction>()

/** Throws `PLATFORM_INVALID` (400), which names the field, if `params` do not fit `schema`. */
export function validate(schema: TSchema, params: unknown): void {
  checkText(params, '', 0)
  let fits = compiled.get(schema)
  if (!fits) {
    ajv ??= createAjv()
    fits = ajv.compile(schema)
    compiled.set(schema, fits)
  }
  if (!fits(params)) throw invalid({ problem: describe(fits.errors ?? []) })
}

function createAjv(): Ajv {
  const created = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false })
  // Boundary: ajv-formats is CommonJS, and its types do not say that the module itself is the function.
  const add = addFormats as unknown as (ajv: Ajv, formats: string[]) => void
  add(created, ['date-time', 'email'])
  return created
}

/** Refuses what no schema can express: text that the databases cannot store, keys that pollute prototypes, and deep nesting. */
function checkText(value: unknown, at: string, depth: number): void {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) throw invalid({ problem: `${at} must not contain the character U+0000` })
    if (!isWellFormed(value)) {
      throw invalid({ problem: `${at} must be well-formed Unicode: half of a surrogate pair is missing` })
    }
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (depth > maxDepth) throw invalid({ problem: `${at.slice(0, 100)} is nested more than ${maxDepth} deep` })
  const isList = Array.isArray(value)
  for (const key of Object.keys(value)) {
    if (unsafeKeys.has(key))
      throw invalid({ problem: `${join(at, key)} is not allowed: ${key} has a meaning in JavaScript` })
    checkText(Reflect.get(value, key), isList ? `${at}[${key}]` : join(at, key), depth + 1)
  }
}

function describe([error]: readonly ErrorObject[]): string {
  if (!error) return 'The parameters do not fit'
  const at = error.instancePath
    .split('/')
    .slice(1)
    .reduce((path, key) => {
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~')
      return /^\d+$/.test(name) ? `${path}[${name}]` : join(path, name)
    }, '')
  const params: Record<string, unknown> = error.params
  switch (error.keyword) {
    case 'required':
      return `${join(at, String(params.missingProperty))} is required`
    case 'additionalProperties':
      return `${join(at, String(params.additionalProperty).slice(0, 100))} is not a field that can be given`
    case 'enum':
      // A flag takes `true` as well as the text `true`.
      return `${at} must be one of ${[...new Set((params.allowedValues as unknown[]).map(String))].join(', ')}`
    case 'if':
      return `${at} must be one of the values that its documentation lists`
    default:
      return `${at || 'The parameters'} ${error.message ?? 'does not fit'}`
  }
}

/** Whether no half of a surrogate pair stands alone. The databases would store another text. */
export function isWellFormed(text: string): boolean {
  // Boundary: Node 20 has `isWellFormed`, but TypeScript declares it only for ES2024.
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
