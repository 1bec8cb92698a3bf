/** Collects the problems of one document, each at its place. */
import type { FieldProblem } from '../node.ts'
import type { Problem } from '../problem.ts'
import { TextSyntaxError } from '../syntax-error.ts'
import type { DocumentPath, Position } from './position.ts'
import type { YamlDocument } from './yaml-document.ts'

export interface Complaint extends FieldProblem {
  /** Characters from the start of the value at `at`. */
  readonly offset?: number
  readonly length?: number
  readonly related?: Problem['related']
}

export interface Reporter {
  readonly document: YamlDocument
  readonly problems: Problem[]
  report(complaint: Complaint): void
  /** A reporter whose complaints stand below `at`. */
  below(at: DocumentPath): (complaint: Complaint) => void
  /** Runs a parser of the text at `at`; what it throws of syntax becomes a problem, and the result is `undefined`. */
  parse<T>(at: DocumentPath, parser: () => T): T | undefined
  place(at: DocumentPath, offset?: number): Position
}

export function createReporter(document: YamlDocument): Reporter {
  const problems: Problem[] = [...document.problems]

  const report = (complaint: Complaint) => {
    const found = document.locate(complaint.at, {
      part: complaint.atKey ? 'key' : 'value',
      ...(complaint.offset === undefined ? {} : { offset: complaint.offset }),
    })
    const length = complaint.length ?? found.length
    problems.push({
      code: complaint.code,
      severity: complaint.severity ?? 'error',
      file: document.source.file,
      line: found.line,
      column: found.column,
      ...(length === undefined ? {} : { length }),
      message: complaint.message,
      ...(complaint.hint === undefined ? {} : { hint: complaint.hint }),
      ...(complaint.related === undefined ? {} : { related: complaint.related }),
    })
  }

  return {
    document,
    problems,
    report,
    below: (at) => (complaint) => report({ ...complaint, at: [...at, ...complaint.at] }),
    place: (at, offset) => document.locate(at, offset === undefined ? {} : { offset }),
    parse(at, parser) {
      try {
        return parser()
      } catch (error) {
        if (!(error instanceof TextSyntaxError)) throw error
        report({
          code: error.code,
          at,
          offset: error.place.offset,
          ...(error.place.length === undefined ? {} : { length: error.place.length }),
          message: error.message,
          ...(error.hint === undefined ? {} : { hint: error.hint }),
        })
        return undefined
      }
    },
  }
}

/** For messages that speak of another place. */
export function relatedPlace(reporter: Reporter, at: DocumentPath, message: string) {
  const { line, column } = reporter.place(at)
  return { file: reporter.document.source.file, line, column, message }
}
