/** Checks a JSON Schema that is written in a flow, when the flow loads. */
import { Ajv } from 'ajv'
import { default as addFormats } from 'ajv-formats'
import { hasTemplate } from '../../../engine/compile/compile-value.ts'
import type { SchemaChecker } from '../../../engine/json-schema/schema-problems.ts'
import type { FieldProblem } from '../../../engine/source/problem.ts'
import { isObject } from '../../../engine/values/coerce.ts'
import { compileSchema } from './json-schema.ts'

let strictMeta: object | undefined

/**
 * The schema of the schemas that flows contain: a format must be known, and a `$ref` must lead within the schema, since
 * nothing is fetched. The checker closes it, so that a misspelt keyword is reported.
 */
function metaSchema(): object {
  if (strictMeta) return strictMeta
  const ajv = new Ajv()
  addFormats.default(ajv)
  const draft07 = ajv.schemas['http://json-schema.org/draft-07/schema']?.schema
  // The checker's Ajv keeps no schema by which "#" could be found.
  const copy: unknown = JSON.parse(JSON.stringify(draft07).replaceAll('"$ref":"#"', '"$ref":"#/definitions/schema"'))
  if (!isObject(copy) || !isObject(copy.properties)) throw new Error('Ajv has no draft-07.')
  const { $id, $schema, definitions, properties, ...rest } = copy
  const schema = {
    ...rest,
    properties: {
      ...properties,
      $schema: { enum: [$id] },
      $ref: { type: 'string', pattern: '^#' },
      $defs: { type: 'object', additionalProperties: { $ref: '#/definitions/schema' } },
      format: { enum: Object.keys(ajv.formats) },
      // Ajv's copy of draft-07 lacks it.
      writeOnly: { type: 'boolean' },
    },
    patternProperties: { '^x-': {} },
  }
  strictMeta = { definitions: Object.assign({}, definitions, { schema }), $ref: '#/definitions/schema' }
  return strictMeta
}

/** The problems of a schema in a flow. Their paths start at the schema. */
export function checkSchema(schema: object, checker: SchemaChecker): readonly FieldProblem[] {
  const complaints = checker.check(metaSchema(), schema, { hasTemplate }).map(wordReference)
  return complaints.length > 0 || hasTemplate(schema) ? complaints : compileComplaints(schema)
}

function wordReference(complaint: FieldProblem): FieldProblem {
  if (complaint.at.at(-1) !== '$ref') return complaint
  const hint = 'Nothing is fetched. Write "#/definitions/NAME", in quotes.'
  return { ...complaint, message: 'A $ref must lead within the schema.', hint }
}

function compileComplaints(schema: object): FieldProblem[] {
  try {
    compileSchema(schema)(null)
    return []
  } catch (error) {
    const { missingRef } = error as { missingRef?: string } // of Ajv's error for it
    if (missingRef !== undefined) {
      const at = placeOf(schema, missingRef) ?? []
      return [{ code: 'FLOW_WRONG_TYPE', at, message: `There is nothing in the schema at ${missingRef}.` }]
    }
    const message =
      error instanceof RangeError ? 'The schema refers to itself without end.' : `The schema cannot be used: ${error}.`
    return [{ code: 'FLOW_WRONG_TYPE', at: [], message }]
  }
}

/** The path of a reference. */
function placeOf(value: unknown, reference: string): (string | number)[] | undefined {
  if (!isObject(value)) return undefined
  if (value.$ref === reference) return ['$ref']
  for (const [key, below] of Object.entries(value)) {
    const place = placeOf(below, reference)
    if (place) return [Array.isArray(value) ? Number(key) : key, ...place]
  }
  return undefined
}
