/** The record of one run: everything needed to inspect the run and to replay it. Plain JSON, without secrets. */
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
  /** Whether a secret was removed. A flow that computes with the secret may take another way when it is replayed. */
  readonly isRedacted: boolean
  /** Whether something was too large and has been cut. */
  readonly isCut: boolean
  readonly limits: RecordedLimits
  /** Whether the run was watched node by node. If not, there are no visits and no calls, and `payload` is the last one. */
  readonly isTraced: boolean
  /** The payload before the first node. */
  readonly payload: Json
  readonly visits: readonly RecordedVisit[]
  /** In the order in which they were asked for. */
  readonly calls: readonly RecordedCall[]
  /** Each reading of the clock, in milliseconds since 1970. */
  readonly clock: readonly number[]
  /** Each draw of random bytes in hexadecimal digits; `[redacted]` if the bytes became a secret. */
  readonly random: readonly string[]
  /** Paths that were read but did not exist. */
  readonly missing: readonly string[]
}

/** The limits that can end a run. */
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

/** Visits are listed in the order in which they ended. */
export interface RecordedVisit {
  /** The ID, or the place in the flow. */
  readonly node: string
  readonly type: string
  readonly flow: string
  readonly file: string
  readonly line: number
  /** `null` if the visit threw. */
  readonly output: string | null
  /** Milliseconds from the start of the run. */
  readonly at: number
  readonly ms: number
  /** What the visit changed on the payload. */
  readonly changes: readonly RecordedChange[]
  readonly logs: readonly RecordedLog[]
  readonly error?: RecordedError
}

/** Without `value`, the path was removed. */
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
  /** Index of the visit that made the call; `null` if the run ended before that visit did. */
  readonly visit: number | null
  /** An action of the platform; `http`, `mail`, `mqtt`, `sleep`, `script`, `users.…`, `storage.…`. */
  readonly call: string
  readonly params: Json
  /** `null` if no answer came before the run ended. */
  readonly answer: RecordedAnswer | null
  /** The position of the answer among all answers and ends of visits, counted from 0. */
  readonly answered: number | null
}

/** `error` is what the platform refused with; `thrown`, what the call rejected with. */
export type RecordedAnswer =
  | { readonly result: Json }
  | { readonly error: Json }
  | { readonly thrown: RecordedError & { readonly statusCode?: number } }

/** Something that a run logged, told while the run goes on. */
export interface DebugMessage {
  readonly time: string
  readonly run: string
  readonly flow: string
  readonly node?: string
  readonly level: string
  readonly message: string
  readonly details?: Json
}
