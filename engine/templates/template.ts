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
  /** Whether `<< >>` escapes HTML; `<<< >>>` never does. Off by default, since most values become part of a structure and not of markup. */
  readonly escapeHtml?: boolean
  /** Whether the text will be read as JSON. */
  readonly isJson?: boolean
}

export interface Template {
  readonly source: string
  /** Whether the string has no template. */
  readonly isLiteral: boolean
  /** The path, if the string is exactly one. */
  readonly exactPath: Path | undefined
  /** Whether the string is exactly one call of a helper whose result need not be text. */
  readonly isHelperValue: boolean
  /** The paths that are read from the payload, apart from those within an `each` or a `with`, and `@root`. */
  readonly reads: readonly PathRead[]
  /**
   * The value at `exactPath` or of the one helper, with its type, and `undefined` if it is missing. If the string is anything else,
   * and always with `escapeHtml`, the text.
   */
  value(payload: Payload): unknown
  /** The text. A missing value leaves nothing in it. */
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
  const helper = escapeHtml ? undefined : helperIn(only, place)
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

/** Evaluates a helper whose result need not be text. A number that JSON does not have becomes text. */
function helperIn(statement: Statement | undefined, place: Place): ((payload: Payload) => unknown) | undefined {
  if (statement?.kind !== 'value') return undefined
  const name = helperNameOf(statement.call, place)
  if (name === undefined || textHelpers.has(name)) return undefined
  // The reads already include its paths.
  const evaluate = compileCall(statement.call, { ...place, reads: [] })
  return (payload) => {
    const value = evaluate(rootScope(payload))
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  }
}

/** Compiles an operand of an expression: one path or one call of a helper, evaluated to its value. */
export function compileOperand(source: string, place: Place): Evaluate {
  const { program } = parseTemplate(source)
  const [statement] = program.statements
  if (statement?.kind !== 'value' || program.statements.length !== 1) {
    throw new TextSyntaxError('FLOW_EXPRESSION_SYNTAX', 'A block is text, not a value to compute with.', {
      offset: 0,
      length: source.length,
    })
  }
  return compileCall(statement.call, place)
}
