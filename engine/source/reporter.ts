import type { DocumentPath, Position } from './position.ts'
import type { FieldProblem, Problem, ProblemCode } from './problem.ts'
import { TextSyntaxError } from './syntax-error.ts'
import type { YamlDocument } from './yaml-document.ts'

export interface Complaint extends FieldProblem {
  readonly related?: Problem['related']
}

export interface Reporter {
  readonly document: YamlDocument
  readonly problems: Problem[]
  report(complaint: Complaint): void
  /** Returns a function that reports complaints whose paths begin at `at`. */
  below(at: DocumentPath): (complaint: Complaint) => void
  /** Runs a parser of the text at `at`. If it throws a `TextSyntaxError`, reports that and returns `undefined`. */
  parse<T>(at: DocumentPath, parser: () => T): T | undefined
  place(at: DocumentPath, offset?: number): Position
}

/** The hints of complaints that bring none of their own. */
const usualHints: Partial<Record<ProblemCode, string>> = {
  FLOW_TEMPLATE_SYNTAX: 'Write a path or a helper: << data.name >>, << upper data.name >>.',
  FLOW_EXPRESSION_SYNTAX: 'An expression reads like << data.n >> > 20 && << data.name >>.',
  FLOW_SCRIPT_SYNTAX: 'A script is the body of a function in JavaScript.',
  FLOW_UNKNOWN_HELPER:
    'The page about the flow format lists the helpers. To read a value, write its path: << data.name >>.',
  FLOW_UNKNOWN_CALL: 'The page about the node type api lists the calls.',
  FLOW_UNKNOWN_FIELD: 'Remove it.',
  FLOW_MISSING_FIELD: 'Add it.',
  FLOW_WRONG_TYPE: 'Write what the message asks for, or remove the field.',
  FLOW_UNSAFE_PATH: 'Choose another name: this one leads to the prototype that all values share.',
}

export function createReporter(document: YamlDocument): Reporter {
  const problems: Problem[] = [...document.problems]

  const report = ({ at, atKey, offset, ...complaint }: Complaint) => {
    const { file } = document.source
    const place = document.locate(at, { isKey: atKey, offset })
    const hint = complaint.hint ?? usualHints[complaint.code]
    problems.push({ severity: 'error', file, ...complaint, ...place, length: complaint.length ?? place.length, hint })
  }

  return {
    document,
    problems,
    report,
    below: (at) => (complaint) => report({ ...complaint, at: [...at, ...complaint.at] }),
    place(at, offset) {
      const { line, column } = document.locate(at, { offset })
      return { line, column }
    },
    parse(at, parser) {
      try {
        return parser()
      } catch (error) {
        if (!(error instanceof TextSyntaxError)) throw error
        const { code, message, hint, place } = error
        report({ code, at, ...place, message, hint })
        return undefined
      }
    },
  }
}

/** Another place that a message mentions. */
export function relatedPlace(reporter: Reporter, at: DocumentPath, message: string) {
  return { file: reporter.document.source.file, ...reporter.place(at), message }
}
