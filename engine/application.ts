/** A compiled application: what the listeners serve and a reload swaps. */
import type { FlowpotError } from '../contracts/errors.ts'
import type { Seeds } from '../contracts/seeds.ts'
import type { Returned } from './custom-node.ts'
import type { Told } from './effect.ts'
import type { SecretNames } from './secret-names.ts'
import type { Reply, Services } from './services.ts'
import type { Problem } from './source/problem.ts'
import type { TriggerKey, TriggerSpecs } from './trigger.ts'
import type { Payload } from './values/payload.ts'

/** `application.yaml`, as it was read. */
export interface ApplicationSettings {
  readonly name: string
  /** 24 hexadecimal digits, if the file gives an ID. */
  readonly id: string | undefined
  readonly globals: Readonly<Record<string, unknown>>
  /** Values from the environment that flows read at `secrets` and nobody is shown, by name. */
  readonly secrets: Readonly<Record<string, FromEnvironment>>
  /** Whether browsers may call from other origins: from all, or from those that are named. */
  readonly cors: boolean | CorsSettings
  readonly http: {
    /** Hosts, with or without a port, that flows may request although their address is private: `127.0.0.1:9000`. */
    readonly allow: readonly string[]
  }
  /** Databases that flows may use, by the name that flows know them by. */
  readonly connections: Readonly<Record<string, FromEnvironment>>
  readonly seeds: Seeds
  /** Names of this application's secrets, in addition to the names that are secret everywhere. */
  readonly secretNames: readonly string[]
}

export interface CorsSettings {
  /** As browsers send them: `https://app.example.com`. */
  readonly origins: readonly string[]
  /** Whether browsers send cookies along, and show the answer to them. */
  readonly credentials?: boolean
}

export interface FromEnvironment {
  /** The environment variable that has the value: a secret, or the URL of a database. */
  readonly env: string
}

/** `type` is the key of the trigger's type, and decides what `spec` is. */
export type CompiledTrigger<Key extends TriggerKey = TriggerKey> = {
  [Each in Key]: PlacedTrigger & { readonly type: Each; readonly spec: TriggerSpecs[Each] }
}[Key]

interface PlacedTrigger {
  /** Unique in the application. */
  readonly id: string
  readonly flow: FlowDescription
  /** Whether somebody waits for a reply: a run that gives none has failed. */
  readonly expectsReply?: boolean
  /** The `data` of a dry run that is given none. */
  readonly sample?: unknown
  readonly line: number
  readonly column: number
}

export interface FlowDescription {
  /** The file's name without `.yaml`. */
  readonly id: string
  readonly name: string
  readonly file: string
  readonly description: string | undefined
  /** Whether runs that the same device, topic or clock started run one after another. */
  readonly inOrder?: boolean
  /** How often a failed run is tried again. It only applies to runs that no client waits for. */
  readonly retry?: Retry | undefined
  readonly limits?: FlowLimits | undefined
}

/** What a flow allows itself. The limits of the application still apply. */
export interface FlowLimits {
  readonly seconds?: number
  readonly visits?: number
  /** Of a request's body, decompressed. */
  readonly bodyBytes?: number
}

export interface Retry {
  readonly times: number
  /** The pause before the first retry. It doubles with each further one. */
  readonly seconds: number
}

export interface Limits {
  /** A run that takes longer fails, and its request is answered 504. */
  readonly runTimeoutMs: number
  readonly maxVisits: number
  /** Approximate size of a payload as JSON. */
  readonly maxPayloadBytes: number
  /** A request beyond this number is answered 503 with `Retry-After`. */
  readonly maxConcurrentRuns: number
}

/**
 * Watches one run. It is told `begun`, then of all that the run does, then `ended`; an observer has
 * the methods that it needs, and what they return is ignored but for `called`. A run that has
 * no observer pays nothing for them, and one whose observers have neither `visited` nor `called` pays for its beginning and its end only.
 */
export interface RunObserver {
  begun?(run: RunBegun): unknown
  visited?(visit: Visited): unknown
  /** A node asks for an effect. What is returned hears of the answer. */
  called?(call: Called): Answering
  logged?(log: Logged): unknown
  /** A node drew random bytes. */
  drew?(bytes: Uint8Array, during: number): unknown
  /** A path was read that was not there. */
  missing?(path: string): unknown
  /** The run goes on with another payload: a flow's first, or a copy. */
  took?(payload: Payload, copyOf?: Payload): unknown
  ended?(run: RunEnded): unknown
  /**
   * What the clock said is added here each time it is read. A list, since templates find the clock in a `WeakMap`, whose values outlive the
   * young generation with all that they lead to: with an observer in its place, captures took six times as long.
   */
  readonly clockReadings?: number[]
}

export interface RunBegun {
  /** As the first node finds it. */
  readonly payload: Payload
  /** What the clock said, in milliseconds since 1970. */
  readonly startedAt: number
}

export interface RunEnded {
  readonly outcome: RunOutcome
  readonly startedAt: number
  readonly ms: number
}

export interface Visited {
  /** ID of the node, if it has one. */
  readonly id: string | undefined
  /** ID, or its place in the flow. */
  readonly nodeName: string
  readonly type: string
  readonly flow: string
  readonly file: string
  readonly line: number
  /** As the visit left it. */
  readonly payload: Payload
  /** The output; `undefined` if the visit threw. */
  readonly output: string | undefined
  /** In milliseconds from the start of the run. No two visits of a run begin at the same moment. */
  readonly began: number
  readonly ms: number
  readonly error?: unknown
}

export interface Called {
  /** `http`, `storage.get`, or a platform action: `devices.post`. */
  readonly name: string
  /** As they are at this moment. */
  readonly params: unknown
  /** When the last visit before the call began. It is that visit's call, if its node had not waited for anything yet. */
  readonly during: number
}

export interface Answering {
  answered(told: Told): void
  failed(error: unknown): void
}

export interface Logged {
  readonly level: Parameters<RunLog>[0]
  readonly message: string
  readonly details: unknown
  /** As for a call. */
  readonly during: number
}

export type RunLog = (level: 'debug' | 'info' | 'warn' | 'error', message: string, details?: unknown) => void

/** What starts a run. */
export interface RunRequest {
  readonly trigger: CompiledTrigger
  /** The run's ID. A request's run has the request's ID. */
  readonly id: string
  readonly applicationId: string
  readonly data: unknown
  /** `time` of the payload, in milliseconds since 1970. Without it the clock's time is taken. */
  readonly time?: number | undefined
  /** `triggerId` and `triggerType` of the payload, if they differ from the trigger's own ID and type. */
  readonly triggerId?: string | undefined
  readonly triggerType?: string | undefined
  /** Metadata that a device sent with its state. */
  readonly meta?: unknown
  readonly experience?: Readonly<Record<string, unknown>>
  readonly relayId?: string
  readonly relayType?: string
  /** The length of the chain of flows that started one another; 0 if it is not given. */
  readonly depth?: number
  readonly services: Services
  readonly log: RunLog
  /** Changes the payload before the first node sees it, as a dry run does with its sample. */
  readonly prepare?: (payload: Payload) => Payload
}

export interface Running {
  /** The first reply. Rejects with a `FlowpotError` if the run ended or failed (500) or ran out of time (504) without one. */
  readonly reply: Promise<Reply>
  /** Resolves when every branch and every error trigger has ended. Never rejects. */
  readonly done: Promise<RunOutcome>
}

export interface RunOutcome {
  readonly reply: Reply | undefined
  /**
   * Why the run has failed, and `undefined` where it has not: what it threw, also where an error trigger replied all the same, or
   * `RUN_NO_REPLY` where somebody waited for a reply and got none. Nothing else decides what a failed run is.
   */
  readonly error: FlowpotError | undefined
  /** The node that threw. */
  readonly failedAt?: { readonly node: string; readonly file: string; readonly line: number }
  /** Of a custom node that was started by itself. */
  readonly returned?: Returned
  /** The payload of the branch that ended last. */
  readonly payload: Payload
}

export interface Application {
  readonly settings: ApplicationSettings
  /** What must not be shown of this application's runs, its `secrets` included. */
  readonly secretNames: SecretNames
  readonly flows: readonly FlowDescription[]
  readonly endpoints: readonly CompiledTrigger<'endpoint'>[]
  readonly buttons: readonly CompiledTrigger<'button'>[]
  readonly errors: readonly CompiledTrigger<'error'>[]
  readonly webhooks: readonly CompiledTrigger<'webhook'>[]
  /** Every trigger, of whatever type. */
  readonly triggers: readonly CompiledTrigger[]
  /** When no run is in flight any more, error triggers' included. */
  whenIdle(): Promise<void>
  /** Starts a run. Throws `RUN_TOO_MANY` (503) past `maxConcurrentRuns`. */
  start(request: RunRequest, observers?: readonly RunObserver[]): Running
}

/** `application` is there if no problem is an error. */
export interface Loaded {
  readonly application: Application | undefined
  readonly problems: readonly Problem[]
}
