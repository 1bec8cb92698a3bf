/** A string with templates in it, compiled once at load to a function of the payload. */

import { TextSyntaxError } from '../source/syntax-error.ts'
import { reportMissing } from '../values/missing.ts'
import { type Path, type PathRead, pathOf } from '../values/path.ts'
import type { Payload } from '../values/payload.ts'
import { compileProgram } from './compile-program.ts'
import { compileCall, type Evaluate, helperNameOf, type Place } from './compile-values.ts'
import { textHelpers } from './helper-set.ts'
import { rootScope } from './scope.ts'
import { parseTemplate, type Statement } from './syntax.ts'

export interface TemplateOptions {
  /** `<< >>` escapes HTML and `<<< >>>` does not. Off, since a value lands in a structure and not in markup. */
  readonly escapeHtml?: boolean
  /** What comes of the text is read as JSON. */
  readonly isJson?: boolean
  /** A string that is exactly one helper gives text, as in Losant, and not the helper's value. */
  readonly helpersGiveText?: boolean
}

export interface Template {
  readonly source: string
  /** Whether no template stands in it. */
  readonly isLiteral: boolean
  /** The path, if the string is exactly one. */
  readonly exactPath: Path | undefined
  /** Whether the string is exactly one call of a helper that may give anything but text, or nothing. */
  readonly isHelperValue: boolean
  /** Paths from the payload on; not what is read below an `each` or a `with`, nor `@root`. */
  readonly reads: readonly PathRead[]
  /**
   * The value at `exactPath` or of the one helper with its type, `undefined` where it is missing; otherwise, or with `escapeHtml`, the text.
   */
  value(payload: Payload): unknown
  /** The text, in which what is missing gives nothing. */
  text(payload: Payload): string
}

export { helperNames } from './helper-set.ts'
export type { PathRead }

/** Throws `TextSyntaxError` with the offset in `source`. */
export function compileTemplate(source: string, options: TemplateOptions = {}): Template {
  const escapeHtml = options.escapeHtml ?? false
  const place: Place = { reads: [], blocks: [], isJson: options.isJson ?? false }
  const { program, mustaches } = parseTemplate(source)
  const render = compileProgram(program, place, escapeHtml)
  const only = program.statements.length === 1 && mustaches.length === 1 ? program.statements[0] : undefined
  const exactPath = pathIn(only, place)
  const helper = options.helpersGiveText || escapeHtml ? undefined : helperIn(only, place)
  const text = (payload: Payload) => render(rootScope(payload))
  const value = (payload: Payload) => {
    if (helper) return helper(payload)
    if (exactPath === undefined) return text(payload)
    const found = exactPath.get(payload)
    if (found === undefined) reportMissing(payload, exactPath.text)
    return found
  }
  return {
    source,
    isLiteral: mustaches.length === 0,
    exactPath,
    isHelperValue: helper !== undefined,
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

/** What a helper other than one of text gives. A number that JSON does not have is written as text. */
function helperIn(statement: Statement | undefined, place: Place): ((payload: Payload) => unknown) | undefined {
  if (statement?.kind !== 'value') return undefined
  const name = helperNameOf(statement.call, place)
  if (name === undefined || textHelpers.has(name)) return undefined
  // Its paths are among the reads already.
  const evaluate = compileCall(statement.call, { ...place, reads: [] })
  return (payload) => {
    const value = evaluate(rootScope(payload))
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  }
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
