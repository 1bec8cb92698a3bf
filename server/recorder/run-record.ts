/** What is kept of one run: all that it takes to look at it, and to run it again. Plain JSON, without secrets. */
import type { Json } from './encoding.ts'

export interface RunSummary {
  /** The request's ID, or the triggered run's. */
  readonly id: string
  /** The flow's ID: its file's name without `.yaml`. */
  readonly flow: string
  readonly trigger: { readonly id: string; readonly type: string }
  /** When it began, as an ISO date. */
  readonly time: string
  readonly ms: number
  readonly outcome: 'ok' | 'failed'
  readonly error?: RecordedError
}

export interface RunRecord extends RunSummary {
  readonly version: 1
  readonly file: string
  readonly reply: Json
  /** Whether a secret was taken out. A flow that computes with one goes on otherwise when it is replayed. */
  readonly isRedacted: boolean
  /** Whether something was too large to be kept whole. */
  readonly isCut: boolean
  readonly limits: RecordedLimits
  /** Whether the run was watched node by node. If not, there are no visits and calls, and the payload is as the run left it. */
  readonly isTraced: boolean
  /** As the first node found it. */
  readonly payload: Json
  readonly visits: readonly RecordedVisit[]
  /** In the order in which they were asked for. */
  readonly calls: readonly RecordedCall[]
  /** What the clock said each time it was read, in milliseconds since 1970. */
  readonly clock: readonly number[]
  /** Each draw of random bytes in hexadecimal digits; `[redacted]` where a secret was made of it. */
  readonly random: readonly string[]
  /** Paths that were read and not there. */
  readonly missing: readonly string[]
}

/** Those that decide how a run goes on. */
export interface RecordedLimits {
  readonly runTimeoutMs: number
  readonly maxVisits: number
  readonly maxPayloadBytes: number
}

export interface RecordedError {
  /** A `FlowpotError`'s code, or the error's name. */
  readonly code: string
  readonly message: string
  readonly node?: string
  readonly file?: string
  readonly line?: number
}

/** In the order in which they ended. */
export interface RecordedVisit {
  /** The ID, or the place in the flow. */
  readonly node: string
  readonly type: string
  readonly flow: string
  readonly file: string
  readonly line: number
  /** `null` where the visit threw. */
  readonly output: string | null
  /** Milliseconds from the start of the run. */
  readonly at: number
  readonly ms: number
  /** What is another on the payload than before. */
  readonly changes: readonly RecordedChange[]
  readonly logs: readonly RecordedLog[]
  readonly error?: RecordedError
}

/** Without `value`, what stood there is gone. */
export interface RecordedChange {
  readonly path: string
  readonly value?: Json
}

export interface RecordedLog {
  readonly level: string
  readonly message: string
  readonly details?: Json
}

export interface RecordedCall {
  /** Which visit made it, counted from 0; `null` where the run ended before it did. */
  readonly visit: number | null
  /** An action of the platform; `http`, `mail`, `mqtt`, `sleep`, `script`, `users.…`, `storage.…`. */
  readonly call: string
  readonly params: Json
  /** `null` where none came before the run ended. */
  readonly answer: RecordedAnswer | null
  /** Where it came among all answers and ends of visits, counted from 0. */
  readonly answered: number | null
}

/** `error` is what the platform refused with; `thrown`, what the call rejected with. */
export type RecordedAnswer =
  | { readonly result: Json }
  | { readonly error: Json }
  | { readonly thrown: RecordedError & { readonly statusCode?: number } }

/** What a run logged, told while it goes on. */
export interface DebugMessage {
  readonly time: string
  readonly run: string
  readonly flow: string
  readonly node?: string
  readonly level: string
  readonly message: string
  readonly details?: Json
}
