/** For types with several operations: which operation takes which fields. */
import { anything, type Shape } from '../../engine/json-schema/shape.ts'
import type { NodeCheck } from '../../engine/node.ts'
import { lacking, onlyOne, refuseFields } from './misplaced.ts'
import { choice } from './one-of.ts'

export interface Operation {
  /** What the operation gives, for the page. */
  readonly meaning: string
  /** Fields that it requires. If an entry lists several, one of them is enough. */
  readonly required?: readonly (string | readonly string[])[]
  readonly optional?: readonly string[]
  /** The shape of the value at `result` afterwards, if it is not the usual one of the type's operations. */
  readonly shape?: Shape
}

export type Operations = Readonly<Record<string, Operation>>

export function operationField<O extends Operations>(operations: O) {
  const names = Object.keys(operations) as (keyof O & string)[] // its keys are these names
  return choice(names, { description: 'The operation.' })
}

/** The shape of what an operation gives. */
export function shapeOfOperation(operations: Operations, name: unknown, usual: Shape): Shape {
  const operation = operations[String(name)]
  return operation ? (operation.shape ?? usual) : anything
}

/** `common` are the fields that every operation takes. */
export function checkOperation(check: NodeCheck, operations: Operations, common: readonly string[]): void {
  const { config, report } = check
  const name = String(config.operation)
  const { required = [], optional = [] } = operations[name] ?? {}
  for (const fields of required.map((field) => [field].flat())) {
    if (onlyOne(check, fields) === undefined) lacking(report, `${name} needs ${fields.join(' or ')}.`)
  }
  const own = [...required.flat(), ...optional]
  const others = Object.keys(config).filter((field) => !['operation', ...common, ...own].includes(field))
  const hint = own.length > 0 ? `It takes ${own.join(', ')}.` : undefined
  refuseFields(check, others, (field) => `${name} takes no ${field}.`, hint)
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
