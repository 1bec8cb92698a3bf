/** Thrown by the parsers of paths, templates and expressions; the loader turns it into a problem at the right column of the file. */
import type { ProblemCode } from './problem.ts'

export interface TextPlace {
  /** Characters from the start of the text. */
  readonly offset: number
  readonly length?: number
}

export class TextSyntaxError extends Error {
  readonly code: ProblemCode
  readonly place: TextPlace
  readonly hint: string | undefined

  constructor(code: ProblemCode, message: string, place: TextPlace, hint?: string) {
    super(message)
    this.name = 'TextSyntaxError'
    this.code = code
    this.place = place
    this.hint = hint
  }
}
