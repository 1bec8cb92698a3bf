/** For types with several operations: which operation takes which fields. */
import { Type } from 'typebox'
import type { Shape } from '../../engine/json-schema/shape.ts'
import type { NodeCheck } from '../../engine/node.ts'
import { lacking, onlyOne, refuseFields } from './misplaced.ts'

export interface Operation {
  /** What the operation gives, for the page. */
  readonly meaning: string
  /** Fields that it requires. If an entry lists several, one of them is enough. */
  readonly required?: readonly (string | readonly string[])[]
  readonly optional?: readonly string[]
  /** The shape of the value at `result` afterwards. */
  readonly shape: Shape
}

export type Operations = Readonly<Record<string, Operation>>

export function operationField<O extends Operations>(operations: O) {
  const names = Object.keys(operations).map((name) => ({ const: name }))
  return Type.Unsafe<keyof O & string>({ anyOf: names, description: 'The operation.' })
}

/** `common` are the fields that every operation takes. */
export function checkOperation(check: NodeCheck, operations: Operations, common: readonly string[]): void {
  const { config, report } = check
  const name = String(config.operation)
  const { required = [], optional = [] } = operations[name] ?? {}
  for (const fields of required.map((field) => [field].flat())) {
    if (onlyOne(check, fields) === undefined) lacking(report, `${name} needs ${fields.join(' or ')}.`)
  }
  const known = new Set(['operation', ...common, ...required.flat(), ...optional])
  const others = Object.keys(config).filter((field) => !known.has(field))
  refuseFields(check, others, (field) => `${name} takes no ${field}.`)
}

/** Throws if a field that the operation requires renders to nothing. */
export function needed<T>(field: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`${field} is missing.`)
  return value
}

/** For the page: every operation with its required fields, and its optional ones in brackets. */
export function operationTable(operations: Operations): string {
  const code = (name: string) => `\`${name}\``
  const rows = Object.entries(operations).map(([name, { meaning, required = [], optional = [] }]) => {
    const fields = [
      ...required.map((field) => [field].flat().map(code).join(' or ')),
      ...optional.map((field) => `[${code(field)}]`),
    ]
    return `| ${code(name)} | ${fields.join(', ')} | ${meaning} |`
  })
  return ['| operation | fields | result |', '|---|---|---|', ...rows].join('\n')
}
