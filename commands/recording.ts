/** What a dry run did: visits, calls, missing paths, and how it ended. */
import type { Application, RunOutcome, Trace } from '../engine/application.ts'
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
  wrapApplication(application: Application, overlay: Readonly<Record<string, unknown>>): Application
  wrapServices(services: Services): Services
}

export function createRecording(): Recording {
  const visits: RecordedVisit[] = []
  const calls: RecordedCall[] = []
  const missing = new Set<string>()
  let done: Promise<RunOutcome> | undefined

  const trace: Trace = {
    now: () => performance.now(),
    missing: (path) => missing.add(path),
    visit({ id, nodeName, type, output, ms, file, line }) {
      visits.push({ id: id ?? null, node: nodeName, type, output: output ?? null, ms: round(ms), file, line })
    },
  }

  return {
    visits,
    calls,
    missing,
    get done() {
      return done
    },
    wrapApplication: (application, overlay) => ({
      ...application,
      start(request) {
        const laid = {
          data: merge(request.data, overlay.data),
          ...(request.experience ? { experience: merge(request.experience, overlay.experience) } : {}),
        }
        const running = application.start({ ...request, ...laid, trace })
        done = running.done
        return running
      },
    }),
    wrapServices: (services) => ({
      ...services,
      async api(call, params) {
        const outcome = await services.api(call, params)
        // The visit that made it is traced when it ends, so it is the next one.
        calls.push({ visit: visits.length, call, params, outcome })
        return outcome
      },
    }),
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

type Fields = Readonly<Record<string, unknown>>

/** `over` laid over `under`, map by map. */
function merge(under: Fields, over: unknown): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...under }
  if (!isMap(over)) return merged
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(merged, key) ? merged[key] : undefined
    const laid = isMap(value) && isMap(below) ? merge(below, value) : value
    Object.defineProperty(merged, key, { value: laid, enumerable: true, writable: true, configurable: true })
  }
  return merged
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
