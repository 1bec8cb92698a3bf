/** The outcome of a call of the platform's API: a result, or an error as in the REST API. */

export interface ApiError {
  /** Losant's name for the status: `NotFound`. */
  readonly type: string
  readonly statusCode: number
  readonly message: string
}

export type ApiOutcome =
  | { readonly result: unknown }
  | {
      readonly error: ApiError
      /** Headers of an HTTP reply that carries the error, such as `retry-after`. */
      readonly headers?: Readonly<Record<string, string>>
    }
