/** Defines the errors of Flowpot, with one `defineError` for each code. */

export interface ErrorOptions {
  /** The underlying error, which is logged and never shown to a client. */
  readonly cause?: unknown
  /** What to do about it, as a sentence. */
  readonly hint?: string
  /** Reply headers that belong to the error, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * An error with a code that the reference lists. Clients see its message unless `status` is 500: then they see a general
 * sentence and the request's ID, and the log has the rest.
 */
export class FlowpotError extends Error {
  readonly code: string
  readonly status: number
  readonly hint: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(code: string, status: number, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FlowpotError'
    this.code = code
    this.status = status
    this.hint = options.hint
    this.headers = options.headers ?? {}
  }
}

export interface DefinedError<Details> {
  (details: Details, options?: ErrorOptions): FlowpotError
  readonly code: string
  /** Whether `error` was made by this definition. */
  is(error: unknown): error is FlowpotError
}

/**
 * Defines the error `code`, which is answered with HTTP `status`. `message` is a function of the details of the error.
 * Codes are upper-case, begin with their area (`FLOW_`, `STORE_`), and are never reused. `docs/reference/errors.md` lists them.
 */
export function defineError<Details = Record<never, never>>(
  code: string,
  status: number,
  message: (details: Details) => string,
): DefinedError<Details> {
  const make = (details: Details, options?: ErrorOptions) => new FlowpotError(code, status, message(details), options)
  return Object.assign(make, {
    code,
    is: (error: unknown): error is FlowpotError => error instanceof FlowpotError && error.code === code,
  })
}
