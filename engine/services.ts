/** The only ways from a flow to an effect. A dry run replaces them, a recording records them. */

/** What a platform action answered: a result, or an error as the REST API words it. */
export type ApiOutcome =
  | { readonly result: unknown }
  | { readonly error: { readonly type: string; readonly statusCode: number; readonly message: string } }

/** An experience user as flows see it: no password, no hash. */
export type UserRecord = { readonly id: string; readonly email: string } & Readonly<Record<string, unknown>>

export interface TokenRequest {
  /** ID or e-mail address. */
  readonly user: string
  /** Seconds until the token expires; the platform's default where it is not given. */
  readonly ttlSeconds?: number
  /** Data that travels in the token and comes back as `experience.authInfo.extraData`. */
  readonly data?: Readonly<Record<string, unknown>>
  /** Refuse every token that was issued to this user before. */
  readonly invalidateExistingTokens?: boolean
  /** Note the time as the user's last login. */
  readonly isLogin?: boolean
}

export interface Users {
  /** The user with this address and password, or `null`; both take the same time. Throws 429 for who guesses. */
  verifyPassword(email: string, password: string): Promise<UserRecord | null>
  /** The user that a token stands for, or `null`. */
  verifyToken(token: string): Promise<UserRecord | null>
  /** A signed token, or `null` where there is no such user. */
  signToken(request: TokenRequest): Promise<string | null>
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
}

export interface Random {
  /** `length` random bytes. */
  bytes(length: number): Uint8Array
}

export interface HttpRequest {
  readonly method: string
  readonly url: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly timeoutMs: number
  /** Redirects followed; the last answer counts past it. */
  readonly maxRedirects: number
  /** Accept any certificate. */
  readonly acceptsAnyCertificate: boolean
  readonly signal: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /** Lower-case names; a name that came several times has a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Uint8Array
}

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

/** Values that outlive a run, by key. */
export interface Storage {
  /** `undefined` where nothing is stored. */
  get(key: string): Promise<unknown>
  /**
   * Puts what `change` makes of the value there in its place and resolves with it; no other run comes between. `undefined`
   * removes the value. `change` may be called again where the store retries, so it has no effect besides.
   */
  update(key: string, change: (value: unknown) => unknown): Promise<unknown>
}

/** What leaves the process or waits: a dry run does neither. */
export interface Effects {
  /** Rejects with a `FlowpotError` where there is no answer: a forbidden address, no connection, out of time, too large. */
  readonly http: (request: HttpRequest) => Promise<HttpResponse>
  /** Resolves once the mail is handed over. */
  readonly mail: (message: MailMessage) => Promise<void>
  /** Sends an MQTT message to whoever has subscribed to the topic, flows included. */
  readonly publish: (topic: string, message: string) => Promise<void>
  /** Rejects once the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
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
