/** What a row of `effects.ts` says of an effect. */
import type { ApiError } from '../contracts/outcomes.ts'

/** `Args` and `Result` are those of the effect's function in `Services`. */
export interface Effect<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  /** Its name in records, dry runs and tests; by default its place in `Services`. */
  readonly name?: string
  /**
   * The call as records keep it, and as a replay recognises it. A secret must have a name that `secret-names.ts` knows, by which it
   * is removed.
   */
  describe(...args: Args): unknown
  /** The answer as records keep it; by default `{ result }`. The rule for secrets applies too. */
  tell?(result: Result, ...args: Args): Told
  /** The inverse of `tell`. */
  restore?(told: Told, ...args: Args): Result
  /** For an effect whose answer does not show what it did: the arguments to use instead, and what to record. */
  follow?(...args: Args): { readonly args: Args; tell(): Told }
  /** What a dry run answers instead of doing it. Without this, a dry run does it. */
  dry?(...args: Args): Result
  readonly sent?: Sent
  /** Without this, tests cannot stub it. */
  readonly stub?: Stubbing<Args, Result>
}

/** `error` is the platform's refusal. */
export type Told = { readonly result: unknown } | { readonly error: unknown }

/** For effects that send something: dry runs list it, and tests can expect it. */
export interface Sent {
  /** The described call, without what does not matter there. */
  show(described: unknown): object
  /** The recorded `result`, in the same way; `null` if there is nothing to show. */
  showResult(result: unknown): unknown
  /** The fields that a test made from a recorded run expects; all of them by default. */
  readonly expected?: readonly string[]
  /** The note below a call that a dry run did not make. */
  readonly unsent: string
  /** Even a live dry run does not do it, since only a server can. */
  readonly takesServer?: true
}

/** The answer of a test to the call of a node. */
export interface StubAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly sent?: true
  readonly result?: unknown
}

export interface Stubbing<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  /** Completes "The node …": `makes an HTTP request`. */
  readonly does: string
  /** An example of a stub. */
  readonly example: string
  /** A stub needs at least one of these, or an error. */
  readonly fields: readonly (keyof StubAnswer)[]
  /** Whether a test may do without a stub. Then the test's own platform answers the call. */
  readonly isOptional?: true
  /** The answer of a stub. Without this, the test's own platform answers the call. */
  answer?(stub: StubAnswer, ...args: Args): Result
  /** The answer for a stub with an error. Without this, the call throws. */
  refuse?(error: ApiError): Result
}

/** Boundary: a record has what the effect of that name once answered. If somebody has tampered with it, the run fails, which is reported. */
export function resultOf<Result>(told: Told): Result {
  return ('result' in told ? told.result : undefined) as Result
}

/** The answer of a stub whose `result` is the answer itself. */
export function stubbedResult({ result }: StubAnswer): unknown {
  return structuredClone(result)
}

export function withoutSignal<Request extends { readonly signal: AbortSignal }>({ signal: _, ...asked }: Request) {
  return asked
}

export function withoutTimeout({ timeoutMs: _, ...asked }: { readonly timeoutMs: number }): object {
  return asked
}
