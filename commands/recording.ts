/** What a dry run did: visits, calls, missing paths, and how it ended. */
import type { Application, RunLog, RunOutcome, Trace } from '../engine/application.ts'
import type { Payload } from '../engine/payload.ts'
import type { ApiOutcome, Services } from '../engine/services.ts'
import { withoutSecrets } from '../http/log.ts'

export interface RecordedLog {
  readonly level: Parameters<RunLog>[0]
  readonly message: string
  /** As it was at that moment, without secrets. */
  readonly details?: unknown
}

export interface RecordedVisit {
  readonly id: string | null
  /** The ID, or the place in the flow. */
  readonly node: string
  readonly type: string
  /** `null` where the visit threw. */
  readonly output: string | null
  readonly ms: number
  readonly file: string
  readonly line: number
  /** What the node said. */
  readonly logs: readonly RecordedLog[]
}

export interface RecordedCall {
  /** Which visit made it, counted from 0. */
  readonly visit: number
  readonly call: string
  readonly params: unknown
  readonly outcome: ApiOutcome
}

export interface Recording {
  readonly visits: readonly RecordedVisit[]
  readonly calls: readonly RecordedCall[]
  readonly missing: ReadonlySet<string>
  /** How the run ended; `undefined` while none has begun. */
  readonly done: Promise<RunOutcome> | undefined
  /** The application, with every run recorded and `overlay` laid over its payload. */
  wrapApplication(application: Application, overlay: Payload): Application
  wrapServices(services: Services): Services
}

export function createRecording(): Recording {
  const visits: Omit<RecordedVisit, 'logs'>[] = []
  /** When each visit began, by its place in `visits`. */
  const starts: number[] = []
  const calls: (RecordedCall & { readonly began: number })[] = []
  const logs: { readonly visit: number; readonly began: number; readonly log: RecordedLog }[] = []
  const missing = new Set<string>()
  let done: Promise<RunOutcome> | undefined
  let now = 0

  const trace: Trace = {
    now() {
      now = performance.now()
      return now
    },
    missing: (path) => missing.add(path),
    visit({ id, nodeName, type, output, began, ms, file, line }) {
      starts.push(began)
      visits.push({ id: id ?? null, node: nodeName, type, output: output ?? null, ms: round(ms), file, line })
    },
  }

  /** The visit during which something was done. */
  const visitOf = ({ began, visit }: { readonly began: number; readonly visit: number }) => {
    const start = starts.indexOf(began)
    return start === -1 ? visit : start
  }

  return {
    get visits() {
      return visits.map((visit, index) => ({
        ...visit,
        logs: logs.filter((made) => visitOf(made) === index).map(({ log }) => log),
      }))
    },
    get calls() {
      return calls.map((made) => ({
        visit: visitOf(made),
        call: made.call,
        params: made.params,
        outcome: made.outcome,
      }))
    },
    missing,
    get done() {
      return done
    },
    wrapApplication: (application, overlay) => ({
      ...application,
      start(request) {
        const log: RunLog = (level, message, details) => {
          const recorded = { level, message, details: withoutSecrets(details) }
          // What a run says at that level is how it failed, which stands in the result.
          if (level !== 'error') logs.push({ visit: visits.length, began: now, log: recorded })
          request.log(level, message, details)
        }
        const running = application.start({ ...request, log, trace, prepare: (payload) => merge(payload, overlay) })
        done = running.done
        return running
      },
    }),
    wrapServices: (services) => ({
      ...services,
      async api(call, params) {
        // A node that calls before it awaits anything calls in the very moment in which its visit began.
        const began = now
        const outcome = await services.api(call, params)
        // Any other is, but for branches that run at once, the next to end.
        calls.push({ visit: visits.length, began, call, params, outcome })
        return outcome
      },
    }),
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** `over` laid over `under`, map by map. */
function merge(under: Payload, over: Readonly<Payload>): Payload {
  const merged: Payload = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(merged, key) ? merged[key] : undefined
    const laid = isMap(value) && isMap(below) ? merge(below, value) : value
    // A key `__proto__` is one like any other here.
    Object.defineProperty(merged, key, { value: laid, enumerable: true, writable: true, configurable: true })
  }
  return merged
}

export function isMap(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
