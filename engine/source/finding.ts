/** A problem of a file whose place is still an offset, and not a line and a column. */
import type { ProblemCode, Severity } from './problem.ts'

export interface Finding {
  readonly code: ProblemCode
  /** Characters from the start of the file's text. */
  readonly offset: number
  readonly length?: number | undefined
  readonly severity?: Severity
  readonly message: string
  readonly hint?: string | undefined
  readonly related?: { readonly offset: number; readonly message: string }
}
