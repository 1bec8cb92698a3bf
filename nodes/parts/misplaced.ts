/** Reports fields that are missing, misplaced or have a wrong value, where the schema cannot tell. */
import type { NodeCheck } from '../../engine/node.ts'
import type { FieldProblem } from '../../engine/source/problem.ts'

type Report = NodeCheck['report']
type Check = Pick<NodeCheck, 'config' | 'report'>

/** Reports a field that the rest of the configuration leaves no room for. */
export function misplaced(report: Report, field: string | readonly string[], message: string, hint?: string): void {
  const at = [field].flat()
  report({ code: 'FLOW_UNKNOWN_FIELD', at, atKey: true, message, hint })
}

/** Reports those of the fields that the node has. */
export function refuseFields(
  { config, report }: Check,
  fields: readonly string[],
  message: (field: string) => string,
  hint?: string,
): void {
  for (const field of fields) if (config[field] !== undefined) misplaced(report, field, message(field), hint)
}

/** Of fields that exclude each other, returns the first that the node has, and reports the others that it has. */
export function onlyOne(check: Check, fields: readonly string[], hint?: string): string | undefined {
  const [first, ...others] = fields.filter((field) => check.config[field] !== undefined)
  refuseFields(check, others, (other) => `${other} cannot be combined with ${first}.`, hint)
  return first
}

/** Reports a value that its field cannot have. */
export function wrongValue(report: Report, at: FieldProblem['at'], message: string, hint?: string): void {
  report({ code: 'FLOW_WRONG_TYPE', at, message, hint })
}

/** Reports that the node lacks a field that its schema cannot require, such as one of several. */
export function lacking(report: Report, message: string, hint?: string): void {
  report({ code: 'FLOW_MISSING_FIELD', at: [], message, hint })
}
