/** Checks a value against a JSON Schema and describes what is wrong in sentences, one per place. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { default as addFormats } from 'ajv-formats'
import type { DocumentPath } from '../source/position.ts'
import type { FieldProblem } from '../source/problem.ts'
import { closeSchema } from './close-schema.ts'
import { decisiveErrors, type HasTemplate } from './decisive-errors.ts'
import { addExactMultipleOf } from './multiple-of.ts'
import { wordSchemaError } from './schema-wording.ts'
import { unicodePattern } from './unicode-pattern.ts'

export interface SchemaChecker {
  /**
   * Compiles each schema object once. An object that lists its properties accepts no others unless the schema says so.
   * Where `hasTemplate` holds for a part of the value, that part may stand for a value of any type.
   */
  check(schema: object, value: unknown, options?: { readonly hasTemplate?: HasTemplate }): FieldProblem[]
}

/** Keeps compiled schemas from one load to the next, since compiling them takes most of a reload's time. */
let shared: SchemaChecker | undefined

export function sharedSchemaChecker(): SchemaChecker {
  shared ??= createSchemaChecker()
  return shared
}

/** More than an application has. Each version of a schema that somebody types in an editor is a text of its own. */
const maxTexts = 5_000

export function createSchemaChecker(): SchemaChecker {
  let ajv = createAjv()
  let compiled = new WeakMap<object, ValidateFunction>()
  // Every load creates the schemas of its custom nodes again, and most of them have not changed.
  const byText = new Map<string, ValidateFunction>()
  const compile = (schema: object): ValidateFunction => {
    const text = JSON.stringify(schema)
    const validate = byText.get(text) ?? ajv.compile(closeSchema(schema))
    if (byText.size >= maxTexts) {
      // Ajv keeps whatever it has compiled, so all of it is dropped.
      byText.clear()
      compiled = new WeakMap()
      ajv = createAjv()
    }
    byText.set(text, validate)
    return validate
  }
  return {
    check(schema, value, { hasTemplate = () => false } = {}) {
      let validate = compiled.get(schema)
      if (validate === undefined) {
        validate = compile(schema)
        compiled.set(schema, validate)
      }
      if (validate(value)) return []
      return complaintsOf(decisiveErrors(validate.errors ?? [], hasTemplate), value)
    },
  }
}

function createAjv(): Ajv {
  // Not strict, since schemas have our own keywords (`x-flowpot`), which do not restrict the value. With `ownProperties`, since a
  // value may have keys such as `constructor` or `__proto__`.
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    ownProperties: true,
    addUsedSchema: false,
    code: { regExp: unicodePattern },
  })
  addFormats.default(ajv)
  addExactMultipleOf(ajv)
  return ajv
}

function complaintsOf(errors: readonly ErrorObject[], value: unknown): FieldProblem[] {
  const complaints = new Map<string, FieldProblem>()
  for (const error of errors) {
    const complaint = wordSchemaError(error, pathOf(error.instancePath, value))
    const place = JSON.stringify([complaint.at, complaint.code])
    if (!complaints.has(place)) complaints.set(place, complaint)
  }
  return [...complaints.values()]
}

/** Turns a JSON pointer into a path, in which the indexes of lists are numbers. */
function pathOf(pointer: string, value: unknown): DocumentPath {
  let current = value
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
      const segment = Array.isArray(current) ? Number(key) : key
      current = typeof current === 'object' && current !== null ? Reflect.get(current, key) : undefined
      return segment
    })
}
