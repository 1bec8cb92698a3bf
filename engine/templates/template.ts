/** A string with templates in it, compiled once at load to a function of the payload. */

import { TextSyntaxError } from '../source/syntax-error.ts'
import { reportMissing } from '../values/missing.ts'
import { type Path, type PathRead, pathOf } from '../values/path.ts'
import type { Payload } from '../values/payload.ts'
import { compileProgram } from './compile-program.ts'
import { compileCall, type Evaluate, helperNameOf, type Place } from './compile-values.ts'
import { rootScope } from './scope.ts'
import { parseTemplate, type Statement } from './syntax.ts'

export interface TemplateOptions {
  /** `<< >>` escapes HTML and `<<< >>>` does not. Off, since a value lands in a structure and not in markup. */
  readonly escapeHtml?: boolean
}

export interface Template {
  readonly source: string
  /** Whether no template stands in it. */
  readonly isLiteral: boolean
  /** The path, if the string is exactly one. */
  readonly exactPath: Path | undefined
  /** Paths from the payload on; not what is read below an `each` or a `with`, nor `@root`. */
  readonly reads: readonly PathRead[]
  /** The value at `exactPath` with its type, `undefined` where it is missing; otherwise, or with `escapeHtml`, the text. */
  value(payload: Payload): unknown
  /** The text, in which what is missing gives nothing. */
  text(payload: Payload): string
}

export { helperNames } from './helper-set.ts'
export type { PathRead }

/** Throws `TextSyntaxError` with the offset in `source`. */
export function compileTemplate(source: string, options: TemplateOptions = {}): Template {
  const escapeHtml = options.escapeHtml ?? false
  const place: Place = { reads: [], blocks: [] }
  const { program, mustaches } = parseTemplate(source)
  const render = compileProgram(program, place, escapeHtml)
  const exactPath =
    program.statements.length === 1 && mustaches.length === 1 ? pathIn(program.statements[0], place) : undefined
  const text = (payload: Payload) => render(rootScope(payload))
  const value = (payload: Payload) => {
    if (exactPath === undefined) return text(payload)
    const found = exactPath.get(payload)
    if (found === undefined) reportMissing(payload, exactPath.text)
    return found
  }
  return {
    source,
    isLiteral: mustaches.length === 0,
    exactPath,
    reads: place.reads.toSorted((a, b) => a.offset - b.offset),
    value: escapeHtml ? text : value,
    text,
  }
}

function pathIn(statement: Statement | undefined, place: Place): Path | undefined {
  if (statement?.kind !== 'value' || helperNameOf(statement.call, place) !== undefined) return undefined
  const { isVariable, segments } = statement.call.path
  return isVariable ? undefined : pathOf(segments)
}

/** Compiles what an expression computes with: one path, or one call of a helper, as the value that it gives. */
export function compileOperand(source: string, place: Place): Evaluate {
  const { program } = parseTemplate(source)
  const [statement] = program.statements
  if (statement?.kind !== 'value' || program.statements.length !== 1) {
    throw new TextSyntaxError('FLOW_EXPRESSION_SYNTAX', 'A block gives text, not a value to compute with.', {
      offset: 0,
      length: source.length,
    })
  }
  return compileCall(statement.call, place)
}
