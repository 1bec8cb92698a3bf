import type { DocumentPath, Position } from './position.ts'
import type { FieldProblem, Problem, ProblemCode } from './problem.ts'
import { TextSyntaxError } from './syntax-error.ts'
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

/** What to write instead, where whoever complains knows nothing closer. */
const usualHints: Partial<Record<ProblemCode, string>> = {
  FLOW_TEMPLATE_SYNTAX: 'Write a path or a helper: << data.name >>, << upper data.name >>.',
  FLOW_EXPRESSION_SYNTAX: 'An expression reads like << data.n >> > 20 && << data.name >>.',
  FLOW_SCRIPT_SYNTAX: 'A script is the body of a function in JavaScript.',
  FLOW_UNKNOWN_HELPER:
    'The helpers are listed on the page of the flow format; a path alone reads a value: << data.name >>.',
  FLOW_UNKNOWN_CALL: 'The calls are listed on the page of the node type api.',
  FLOW_UNKNOWN_FIELD: 'Take it away.',
  FLOW_MISSING_FIELD: 'Add it.',
  FLOW_WRONG_TYPE: 'Write what the message asks for, or take it away.',
  FLOW_UNSAFE_PATH: 'Take another name: this one leads to what all values share.',
}

export function createReporter(document: YamlDocument): Reporter {
  const problems: Problem[] = [...document.problems]

  const report = (complaint: Complaint) => {
    const found = document.locate(complaint.at, {
      part: complaint.atKey ? 'key' : 'value',
      ...(complaint.offset === undefined ? {} : { offset: complaint.offset }),
    })
    const length = complaint.length ?? found.length
    const hint = complaint.hint ?? usualHints[complaint.code]
    problems.push({
      code: complaint.code,
      severity: complaint.severity ?? 'error',
      file: document.source.file,
      line: found.line,
      column: found.column,
      ...(length === undefined ? {} : { length }),
      message: complaint.message,
      ...(hint === undefined ? {} : { hint }),
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
