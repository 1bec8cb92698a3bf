/** What the pool and its threads say to each other. */
import type { ScriptFailure, ScriptLog, ScriptRequest } from '../../engine/services.ts'

/** What a thread is started with. */
export interface Limits {
  /** Milliseconds that one script may take. */
  readonly timeoutMs: number
  /** What one script may hold. */
  readonly memoryMb: number
}

export interface Job extends Pick<ScriptRequest, 'source' | 'now' | 'seed'> {
  /** The payload; empty for `undefined`. */
  readonly json: string
  /** Its `time` is a `Date`. */
  readonly hasTime: boolean
}

export type Answer = { readonly logs: readonly ScriptLog[] } & (
  | Pick<Job, 'json' | 'hasTime'>
  | { readonly error: ScriptFailure }
)

export interface Answered {
  readonly answer: Answer
  /** The thread's memory has grown, and WebAssembly gives none back before the thread ends. */
  readonly isSpent: boolean
}

export type FromThread = 'ready' | Answered

/** Of a payload as JSON, in and out. Losant's: https://docs.losant.com/workflows/logic/function/ */
export const maxJsonCharacters = 5 * 1024 * 1024
