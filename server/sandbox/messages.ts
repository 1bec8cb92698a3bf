/** The messages between the pool and its threads. */
import type { ScriptFailure, ScriptLog, ScriptRequest } from '../../engine/services.ts'

/** The limits that a thread is started with. */
export interface Limits {
  /** How long one script may take. */
  readonly timeoutMs: number
  /** How much memory one script may hold. */
  readonly memoryMb: number
}

export interface Job extends Pick<ScriptRequest, 'source' | 'now' | 'seed'> {
  /** The payload. Empty for `undefined`. */
  readonly json: string
  /** Whether its `time` is a `Date`. */
  readonly hasTime: boolean
}

export type Answer = { readonly logs: readonly ScriptLog[] } & (
  | Pick<Job, 'json' | 'hasTime'>
  | { readonly error: ScriptFailure }
)

export interface Answered {
  readonly answer: Answer
  /** Whether the thread's memory has grown so much that it should be ended: WebAssembly gives no memory back before. */
  readonly isSpent: boolean
}

export type FromThread = 'ready' | Answered

/** How long a payload as JSON may be, before and after the script. Losant's limit: https://docs.losant.com/workflows/logic/function/ */
export const maxJsonCharacters = 5 * 1024 * 1024
