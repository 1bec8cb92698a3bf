import { hasTemplate } from '../../engine/compile/compile-value.ts'
import type { NodeCheck } from '../../engine/node.ts'

/** Checks the field `field` against the schema of the parameter `parameter` of the action `call`. */
export function checkBody(
  { config, actions, checker, report }: NodeCheck,
  call: string,
  field: string,
  parameter = field,
): void {
  const schema = propertyOf(actions[call]?.params, parameter)
  const value = config[field]
  if (schema === undefined || value === undefined) return
  for (const complaint of checker.check(schema, value, { hasTemplate })) {
    const message = complaint.message.replace(/^The value\b/, field)
    report({ ...complaint, message, at: [field, ...complaint.at] })
  }
}

function propertyOf(schema: Readonly<Record<string, unknown>> | undefined, name: string): object | undefined {
  const properties = schema?.properties
  if (typeof properties !== 'object' || properties === null) return undefined
  const property: unknown = Reflect.get(properties, name)
  return typeof property === 'object' && property !== null ? property : undefined
}
