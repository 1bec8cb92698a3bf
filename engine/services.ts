/** The only ways from a flow to an effect. A dry run replaces them, and a recorder observes them. */
import type { Clock } from '../contracts/clock.ts'
import type { ApiOutcome } from '../contracts/outcomes.ts'
import type { Random } from '../contracts/random.ts'
import type { Storage } from '../contracts/storage.ts'
import type { Users } from '../contracts/users.ts'

export interface HttpRequest {
  readonly method: string
  readonly url: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly timeoutMs: number
  /**
   * Whether redirects are followed as `fetch` does, up to 20. Another origin gets no headers, no body and no certificate, unless it is the
   * same host under TLS.
   */
  readonly followsRedirects: boolean
  /** Whether any certificate of the server is accepted. */
  readonly acceptsAnyCertificate: boolean
  /** The connection with the client certificate for the server. */
  readonly clientCertificate?: string
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /**
   * Lower-case names. `set-cookie` includes the cookies of redirects, and is a list if there are several. Other headers that came several
   * times are joined with commas.
   */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Decompressed. */
  readonly body: Uint8Array
}

/** An address is `ada@lom.example` or `Ada <ada@lom.example>`. */
export interface MailMessage {
  /** The sender of the settings by default. */
  readonly from?: string
  readonly to: readonly string[]
  readonly cc?: readonly string[]
  readonly bcc?: readonly string[]
  readonly replyTo?: readonly string[]
  readonly subject: string
  readonly text?: string
  readonly html?: string
}

export interface ScriptRequest {
  /** The body of a JavaScript function of `payload`. */
  readonly source: string
  /** The `payload` of the script: any JSON. A `time` in it that is a `Date` is a `Date` in the script too. */
  readonly payload: unknown
  /** The time at which it begins, in milliseconds since 1970. */
  readonly now: number
  /** The seed of its `Math.random`: a whole number below 2^48. */
  readonly seed: number
  readonly signal: AbortSignal
  /** The network that the request came from, which takes turns with other networks; missing if the process itself started the run. */
  readonly network?: string
}

export interface ScriptLog {
  readonly level: 'debug' | 'info' | 'warn'
  readonly message: string
}

/** What a script threw, or the limit that it reached. */
export interface ScriptFailure {
  readonly name: string
  readonly message: string
  /** The place in the source, if it is known. Both count from 1. */
  readonly line?: number
  readonly column?: number
}

/** `payload` is what the script returned, or its own `payload` if it returned nothing. */
export type ScriptOutcome = { readonly logs: readonly ScriptLog[] } & (
  | { readonly payload: unknown }
  | { readonly error: ScriptFailure }
)

export interface FlowStart {
  /** ID of the flow: its file's name without `.yaml`. */
  readonly flow: string
  /** The name of one of its `button` triggers. */
  readonly button: string
  /** The `data` of its payload: any JSON. */
  readonly data: unknown
  /** When it begins, in milliseconds since 1970; by default at once. */
  readonly dueAt?: number
  /** The ID of the flow that starts it. */
  readonly by: string
  /** The `depth` of the run that starts it. */
  readonly depth: number
}

/** What is asked of a connection. */
interface ConnectionRequest {
  /** A name under `connections` of `application.yaml`. */
  readonly connection: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface SqlRequest extends ConnectionRequest {
  /** One statement, with the placeholders of the database: `$1` or `?`. */
  readonly query: string
  /** The values of the placeholders, in order. */
  readonly params: readonly unknown[]
}

export interface SqlResult {
  /** Columns by name, with any JSON as values. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** How many rows were returned or changed. */
  readonly count: number
}

export interface RedisRequest extends ConnectionRequest {
  /** In lower case. */
  readonly command: string
  readonly args: readonly string[]
}

export const mongoOperations = [
  'find',
  'findOne',
  'count',
  'distinct',
  'aggregate',
  'insertOne',
  'insertMany',
  'updateOne',
  'updateMany',
  'replaceOne',
  'deleteOne',
  'deleteMany',
] as const

export type MongoOperation = (typeof mongoOperations)[number]

/** Values that JSON does not have are Extended JSON, such as `{ $oid: … }`, or a `Date`. */
export interface MongoRequest extends ConnectionRequest {
  readonly collection: string
  readonly operation: MongoOperation
  readonly filter?: Readonly<Record<string, unknown>>
  /** Operators, or a pipeline. */
  readonly update?: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[]
  readonly replacement?: Readonly<Record<string, unknown>>
  readonly document?: Readonly<Record<string, unknown>>
  readonly documents?: readonly Readonly<Record<string, unknown>>[]
  readonly pipeline?: readonly Readonly<Record<string, unknown>>[]
  readonly field?: string
  /** By the driver's names: `sort`, `limit`, `upsert`. */
  readonly options?: Readonly<Record<string, unknown>>
}

/** What leaves the process or waits, which a dry run does not do, and scripts, which it runs. */
export interface Effects {
  /** Rejects with a `FlowpotError` if there is no answer: a forbidden address, no connection, a timeout, or an answer that is too large. */
  readonly http: (request: HttpRequest) => Promise<HttpResponse>
  /** Resolves once the mail server has the mail. Rejects with a `FlowpotError` if it does not take it, or once the signal is aborted. */
  readonly mail: (message: MailMessage, signal: AbortSignal) => Promise<void>
  /** Rejects with a `FlowpotError` whose code begins with `SQL_` or `CONNECTION_`, or with the signal's reason. */
  readonly sql: (request: SqlRequest) => Promise<SqlResult>
  /** Resolves with the reply: text, a number, `null`, or a list of these. Rejects as `sql` does, with `REDIS_`. */
  readonly redis: (request: RedisRequest) => Promise<unknown>
  /**
   * Resolves with documents, one document or `null`, a number, or the result of a write, as Extended JSON. Rejects as `sql` does,
   * with `MONGO_`.
   */
  readonly mongo: (request: MongoRequest) => Promise<unknown>
  /** Sends an MQTT message to whoever has subscribed to the topic, flows included. */
  readonly publish: (topic: string, message: string) => Promise<void>
  /**
   * Resolves once the run of the flow is stored; nobody waits for the run itself. Rejects with a `FlowpotError` if
   * there is no such button, or if too many flows have started one another.
   */
  readonly startFlow: (start: FlowStart) => Promise<{ readonly runId: string }>
  /** Rejects once the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Runs JavaScript in isolation. Rejects once the signal is aborted, and with 503 if too many scripts wait. */
  readonly script: (request: ScriptRequest) => Promise<ScriptOutcome>
}

export interface Services extends Effects {
  /** Calls a platform action, such as `devices.post`, with its parameters. Resolves even if the platform refuses it. */
  readonly api: (call: string, params: Readonly<Record<string, unknown>>) => Promise<ApiOutcome>
  readonly users: Users
  readonly clock: Clock
  readonly random: Random
  readonly storage: Storage
}

export interface Reply {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly cookies: readonly Cookie[]
  /** Text is sent as it is, and anything else as JSON. `undefined` is no body. */
  readonly body: unknown
  /** The body is Base64, and its bytes are sent. */
  readonly encoding?: 'base64'
}

export interface Cookie {
  readonly name: string
  readonly value: string
  readonly path?: string
  readonly domain?: string
  readonly maxAgeSeconds?: number
  readonly httpOnly?: boolean
  readonly secure?: boolean
  readonly sameSite?: 'strict' | 'lax' | 'none'
}
