/**
 * Watches one run, and notes what it was asked, answered and did. Until the run has ended nothing is searched for secrets, and nothing leaves
 * this place, but for what is logged.
 */
import type { RunLog, RunOutcome, RunRequest, Trace, Visited } from '../../engine/application.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { type Answering, captureServices, type Listener } from './capture-services.ts'
import { type Budget, type Change, nextSnapshot, type Snapshot, takeSnapshot, takeText } from './snapshot.ts'

/** About as many bytes are kept of one run. */
export const bytesOfRun = 256 * 1024
const comparisonsOfRun = 500_000
/** What is logged is kept beside that: it is what one looks for in a run that is too large. */
const bytesOfMessages = 64 * 1024
/** Of visits, of calls, of readings of the clock, and so on. */
const mostEntries = 10_000

export interface CapturedVisit {
  readonly visited: Visited
  readonly changes: readonly Change[]
}

/** When something was done: the moment, on the trace's clock, in which the last visit had begun, and how many had ended. */
interface Moment {
  readonly began: number
  readonly visits: number
}

export type CapturedAnswer = { readonly value: Snapshot } | { readonly thrown: unknown }

export interface CapturedCall extends Moment {
  readonly call: string
  readonly params: Snapshot
  answer?: CapturedAnswer
  /** Where the answer came among all answers and ends of visits. */
  answered?: number
}

export interface CapturedLog extends Moment {
  readonly level: Parameters<RunLog>[0]
  readonly message: Snapshot
  readonly details: Snapshot
}

export interface CapturedDraw extends Moment {
  readonly hex: string
}

/** Told of what is logged, as soon as the visit that logged it has ended. */
export type OnLog = (capture: RunCapture, log: CapturedLog, visit: CapturedVisit | undefined) => void

export class RunCapture implements Trace, Listener {
  /** What to start in place of the request. */
  readonly request: RunRequest
  readonly startedAt: number
  readonly visits: CapturedVisit[] = []
  readonly calls: CapturedCall[] = []
  readonly clockReadings: number[] = []
  readonly draws: CapturedDraw[] = []
  readonly logs: CapturedLog[] = []
  readonly missingPaths = new Set<string>()
  /** Those that were answered, in that order. */
  readonly answered: CapturedCall[] = []
  readonly budget: Budget = { bytes: bytesOfRun, comparisons: comparisonsOfRun, isCut: false }
  private readonly budgetOfMessages: Budget = { bytes: bytesOfMessages, comparisons: 0, isCut: false }
  payload: Snapshot
  isTraced = true
  ms = 0
  outcome: RunOutcome | undefined
  reply: Snapshot
  private readonly began = performance.now()
  private readonly snapshots = new WeakMap<Payload, Snapshot>()
  private readonly onLog: OnLog | undefined
  private told = 0
  private last = 0
  private events = 0

  constructor(request: RunRequest, onLog?: OnLog) {
    this.onLog = onLog
    this.startedAt = request.services.clock.now()
    this.request = {
      ...request,
      // Given, so that the run does not read the clock for it.
      time: request.time ?? this.startedAt,
      services: captureServices(request.services, this),
      trace: this,
      prepare: (start) => {
        const payload = request.prepare?.(start) ?? start
        this.begin(payload)
        return payload
      },
      log: (level, message, details) => {
        this.log(level, message, details)
        request.log(level, message, details)
      },
    }
  }

  /** `payload` is what the first node finds; of a run that is not watched, what the last one left. */
  begin(payload: Payload, isTraced = true): void {
    this.isTraced = isTraced
    this.payload = takeSnapshot(payload, this.budget)
    this.snapshots.set(payload, this.payload)
  }

  /** Never the same twice, so that a moment says which visit began in it. */
  now(): number {
    const now = performance.now() - this.began
    this.last = now > this.last ? now : this.last + 1e-6
    return this.last
  }

  visit(visited: Visited): void {
    this.events++
    if (!this.hasRoom(this.visits)) return
    const visit = { visited, changes: this.changesOf(visited.payload) }
    this.visits.push(visit)
    if (this.onLog) this.tellLogs(visit)
  }

  ask(call: string, params: unknown): Answering {
    const kept = takeSnapshot(params, this.budget)
    const asked: CapturedCall = { call, params: kept, began: this.last, visits: this.visits.length }
    const isKept = this.hasRoom(this.calls)
    if (isKept) this.calls.push(asked)
    return {
      answer: (value) => {
        asked.answer = { value: takeSnapshot(value, this.budget) }
        asked.answered = this.events++
        if (isKept) this.answered.push(asked)
      },
      reject: (error) => {
        asked.answer = { thrown: error }
        asked.answered = this.events++
      },
    }
  }

  random(bytes: Uint8Array): void {
    if (!this.hasRoom(this.draws)) return
    this.budget.bytes -= bytes.length * 2
    const isKept = this.budget.bytes > 0
    if (!isKept) this.budget.isCut = true
    this.draws.push({
      hex: isKept ? Buffer.from(bytes).toString('hex') : '',
      began: this.last,
      visits: this.visits.length,
    })
  }

  end(outcome: RunOutcome): void {
    this.ms = performance.now() - this.began
    this.outcome = outcome
    this.reply = takeSnapshot(outcome.reply ?? null, this.budget)
    if (this.onLog) this.tellLogs(undefined)
  }

  get isCut(): boolean {
    return this.budget.isCut || this.budgetOfMessages.isCut
  }

  // Passed on without its object.
  readonly missing = (path: string): void => {
    if (this.missingPaths.size >= mostEntries || this.missingPaths.has(path)) return
    if (typeof takeText(path, this.budget) === 'string') this.missingPaths.add(path)
  }

  adopt(payload: Payload, copyOf?: Payload): void {
    if (this.snapshots.has(payload)) return
    const known = copyOf && this.snapshots.get(copyOf)
    this.snapshots.set(payload, known ?? takeSnapshot(payload, this.budget))
  }

  private changesOf(payload: Payload): readonly Change[] {
    const changes: Change[] = []
    const before = this.snapshots.get(payload)
    const after = nextSnapshot(before, payload, this.budget, changes)
    if (after !== before) this.snapshots.set(payload, after)
    return changes
  }

  private log(level: CapturedLog['level'], message: string, details: unknown): void {
    if (!this.hasRoom(this.logs)) return
    // An error's own place is the record's `error`.
    const kept = level === 'error' ? undefined : takeSnapshot(details, this.budget)
    const said = takeText(message, this.budgetOfMessages)
    this.logs.push({ level, message: said, details: kept, began: this.last, visits: this.visits.length })
    if (level === 'error' && this.onLog) this.tellLogs(undefined)
  }

  private tellLogs(visit: CapturedVisit | undefined): void {
    while (this.told < this.logs.length) {
      const log = this.logs[this.told++]
      if (log) this.onLog?.(this, log, visit?.visited.began === log.began ? visit : undefined)
    }
  }

  private hasRoom(list: readonly unknown[]): boolean {
    if (list.length < mostEntries) return true
    this.budget.isCut = true
    return false
  }
}
