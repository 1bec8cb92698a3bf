/** What a row of `effects.ts` says of an effect. */
import type { ApiError } from '../contracts/outcomes.ts'

/** What an effect is asked with, and what it answers, as `Services` has it. */
export interface Effect<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  /** What records, dry runs and tests call it, if not by its place in `Services`. */
  readonly name?: string
  /**
   * What it was asked, as a record keeps it, and as a replay recognises it. A secret stands under a name that says so
   * (`secret-names.ts`): by that name it is found and taken out.
   */
  describe(...args: Args): unknown
  /** What it answered, as a record keeps it; `{ result }` if the row does not say. The rule for secrets applies here too. */
  tell?(result: Result, ...args: Args): Told
  /** The inverse of `tell`. */
  restore?(told: Told, ...args: Args): Result
  /** For an effect whose answer does not show what it did: the arguments to pass on instead, and what to record of the answer. */
  follow?(...args: Args): { readonly args: Args; tell(): Told }
  /** What a dry run answers, instead of doing it. Without this, a dry run does it. */
  dry?(...args: Args): Result
  readonly sent?: Sent
  /** Without this, tests cannot stub it. */
  readonly stub?: Stubbing<Args, Result>
}

/** `error` is what the platform refused with. */
export type Told = { readonly result: unknown } | { readonly error: unknown }

/** Of what goes to somebody else: dry runs list it, and tests can expect it. */
export interface Sent {
  /** What was described, without what is of no interest there. */
  show(described: unknown): object
  /** The `result` that was told, in the same way; `null` if there is nothing to show. */
  showResult(result: unknown): unknown
  /** Fields that a test made from a recorded run expects; all of them if the row does not say. */
  readonly expected?: readonly string[]
  /** Printed below a call that a dry run did not make. */
  readonly unsent: string
  /** A run that is live does it too, unless it takes a server. */
  readonly takesServer?: true
}

/** What a test says that a node's call gives. */
export interface StubAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly sent?: true
  readonly result?: unknown
}

export interface Stubbing<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  /** Finishes "The node …": `makes an HTTP request`. */
  readonly does: string
  /** What to write in a stub. */
  readonly example: string
  /** A stub has at least one of these, unless it has an error. */
  readonly fields: readonly (keyof StubAnswer)[]
  /** Whether a test may do without a stub; the call then gets its answer from the test's own platform. */
  readonly isOptional?: true
  /** The answer that a stub stands for. Without this, the call goes on to the test's own platform. */
  answer?(stub: StubAnswer, ...args: Args): Result
  /** The answer that a stub's error stands for. Without this, the call throws. */
  refuse?(error: ApiError): Result
}

/** Boundary: a record says what the effect of that name once answered. If somebody has tampered with it, the run fails, and that is reported. */
export function resultOf<Result>(told: Told): Result {
  return ('result' in told ? told.result : undefined) as Result
}

/** The answer of an effect whose stubs say it as it is. */
export function stubbedResult({ result }: StubAnswer): unknown {
  return structuredClone(result)
}

export function withoutSignal<Request extends { readonly signal: AbortSignal }>({ signal: _, ...asked }: Request) {
  return asked
}

export function withoutTimeout({ timeoutMs: _, ...asked }: { readonly timeoutMs: number }): object {
  return asked
}
