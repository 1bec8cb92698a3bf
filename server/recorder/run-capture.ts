/**
 * Watches one run and notes its calls, their answers and what it did. Secrets are only removed once the run has ended, so nothing is passed on
 * before, except to `onLog`, which removes the secrets itself.
 */
import type {
  Answering,
  Called,
  Logged,
  RunBegun,
  RunEnded,
  RunObserver,
  RunOutcome,
  RunRequest,
  Visited,
} from '../../engine/application.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { type Budget, type Change, nextSnapshot, type Snapshot, takeSnapshot, takeText } from './snapshot.ts'

/** How much is kept of one run. */
export interface CaptureBounds {
  /** About as many bytes as JSON. */
  readonly bytes: number
  /** Logged messages have a limit of their own, since they are what people look for in a run that is too large. */
  readonly bytesOfMessages: number
  /** How many values of the payload may be compared to find changes. */
  readonly comparisons: number
  /** How many characters of a text or key are kept. By default, as many as a snapshot keeps. */
  readonly characters?: number
  /** How many visits are kept, and as many calls, logs, and so on. */
  readonly entries: number
}

export const boundsOfServer: CaptureBounds = {
  bytes: 256 * 1024,
  bytesOfMessages: 64 * 1024,
  comparisons: 500_000,
  entries: 10_000,
}

/** Keeps everything but the changes of the payload: for people who run or test their own flow. */
export const boundsOfAuthor: CaptureBounds = {
  bytes: Number.POSITIVE_INFINITY,
  bytesOfMessages: Number.POSITIVE_INFINITY,
  comparisons: 0,
  characters: Number.POSITIVE_INFINITY,
  entries: Number.POSITIVE_INFINITY,
}

export interface CapturedVisit {
  readonly visited: Visited
  readonly changes: readonly Change[]
}

/** When something was done. */
interface Moment {
  /** The moment at which the last visit before it began. */
  readonly during: number
  /** How many visits had ended. */
  readonly visits: number
}

export type CapturedAnswer = { readonly value: Snapshot } | { readonly thrown: unknown }

export interface CapturedCall extends Moment {
  readonly call: string
  readonly params: Snapshot
  answer?: CapturedAnswer
  /** The position of the answer among all answers and ends of visits, counted from 0. */
  answered?: number
}

export interface CapturedLog extends Moment {
  readonly level: Logged['level']
  readonly message: Snapshot
  readonly details: Snapshot
}

export interface CapturedDraw extends Moment {
  readonly hex: string
}

/** Called for each log, as soon as the visit that logged it has ended. */
export type OnLog = (capture: RunCapture, log: CapturedLog, visit: CapturedVisit | undefined) => void

export interface CaptureOptions {
  readonly bounds?: CaptureBounds
  readonly onLog?: OnLog | undefined
}

export class RunCapture implements RunObserver {
  readonly request: RunRequest
  readonly visits: CapturedVisit[] = []
  readonly calls: CapturedCall[] = []
  /** The calls that were answered, in that order. */
  readonly answered: CapturedCall[] = []
  readonly clockReadings: number[] = []
  readonly draws: CapturedDraw[] = []
  readonly logs: CapturedLog[] = []
  readonly missingPaths = new Set<string>()
  payload: Snapshot
  /** Whether the run was watched from its beginning. If not, only its end is known. */
  isTraced = false
  startedAt = 0
  ms = 0
  outcome: RunOutcome | undefined
  reply: Snapshot
  private readonly bounds: CaptureBounds
  private readonly budget: Budget
  private readonly budgetOfMessages: Budget
  private readonly snapshots = new WeakMap<Payload, Snapshot>()
  private readonly onLog: OnLog | undefined
  private told = 0
  private events = 0

  constructor(request: RunRequest, { bounds = boundsOfServer, onLog }: CaptureOptions = {}) {
    const { bytes, bytesOfMessages, comparisons, entries: _, ...texts } = bounds
    this.request = request
    this.bounds = bounds
    this.budget = { bytes, comparisons, isCut: false, ...texts }
    this.budgetOfMessages = { bytes: bytesOfMessages, comparisons: 0, isCut: false, ...texts }
    this.onLog = onLog
  }

  begun({ payload, startedAt }: RunBegun): void {
    this.isTraced = true
    this.startedAt = startedAt
    this.take(payload)
  }

  visited(visited: Visited): void {
    this.events++
    if (!this.hasRoom(this.visits)) return
    const visit = { visited, changes: this.changesOf(visited.payload) }
    this.visits.push(visit)
    if (this.onLog) this.tellLogs(visit)
  }

  called({ name, params, during }: Called): Answering {
    const kept = takeSnapshot(params, this.budget)
    const call: CapturedCall = { call: name, params: kept, during, visits: this.visits.length }
    const isKept = this.hasRoom(this.calls)
    if (isKept) this.calls.push(call)
    return {
      answered: (told) => {
        call.answer = { value: takeSnapshot(told, this.budget) }
        call.answered = this.events++
        if (isKept) this.answered.push(call)
      },
      failed: (error) => {
        call.answer = { thrown: error }
        call.answered = this.events++
      },
    }
  }

  logged({ level, message, details, during }: Logged): void {
    if (!this.hasRoom(this.logs)) return
    // The record keeps errors in its own field.
    const kept = level === 'error' ? undefined : takeSnapshot(details, this.budget)
    const said = takeText(message, this.budgetOfMessages)
    this.logs.push({ level, message: said, details: kept, during, visits: this.visits.length })
    if (level === 'error' && this.onLog) this.tellLogs(undefined)
  }

  drew(bytes: Uint8Array, during: number): void {
    if (!this.hasRoom(this.draws)) return
    this.budget.bytes -= bytes.length * 2
    const isKept = this.budget.bytes > 0
    if (!isKept) this.budget.isCut = true
    this.draws.push({ hex: isKept ? Buffer.from(bytes).toString('hex') : '', during, visits: this.visits.length })
  }

  missing(path: string): void {
    if (this.missingPaths.size >= this.bounds.entries || this.missingPaths.has(path)) return
    if (typeof takeText(path, this.budget) === 'string') this.missingPaths.add(path)
  }

  took(payload: Payload, copyOf?: Payload): void {
    if (this.snapshots.has(payload)) return
    const known = copyOf && this.snapshots.get(copyOf)
    this.snapshots.set(payload, known ?? takeSnapshot(payload, this.budget))
  }

  ended({ outcome, startedAt, ms }: RunEnded): void {
    this.startedAt = startedAt
    this.ms = ms
    this.outcome = outcome
    // The last payload of a run that was not watched is all that is known of its payload.
    if (!this.isTraced) this.take(outcome.payload)
    this.reply = takeSnapshot(outcome.reply ?? null, this.budget)
    if (this.onLog) this.tellLogs(undefined)
  }

  get isCut(): boolean {
    return this.budget.isCut || this.budgetOfMessages.isCut
  }

  private take(payload: Payload): void {
    this.payload = takeSnapshot(payload, this.budget)
    this.snapshots.set(payload, this.payload)
  }

  private changesOf(payload: Payload): readonly Change[] {
    const changes: Change[] = []
    const before = this.snapshots.get(payload)
    const after = nextSnapshot(before, payload, this.budget, changes)
    if (after !== before) this.snapshots.set(payload, after)
    return changes
  }

  private tellLogs(visit: CapturedVisit | undefined): void {
    while (this.told < this.logs.length) {
      const log = this.logs[this.told++]
      if (log) this.onLog?.(this, log, visit?.visited.began === log.during ? visit : undefined)
    }
  }

  private hasRoom(list: readonly unknown[]): boolean {
    if (list.length < this.bounds.entries) return true
    this.budget.isCut = true
    return false
  }
}
