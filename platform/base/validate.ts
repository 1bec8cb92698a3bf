/** The one strict validator, for REST and flows alike: nothing is coerced, defaulted or stripped. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { TSchema } from 'typebox'
import { invalid } from './refusals.ts'

const MAX_DEPTH = 40
const unsafeKeys = new Set(['__proto__', 'constructor', 'prototype'])

let ajv: Ajv | undefined
/** A schema is compiled when it is first used. */
const compiled = new WeakMap<TSchema, ValidateFunction>()

/** Throws `PLATFORM_INVALID` (400), which names the field, where `params` do not fit `schema`. */
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
  // ajv-formats is CommonJS: its types do not tell that the function is the module itself.
  const add = addFormats as unknown as (ajv: Ajv, formats: string[]) => void
  add(created, ['date-time', 'email'])
  return created
}

/** What no schema says: text that the databases cannot hold, keys that pollute objects, and depth. */
function checkText(value: unknown, at: string, depth: number): void {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) throw invalid({ problem: `${at} must not contain the character U+0000` })
    // In Node's library since 20, in TypeScript's with ES2024.
    if (!(value as string & { isWellFormed(): boolean }).isWellFormed()) {
      throw invalid({ problem: `${at} must be well-formed Unicode: half of a surrogate pair is missing` })
    }
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (depth > MAX_DEPTH) throw invalid({ problem: `${at.slice(0, 100)} is nested more than ${MAX_DEPTH} deep` })
  const isList = Array.isArray(value)
  for (const key of Object.keys(value)) {
    if (unsafeKeys.has(key))
      throw invalid({ problem: `${join(at, key)} is not allowed: ${key} is a name of JavaScript's own` })
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
      return `${at} must be one of ${(params.allowedValues as unknown[]).join(', ')}`
    case 'if':
      return `${at} must be one of the values that its documentation lists`
    default:
      return `${at || 'The parameters'} ${error.message ?? 'does not fit'}`
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
