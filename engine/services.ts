/** The only ways from a flow to an effect. A dry run replaces them, a recording records them. */
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
   * Follows redirects as `fetch` does, 20 at most. To another origin go neither headers nor a body nor the certificate, unless it is the
   * same host under TLS.
   */
  readonly followsRedirects: boolean
  /** Accept any certificate. */
  readonly acceptsAnyCertificate: boolean
  /** The connection whose certificate is shown to the server. */
  readonly clientCertificate?: string
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /**
   * Lower-case names. `set-cookie` has those of redirects on the way too, and a list where it came several times; others that did are
   * joined with commas.
   */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Decompressed. */
  readonly body: Uint8Array
}

/** An address is `ada@lom.example` or `Ada <ada@lom.example>`. */
export interface MailMessage {
  /** The setting's sender where it is not given. */
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
  /** What the script finds as `payload`: anything JSON can say. A `time` in it that is a `Date` is one in the script too. */
  readonly payload: unknown
  /** The time when it begins, in milliseconds since 1970. */
  readonly now: number
  /** What its `Math.random` follows from: a whole number below 2^48. */
  readonly seed: number
  readonly signal: AbortSignal
  /** The network that the run was asked for from, which takes turns with others; without one it was started within the process. */
  readonly network?: string
}

export interface ScriptLog {
  readonly level: 'debug' | 'info' | 'warn'
  readonly message: string
}

/** What a script threw, or which limit it came to. */
export interface ScriptFailure {
  readonly name: string
  readonly message: string
  /** Where in the source, if that is known: from 1. */
  readonly line?: number
  readonly column?: number
}

/** `payload` is what the script returned, or what it left of its `payload`. */
export type ScriptOutcome = { readonly logs: readonly ScriptLog[] } & (
  | { readonly payload: unknown }
  | { readonly error: ScriptFailure }
)

export interface FlowStart {
  /** ID of the flow: its file's name without `.yaml`. */
  readonly flow: string
  /** Name of one of its `button` triggers. */
  readonly button: string
  /** Stands at `data` on the payload that it begins with: anything JSON can say. */
  readonly data: unknown
  /** When it is to begin, in milliseconds since 1970; at once where it is not given. */
  readonly dueAt?: number
  /** ID of the flow that asks. */
  readonly by: string
  /** The asking run's own. */
  readonly depth: number
}

export interface SqlRequest {
  /** A name under `connections` of `application.yaml`. */
  readonly connection: string
  /** One statement, with the placeholders of the database: `$1` or `?`. */
  readonly query: string
  /** What is bound to the placeholders, in order. */
  readonly params: readonly unknown[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface SqlResult {
  /** Columns by name. Anything that JSON can say. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** How many rows were given, or changed. */
  readonly count: number
}

export interface RedisRequest {
  /** A name under `connections` of `application.yaml`. */
  readonly connection: string
  /** In lower case. */
  readonly command: string
  readonly args: readonly string[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
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

/** Values that JSON has no form for stand in it as Extended JSON: `{ $oid: … }`. A `Date` is one too. */
export interface MongoRequest {
  /** A name under `connections` of `application.yaml`. */
  readonly connection: string
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
  /** As the driver calls them: `sort`, `limit`, `upsert`. */
  readonly options?: Readonly<Record<string, unknown>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** What leaves the process or waits, which a dry run does not, and code of the flow's author, which it runs. */
export interface Effects {
  /** Rejects with a `FlowpotError` where there is no answer: a forbidden address, no connection, out of time, too large. */
  readonly http: (request: HttpRequest) => Promise<HttpResponse>
  /** Resolves once the mail is handed over. Rejects with a `FlowpotError` where it cannot be, or once the signal is aborted. */
  readonly mail: (message: MailMessage, signal: AbortSignal) => Promise<void>
  /** Rejects with a `FlowpotError` whose code begins with `SQL_` or `CONNECTION_`, or with the signal's reason. */
  readonly sql: (request: SqlRequest) => Promise<SqlResult>
  /** Resolves with the reply: text, numbers, `null`, and lists of these. Rejects as `sql` does, with `REDIS_`. */
  readonly redis: (request: RedisRequest) => Promise<unknown>
  /**
   * Resolves with documents, one or `null`, a number, or what a write did, as Extended JSON. Rejects as `sql` does, with
   * `MONGO_`.
   */
  readonly mongo: (request: MongoRequest) => Promise<unknown>
  /** Sends an MQTT message to whoever has subscribed to the topic, flows included. */
  readonly publish: (topic: string, message: string) => Promise<void>
  /**
   * Resolves once the run is written down that the flow is to have; nobody waits for it. Rejects with a `FlowpotError` where
   * there is no such button, or too many flows have started one another.
   */
  readonly startFlow: (start: FlowStart) => Promise<{ readonly runId: string }>
  /** Rejects once the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Runs JavaScript apart from everything else in the process. Rejects once the signal is aborted, and with 503 where too many wait. */
  readonly script: (request: ScriptRequest) => Promise<ScriptOutcome>
}

export interface Services extends Effects {
  /** Calls a platform action, such as `devices.post`, with its parameters. Never throws for what the platform refuses. */
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
  /** Text is sent as it is; anything else as JSON; `undefined` is no body. */
  readonly body: unknown
  /** The body is text in Base64, whose bytes are sent. */
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
