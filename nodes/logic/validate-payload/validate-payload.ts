import type { ErrorObject } from 'ajv'
import { Type } from 'typebox'
import { hasTemplate } from '../../../engine/compile/compile-value.ts'
import { decisiveErrors } from '../../../engine/json-schema/decisive-errors.ts'
import { expectationOf } from '../../../engine/json-schema/expectation.ts'
import { listShape, objectShape, scalar } from '../../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../../engine/node.ts'
import { type CompiledValue, PathTo, Value } from '../../../engine/schema.ts'
import { isObject } from '../../../engine/values/coerce.ts'
import { type Path, parsePath, pathOf } from '../../../engine/values/path.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { filled, templateAt } from '../../parts/losant-fields.ts'
import { valueOfJsonTemplate } from '../../parts/losant-json.ts'
import { wrongValue } from '../../parts/misplaced.ts'
import { refuse } from '../../parts/refuse.ts'
import { written } from '../../parts/written.ts'
import { checkSchema } from './check-schema.ts'
import { fromDraft04 } from './draft-04.ts'
import { compileGivenSchema, compileSchema, type Validate } from './json-schema.ts'

export const validatePayload = defineNode({
  type: 'validate-payload',
  losant: { type: 'ValidatePayloadNode', translate },
  summary: 'Takes one of two ways, depending on whether a part of the payload fits a JSON Schema.',
  description: `\`then\` is taken if the value fits, \`else\` if it does not, or if it is missing and the schema requires one. Without an \`else\`, the run fails, so
that nothing goes on with a value that does not fit.

The value at \`result\` is a list of problems, each \`{ field, message }\`, where \`field\` is a path of the payload. The list is empty if the value
fits, and has only the first problem of a value of more than 32 KB.

The schema is of draft-07 and complete in itself: a \`$ref\` leads within it, and is written in quotes because of its \`#\`. It is checked when the flow
loads. If it comes with the payload, keywords that draft-07 does not have (the misspelt \`minlength\`, \`prefixItems\` of a later draft) fail the run,
since they would be ignored. Keywords of your own begin with \`x-\`. A \`pattern\` is read as Unicode (\`\\\\p{L}\`) if possible. Never take a schema
from a client: it could be made to take very long.`,
  config: Type.Object({
    schema: Value({ description: 'The JSON Schema, or a template of one.', examples: ['<< globals.orderSchema >>'] }),
    source: Type.Optional(
      PathTo({ description: 'The path of the value. Defaults to the whole payload.', examples: ['data.body'] }),
    ),
    result: Type.Optional(PathTo({ description: 'Where the list of problems goes.' })),
  }),
  outputs: ['else', 'then'],
  throwsUnlessWired: ['else'],
  check,
  demands: ({ schema, source = '.' }) =>
    isObject(schema) && !hasTemplate(schema) ? [{ path: String(source), schema }] : [],
  writes: ({ result }) => written(result, listShape(objectShape({ field: scalar, message: scalar }))),
  compile: ({ schema, source = parsePath('.'), result }, { wired, config }) => {
    const own = isObject(config.schema) && !hasTemplate(config.schema) ? config.schema : undefined
    const compileGiven = rememberGiven(schema)
    return (payload) => {
      // A schema in the flow itself was compiled when it was checked.
      const validate = own ? compileSchema(own) : compileGiven(payload)
      const problems = problemsOf(source, payload, validate)
      result?.set(payload, problems)
      const [first] = problems
      if (!first) return 'then'
      return refuse({ message: `${first.field} ${first.message}.` }, { payload, result: undefined, wired })
    }
  },
  examples: [
    {
      title: 'The body of a request',
      yaml: `type: validate-payload
source: data.body
schema:
  type: object
  required: [ email ]
  properties:
    email: { type: string, format: email }
    pots: { type: integer, minimum: 1 }
  additionalProperties: false
result: data.problems
else:
  - type: reply
    status: 400
    body: { problems: << data.problems >> }`,
      payload: { data: { body: { pots: 0, pot: 1 } } },
      expect: {
        output: 'else',
        payload: {
          'data.problems': [
            { field: 'data.body.email', message: 'is missing' },
            { field: 'data.body.pot', message: 'is not allowed' },
            { field: 'data.body.pots', message: 'must be an integer of at least 1' },
          ],
        },
      },
    },
    {
      title: 'A value that fits',
      yaml: `type: validate-payload
source: data.voltage
schema: { type: number, minimum: 0, maximum: 5 }
result: data.problems
else: end`,
      payload: { data: { voltage: 1.7 } },
      expect: { output: 'then', payload: { 'data.problems': [] } },
    },
    {
      title: 'A value that does not fit, without an else',
      yaml: `type: validate-payload
source: data.voltage
schema: { type: number }`,
      payload: { data: { voltage: 'high' } },
      expect: { error: 'data.voltage must be a number.' },
    },
  ],
})

interface FieldProblem {
  readonly field: string
  readonly message: string
}

const maxRemembered = 20

/** Compiling takes milliseconds, and most runs bring the same schema. */
function rememberGiven(schema: CompiledValue): (payload: Payload) => Validate {
  const remembered = new Map<string, Validate>()
  return (payload) => {
    const rendered = schema(payload)
    const text = JSON.stringify(rendered) ?? ''
    const known = remembered.get(text)
    if (known) return known
    const validate = compileOrThrow(rendered)
    if (remembered.size >= maxRemembered) remembered.clear()
    remembered.set(text, validate)
    return validate
  }
}

function compileOrThrow(schema: unknown): Validate {
  try {
    return compileGivenSchema(schema)
  } catch (cause) {
    throw new Error(`The schema cannot be used: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

/** The problems of the value, at most one for each place. */
function problemsOf(source: Path, payload: Payload, validate: Validate): FieldProblem[] {
  const problems = new Map<string, FieldProblem>()
  try {
    for (const error of decisiveErrors(validate(source.get(payload)), () => false)) {
      const problem = wordError(error, source)
      if (!problems.has(problem.field)) problems.set(problem.field, problem)
    }
  } catch (error) {
    // A schema that refers to itself may follow a value deeper than the stack allows.
    if (!(error instanceof RangeError)) throw error
    return [{ field: source.text, message: 'is nested too deeply' }]
  }
  return [...problems.values()].sort((a, b) => (a.field < b.field ? -1 : 1))
}

function wordError(error: ErrorObject, source: Path): FieldProblem {
  const { missingProperty, additionalProperty, propertyName } = error.params as Readonly<Record<string, unknown>>
  const below = error.instancePath.split('/').slice(1).map(fromPointer)
  const field = (...keys: readonly unknown[]) => pathOf([...source.segments, ...below, ...keys.map(String)]).text
  if (missingProperty !== undefined) return { field: field(missingProperty), message: 'is missing' }
  if (additionalProperty !== undefined) return { field: field(additionalProperty), message: 'is not allowed' }
  if (propertyName !== undefined) return { field: field(propertyName), message: 'is not a name that is allowed' }
  const expectation = wordedKeywords.has(error.keyword) ? expectationOf(error.parentSchema) : undefined
  return { field: field(), message: expectation ? `must be ${expectation}` : (error.message ?? 'does not fit') }
}

/** Keywords that `expectationOf` combines into a few words: `an integer of at least 1`. */
const wordedKeywords: ReadonlySet<string> = new Set([
  ...['type', 'enum', 'const', 'format', 'pattern', 'uniqueItems', 'anyOf', 'oneOf'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
])

function fromPointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

function check({ config: { schema }, checker, report }: NodeCheck): void {
  if (typeof schema === 'string' && hasTemplate(schema)) return
  if (!isObject(schema) || Array.isArray(schema)) {
    const hint = 'Write it below, or a template of one, as in << globals.orderSchema >>.'
    return wrongValue(report, ['schema'], 'schema must be a JSON Schema.', hint)
  }
  for (const { at, ...complaint } of checkSchema(schema, checker)) report({ ...complaint, at: ['schema', ...at] })
}

function translate({ schemaType = 'json', schema, toValidatePath, errorsPath }: RawConfig): RawConfig {
  return {
    schema: schemaType === 'path' ? templateAt(schema, 'schema') : fromDraft04(valueOfJsonTemplate(String(schema))),
    ...filled({ source: toValidatePath, result: errorsPath }),
  }
}
