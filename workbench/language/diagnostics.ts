/** Converts problems to the diagnostics of editors. */
import type { Diagnostic, DiagnosticSeverity, Range } from 'vscode-languageserver'
import type { Problem } from '../../engine/source/problem.ts'

/** What a diagnostic keeps for quick fixes, which editors ask for later. */
export interface DiagnosticData {
  readonly message: string
  readonly hint?: string
}

const severities = { error: 1, warning: 2 } as const satisfies Record<string, DiagnosticSeverity>

/** `uriOf` gives the address of a file as problems name it. */
export function toDiagnostic(problem: Problem, uriOf: (file: string) => string): Diagnostic {
  const { code, severity, message, hint, related } = problem
  const data: DiagnosticData = { message, ...(hint === undefined ? {} : { hint }) }
  return {
    range: rangeOf(problem),
    severity: severities[severity],
    code,
    source: 'flowpot',
    // Few editors show more than the message.
    message: hint === undefined ? message : `${message}\n${hint}`,
    ...(related && {
      relatedInformation: related.map((place) => ({
        location: { uri: uriOf(place.file), range: rangeOf(place) },
        message: place.message,
      })),
    }),
    data,
  }
}

/** Editors count from 0, and both count characters in UTF-16. */
function rangeOf({ line, column, length = 1 }: Pick<Problem, 'line' | 'column' | 'length'>): Range {
  const start = { line: line - 1, character: column - 1 }
  return { start, end: { line: line - 1, character: column - 1 + length } }
}
