/** The fields of a configuration, read from its schema. */
import { table } from './markdown.ts'

/** A JSON Schema as far as the definitions use it. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  /** The schema of a text that may also be a list. */
  readonly then?: Schema
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly 'x-flowpot'?: string
  readonly 'x-flowpot-of'?: Schema
  readonly acceptsDigits?: boolean
}

export function fieldTable(schema: Schema): string {
  const rows = rowsOf(schema)
  if (rows.length === 0) return 'It has no fields.'
  return table(['field', 'type', 'required', 'default', 'meaning'], rows)
}

/** Per field: its name, what it takes, whether it is required, its default, and what it says. */
export function rowsOf(schema: Schema, prefix = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    const row = [
      `\`${path}\``,
      describeType(field),
      schema.required?.includes(name) ? 'yes' : '',
      field.default === undefined ? '' : `\`${field.default}\``,
      [field.description, ...examplesOf(field)].filter((text) => text !== undefined).join(' '),
    ]
    const values = Object.values(field.patternProperties ?? {})[0]
    return [
      row,
      ...(field.items?.properties ? rowsOf(field.items, `${path}[].`) : []),
      ...(values?.properties ? rowsOf(values, `${path}.NAME.`) : []),
    ]
  })
}

function examplesOf({ examples = [] }: Schema): string[] {
  return examples.length === 0 ? [] : [`For example ${examples.map((example) => `\`${example}\``).join(' or ')}.`]
}

export function describeType(schema: Schema): string {
  switch (schema['x-flowpot']) {
    case 'template':
      return 'text with templates'
    case 'expression':
      return 'an expression'
    case 'path':
      return 'a payload path'
    case 'code':
      return 'text without templates'
    case 'value':
      return schema['x-flowpot-of']
        ? `${describePlain(schema['x-flowpot-of'])}, or a template`
        : 'any value, with templates'
  }
  return describePlain(schema)
}

function describePlain(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(describePlain).join(', ')
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.enum)
    return [...new Set(schema.enum.map(String))]
      .filter((value) => value !== '')
      .map((value) => `\`${value}\``)
      .join(', ')
  if (schema.then?.enum) return `${describePlain(schema.then)}, or a list of them`
  if (typeof schema.type === 'object') {
    // The text would only be the digits of the number, as in a query.
    const types = schema.pattern?.startsWith('^[0-9]') ? schema.type.filter((type) => type !== 'string') : schema.type
    return types.map((type) => describePlain({ ...schema, type })).join(' or ')
  }
  switch (schema.type) {
    case 'string':
      return { 'date-time': 'a time (ISO 8601)', email: 'an e-mail address' }[schema.format ?? ''] ?? 'text'
    case 'null':
      return '`null`'
    case 'integer':
    case 'number':
      return describeNumber(schema)
    case 'boolean':
      return '`true`, `false`'
    case 'array':
      return schema.items?.properties
        ? 'a list of maps'
        : `a list of ${schema.items ? describeType(schema.items) : 'values'}`
    case 'object':
      return describeMap(schema)
  }
  return 'any value'
}

function describeNumber({ type, minimum, maximum }: Schema): string {
  const kind = type === 'integer' ? 'a whole number' : 'a number'
  if (minimum !== undefined && maximum !== undefined) return `${kind} from ${minimum} to ${maximum}`
  return minimum === undefined ? kind : `${kind}, ${minimum} or more`
}

function describeMap({ properties, patternProperties, additionalProperties }: Schema): string {
  if (properties) {
    const kinds = new Set(Object.values(properties).map(describeType))
    const names = Object.keys(properties).map((name) => `\`${name}\``)
    if (kinds.size === 1 && names.length > 3) return `a map of ${names.join(', ')}, each ${[...kinds].join()}`
    const fields = Object.entries(properties).map(([name, field]) => `\`${name}\`: ${describeType(field)}`)
    return `a map with ${fields.join(' and ')}`
  }
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined
  const [values = others] = Object.values(patternProperties ?? {})
  if (values?.properties) return 'a map of maps'
  return values ? `a map of ${describeType(values)}` : 'a map'
}
