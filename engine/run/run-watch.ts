/** Tells the observers of a run what it does. An error that an observer throws is logged and does not disturb the run. */
import type {
  Answering,
  Called,
  RunEnded,
  RunLog,
  RunObserver,
  RunOutcome,
  RunRequest,
  Visited,
} from '../application.ts'
import type { Payload } from '../values/payload.ts'
import { observeServices } from './observe-services.ts'

export class RunWatch {
  /** The request to start. Its services and its log tell the observers what they do. */
  readonly request: RunRequest
  /** Whether any observer wants more than the beginning and the end. */
  readonly isDetailed: boolean
  clockReadings: readonly number[][] = []
  missing: ((path: string) => void) | undefined
  private readonly observers: readonly RunObserver[]
  private readonly log: RunLog
  private readonly startedAt: number
  private readonly began = performance.now()
  private last = 0

  constructor(request: RunRequest, observers: readonly RunObserver[]) {
    this.observers = observers
    this.log = request.log
    this.startedAt = request.services.clock.now()
    this.isDetailed = observers.some(isDetailed)
    this.request = this.isDetailed ? this.observe(request) : request
  }

  private observe(request: RunRequest): RunRequest {
    this.clockReadings = this.observers.flatMap(({ clockReadings }) => (clockReadings ? [clockReadings] : []))
    if (this.observers.some(({ missing }) => missing)) {
      this.missing = (path) => this.tell((observer) => observer.missing?.(path))
    }
    return {
      ...request,
      // So that the run does not read the clock for its start, which would be recorded.
      time: request.time ?? this.startedAt,
      services: observeServices(request.services, this),
      log: (level, message, details) => {
        this.tell((observer) => observer.logged?.({ level, message, details, during: this.last }))
        this.log(level, message, details)
      },
    }
  }

  begun(payload: Payload): void {
    for (const observer of this.observers) {
      if (observer.begun) this.safely(() => observer.begun?.({ payload, startedAt: this.startedAt }))
    }
  }

  /** Never returns the same time twice, so that a time identifies the visit that began then. */
  now(): number {
    const now = performance.now() - this.began
    this.last = now > this.last ? now : this.last + 1e-6
    return this.last
  }

  visited(visit: Visited): void {
    this.tell((observer) => observer.visited?.(visit))
  }

  called(name: string, params: unknown): Answering {
    const call: Called = { name, params, during: this.last }
    const hearing: Answering[] = []
    this.tell((observer) => {
      const answering = observer.called?.(call)
      if (answering) hearing.push(answering)
    })
    return {
      answered: (told) => {
        for (const each of hearing) this.safely(() => each.answered(told))
      },
      failed: (error) => {
        for (const each of hearing) this.safely(() => each.failed(error))
      },
    }
  }

  drew(bytes: Uint8Array): void {
    this.tell((observer) => observer.drew?.(bytes, this.last))
  }

  took(payload: Payload, copyOf?: Payload): void {
    this.tell((observer) => observer.took?.(payload, copyOf))
  }

  ended(outcome: RunOutcome): void {
    const run: RunEnded = { outcome, startedAt: this.startedAt, ms: performance.now() - this.began }
    for (const observer of this.observers) if (observer.ended) this.safely(() => observer.ended?.(run))
  }

  private tell(event: (observer: RunObserver) => void): void {
    for (const observer of this.observers) this.safely(() => event(observer))
  }

  private safely(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.log('error', 'An observer of the run failed', error)
    }
  }
}

function isDetailed({ visited, called }: RunObserver): boolean {
  return (visited ?? called) !== undefined
}
