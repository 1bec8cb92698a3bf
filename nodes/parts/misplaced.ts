import type { NodeCheck } from '../../engine/node.ts'

type Report = NodeCheck['report']

/** Reports a field that the rest of the configuration leaves no room for. */
export function misplaced(report: Report, field: string, message: string, hint?: string): void {
  report({ code: 'FLOW_UNKNOWN_FIELD', at: [field], atKey: true, message, ...(hint === undefined ? {} : { hint }) })
}

/** Reports that the node lacks a field that its schema cannot require, such as one of several. */
export function lacking(report: Report, message: string, hint?: string): void {
  report({ code: 'FLOW_MISSING_FIELD', at: [], message, ...(hint === undefined ? {} : { hint }) })
}
