/** Thrown by a visit that knows which line of the flow's file is to blame, such as a line of a script. */
export class ErrorAtLine extends Error {
  /** From 1. */
  readonly line: number

  constructor(name: string, message: string, line: number) {
    super(message)
    this.name = name
    this.line = line
  }
}
