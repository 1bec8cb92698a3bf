/** What a dry run did: visits, calls, missing paths, and how it ended. */
import type { Application, RunOutcome, Trace } from '../engine/application.ts'
import type { Payload } from '../engine/payload.ts'
import type { ApiOutcome, Services } from '../engine/services.ts'

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
  const visits: RecordedVisit[] = []
  /** When each visit began, by its place in `visits`. */
  const starts: number[] = []
  const calls: (RecordedCall & { readonly began: number })[] = []
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

  return {
    visits,
    get calls() {
      return calls.map(({ began, visit, call, params, outcome }) => {
        const start = starts.indexOf(began)
        return { visit: start === -1 ? visit : start, call, params, outcome }
      })
    },
    missing,
    get done() {
      return done
    },
    wrapApplication: (application, overlay) => ({
      ...application,
      start(request) {
        const running = application.start({ ...request, trace, prepare: (payload) => merge(payload, overlay) })
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
