/** The schema of a configuration for editors: what its fields accept, and where a template may replace a value. */
import type { ActionCatalog } from '../../contracts/actions.ts'
import { closeSchema } from '../json-schema/close-schema.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import type { Fits } from '../schema.ts'
import { isMap } from '../values/is-map.ts'
import { mapSchema, ref } from './json-schema.ts'

/** A text with a template in it, whose value may be anything. */
export const templateText: JsonSchema = { type: 'string', pattern: '<<|\\{\\{' }
const digits: JsonSchema = { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]+)?$' }

/** Replaces the engine's marks in the schema of a configuration with what each field accepts. */
export function fieldSchema(schema: object, actions: ActionCatalog): JsonSchema {
  const {
    'x-flowpot': mark,
    'x-flowpot-of': of,
    acceptsDigits,
    fits,
    isJson: _isJson,
    locals: _locals,
    ...plain
  }: MarkedSchema = { ...schema }
  if (mark === undefined) {
    const below = (part: JsonSchema) => fieldSchema(part, actions)
    return mapSchema(plain, below, below)
  }
  if (of !== undefined) return { ...orTemplate(closeSchema(of), acceptsDigits ? [digits] : []), ...plain }
  const asked = fits && 'call' in fits ? parameterOf(fits, actions) : undefined
  return asked ? { ...orTemplate(asked), ...plain } : plain
}

interface MarkedSchema extends JsonSchema {
  readonly 'x-flowpot'?: string
  readonly 'x-flowpot-of'?: object
  readonly acceptsDigits?: boolean
  readonly fits?: Fits
  readonly isJson?: boolean
  readonly locals?: readonly string[]
}

function parameterOf({ call, parameter }: Extract<Fits, { call: string }>, actions: ActionCatalog) {
  const properties = actions[call]?.params.properties
  const schema = isMap(properties) ? properties[parameter] : undefined
  return isMap(schema) ? closeSchema(schema) : undefined
}

/** `schema` or one of `others`, in which a template may replace the whole value or any part. */
export function orTemplate(schema: JsonSchema, others: readonly JsonSchema[] = []): JsonSchema {
  const open = withTemplatesWithin(schema)
  if (takesAnyText(open)) return open
  const { description, default: byDefault, examples, ...asked } = open
  return {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...(examples === undefined ? {} : { examples }),
    anyOf: [asked, ...others, ref('template')],
  }
}

/** Keywords about a value as a whole. If the value contains a template, it is not known whether they hold. */
const judgesWhole: ReadonlySet<string> = new Set(['not', 'contains', 'uniqueItems'])

function withTemplatesWithin(schema: JsonSchema): JsonSchema {
  const kept = Object.fromEntries(Object.entries(schema).filter(([key]) => !judgesWhole.has(key)))
  return mapSchema(kept, orTemplate, withTemplatesWithin)
}

const limits = ['pattern', 'format', 'maxLength', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', 'if']

function takesAnyText(schema: JsonSchema): boolean {
  if (limits.some((keyword) => keyword in schema)) return false
  const { type = 'string' } = schema
  return Array.isArray(type) ? type.includes('string') : type === 'string'
}
