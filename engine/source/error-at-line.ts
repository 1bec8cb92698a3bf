/** Thrown by a visit that knows more closely than by its node which line of the flow's file is to blame. */
export class ErrorAtLine extends Error {
  /** From 1. */
  readonly line: number

  constructor(name: string, message: string, line: number) {
    super(message)
    this.name = name
    this.line = line
  }
}
