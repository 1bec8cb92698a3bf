/** What a dry run did: visits, calls, missing paths, and how it ended. */

import { FlowpotError } from '../../contracts/errors.ts'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { Application, RunLog, RunOutcome, Trace } from '../../engine/application.ts'
import type { SecretNames } from '../../engine/secret-names.ts'
import type { Services } from '../../engine/services.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { withoutSecrets } from '../../server/http/log.ts'
import {
  describeCommand,
  describeMail,
  describeMessage,
  describeOperation,
  describeQuery,
  describeRequest,
  describeResponse,
  describeStart,
} from './recorded-effects.ts'

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
  /** An action of the platform; `http`, `mail`, `sql`, `redis`, `mongo` or `mqtt` for what leaves the process; `flow` for a start. */
  readonly call: string
  readonly params: unknown
  readonly outcome: ApiOutcome
  /** Of what leaves the process: whether it was really sent, or tried to be. */
  readonly sent?: boolean
}

/** Whether what a flow asks for is really sent. */
export type Sends = Readonly<Record<'http' | 'mail' | 'sql' | 'redis' | 'mongo' | 'mqtt' | 'flow', boolean>>

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

/** `names` are those under which the application has secrets, which are not listed. */
export function createRecording(sends: Sends, names: SecretNames): Recording {
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

  /** Notes what a node asks for, and what comes of it. */
  const record = async <Result>(
    asked: Pick<RecordedCall, 'call' | 'params' | 'sent'>,
    work: () => Promise<Result>,
    outcomeOf: (result: Result) => ApiOutcome = () => ({ result: null }),
  ): Promise<Result> => {
    // A node that asks before it awaits anything asks in the very moment in which its visit began.
    const began = now
    // Any other is, but for branches that run at once, the next to end.
    const note = (outcome: ApiOutcome) => calls.push({ ...asked, visit: visits.length, began, outcome })
    try {
      const result = await work()
      note(outcomeOf(result))
      return result
    } catch (error) {
      note({ error: errorOf(error) })
      throw error
    }
  }

  return {
    get visits() {
      return visits.map((visit, index) => ({
        ...visit,
        logs: logs.filter((made) => visitOf(made) === index).map(({ log }) => log),
      }))
    },
    get calls() {
      return calls.map(({ began, visit, ...made }) => ({ visit: visitOf({ began, visit }), ...made }))
    },
    missing,
    get done() {
      return done
    },
    wrapApplication: (application, overlay) => ({
      ...application,
      start(request) {
        const log: RunLog = (level, message, details) => {
          const recorded = { level, message, details: withoutSecrets(details, names) }
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
      api: (call, params) =>
        record(
          { call, params },
          () => services.api(call, params),
          (outcome) => outcome,
        ),
      http: (request) =>
        record(
          { call: 'http', params: describeRequest(request, names), sent: sends.http },
          () => services.http(request),
          (response) => ({ result: describeResponse(response, names) }),
        ),
      mail: (message, signal) =>
        record({ call: 'mail', params: describeMail(message), sent: sends.mail }, () => services.mail(message, signal)),
      sql: (request) =>
        record(
          { call: 'sql', params: describeQuery(request), sent: sends.sql },
          () => services.sql(request),
          ({ rows }) => ({ result: rows }),
        ),
      redis: (request) =>
        record(
          { call: 'redis', params: describeCommand(request), sent: sends.redis },
          () => services.redis(request),
          (result) => ({ result }),
        ),
      mongo: (request) =>
        record(
          { call: 'mongo', params: describeOperation(request), sent: sends.mongo },
          () => services.mongo(request),
          (result) => ({ result }),
        ),
      publish: (topic, message) =>
        record({ call: 'mqtt', params: describeMessage(topic, message), sent: sends.mqtt }, () =>
          services.publish(topic, message),
        ),
      startFlow: (start) =>
        record({ call: 'flow', params: describeStart(start), sent: sends.flow }, () => services.startFlow(start)),
    }),
  }
}

function errorOf(error: unknown): { type: string; statusCode: number; message: string } {
  const { code, status } = error instanceof FlowpotError ? error : { code: 'ERROR', status: 500 }
  return { type: code, statusCode: status, message: error instanceof Error ? error.message : String(error) }
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
