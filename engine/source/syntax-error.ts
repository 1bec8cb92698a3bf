/** Thrown by the parsers of paths, templates, expressions and routes. The loader turns it into a problem at the right column of the file. */
import type { ProblemCode } from './problem.ts'

/** A part of a text. */
export interface Span {
  /** Characters from the start of the text. */
  readonly offset: number
  readonly length: number
}

export class TextSyntaxError extends Error {
  readonly code: ProblemCode
  readonly place: Span
  readonly hint: string | undefined

  constructor(code: ProblemCode, message: string, { offset, length }: Span, hint?: string) {
    super(message)
    this.name = 'TextSyntaxError'
    this.code = code
    this.place = { offset, length }
    this.hint = hint
  }
}

/** The error of a template or a path that cannot be parsed. */
export function templateError(message: string, place: Span, hint?: string): TextSyntaxError {
  return new TextSyntaxError('FLOW_TEMPLATE_SYNTAX', message, place, hint)
}
