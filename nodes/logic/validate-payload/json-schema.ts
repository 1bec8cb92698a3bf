/** Compiles the JSON Schemas of flows: draft-07, complete in themselves. The flow's author wrote the schema, but the value may be hostile. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { default as addFormats } from 'ajv-formats'
import { addExactMultipleOf } from '../../../engine/json-schema/multiple-of.ts'
import { unicodePattern } from '../../../engine/json-schema/unicode-pattern.ts'
import { payloadSize } from '../../../engine/run/payload-size.ts'
import { isObject } from '../../../engine/values/coerce.ts'
import { refuseUnknownKeywords } from './unknown-keyword.ts'

/** The errors of a value; none if it fits. */
export type Validate = (value: unknown) => readonly ErrorObject[]

/** Finding every error of a larger value would take too long, so only its first is reported. */
const maxThoroughBytes = 32_768
const maxErrors = 100

const compiled = new WeakMap<object, Validate>()

/** Throws an `Error` that says what is wrong with the schema. Compiles each schema object once. */
export function compileSchema(schema: object): Validate {
  const known = compiled.get(schema)
  if (known) return known
  const quick = compileWith(schema, false)
  let thorough: ValidateFunction | undefined
  const validate: Validate = (value) => {
    if (quick(value)) return []
    if (payloadSize(value, maxThoroughBytes) > maxThoroughBytes) return quick.errors ?? []
    thorough ??= compileWith(schema, true)
    thorough(value)
    return thorough.errors?.slice(0, maxErrors) ?? []
  }
  compiled.set(schema, validate)
  return validate
}

/** As `compileSchema`, for a schema that came with the payload and has not been checked. */
export function compileGivenSchema(schema: unknown): Validate {
  if (!isObject(schema) || Array.isArray(schema)) throw new Error('It is not an object.')
  refuseUnknownKeywords(schema)
  metaAjv ??= new Ajv({ strict: false, logger: false })
  // A copy, since a later node may write into the one on the payload.
  if (metaAjv.validateSchema(schema)) return compileSchema(structuredClone(schema))
  throw new Error(metaAjv.errorsText(metaAjv.errors, { dataVar: 'schema' }))
}

let metaAjv: Ajv | undefined

function compileWith(schema: object, allErrors: boolean): ValidateFunction {
  // Each schema has its own instance, so that no other schema can refer to the names (`$id`) of its parts.
  const ajv = new Ajv({
    allErrors,
    verbose: true,
    strict: false,
    // A key of the value may be called `constructor`.
    ownProperties: true,
    code: { regExp: unicodePattern },
    meta: false,
    validateSchema: false,
    logger: false,
  })
  addFormats.default(ajv)
  addExactMultipleOf(ajv)
  // Ajv's own keyword compares every item with every other: it takes two seconds for 8000 objects, which are 100 KB.
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    compile: (isAsked: boolean) => (items: readonly unknown[]) =>
      !isAsked || new Set(items.map(canonical)).size === items.length,
    error: { message: 'must not have an item twice' },
  })
  const validate = ajv.compile(schema)
  // An asynchronous validator returns a promise, which would pass for true.
  if ('$async' in validate) throw new Error('It is asynchronous.')
  return validate
}

/** The same text for equal values, whatever the order of their keys. */
function canonical(value: unknown): string {
  if (!isObject(value) || value instanceof Date) return JSON.stringify(value) ?? ''
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`
}
