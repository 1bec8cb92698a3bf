/** What a trigger type is: one file, one `defineTrigger`. A trigger in a flow is known by the one key that names its type. */
import type { Static, TObject } from 'typebox'
import type { Shape } from './json-schema/shape.ts'
import type { FieldProblem, RawConfig } from './node.ts'

export interface TriggerCheck {
  readonly config: RawConfig
  /** Names of the groups that the application seeds; `undefined` where the application has no such list. */
  readonly groups: readonly string[] | undefined
  report(problem: FieldProblem): void
}

export interface TriggerType<Key extends string = string, Config extends TObject = TObject, Spec = unknown> {
  /** The key in `on`, which names the type: `endpoint`. */
  readonly key: Key
  readonly losant?: string
  readonly summary: string
  readonly description?: string
  /** Schema of all its fields, the key among them; `then` is the format's own. */
  readonly config: Config
  /** Whether every way through the flow from this trigger must reply. */
  readonly expectsReply?: boolean | ((config: RawConfig) => boolean)
  /** Runs of it are kept until they have ended well, and may be tried again: `retry` of the flow. */
  readonly isQueued?: boolean | ((config: RawConfig) => boolean)
  /** The trigger in a few words, where its key's value is no text: part of its ID. */
  readonly label?: (config: Static<Config>) => string
  /** `data` of a dry run that hands in none. */
  readonly sample?: (config: Static<Config>) => unknown
  /** What is known of `data` and `experience` when it fires; keys that it does not name are absent. */
  readonly shape: (config: Static<Config>) => ReadonlyMap<string, Shape>
  /** What the schema cannot say. Runs after the schema has passed. */
  readonly check?: (check: TriggerCheck) => void
  /** What listeners need of it; runs once a trigger. */
  readonly compile: (config: Static<Config>) => Spec
  /** Written as it stands in a flow. */
  readonly examples: readonly { readonly title: string; readonly yaml: string }[]
}

/** What a trigger type says of all its triggers, or of one by its configuration. */
export function holds(answer: boolean | ((config: RawConfig) => boolean) | undefined, config: RawConfig): boolean {
  return typeof answer === 'function' ? answer(config) : (answer ?? false)
}

export function defineTrigger<const Key extends string, Config extends TObject, Spec>(
  type: TriggerType<Key, Config, Spec>,
): TriggerType<Key, Config, Spec> {
  return type
}

/** Who may call an endpoint. */
export type Access = 'public' | 'authenticated' | 'device' | { readonly groups: readonly string[] }

/** What the `endpoint` trigger compiles to, for the listener. */
export interface EndpointSpec {
  /** Upper-case. */
  readonly method: string
  /** As written: `/devices/{id}`. */
  readonly route: string
  readonly access: Access
  readonly enabled: boolean
  readonly description: string | undefined
  /** Answered in place of the plain 401 and 403. */
  readonly unauthorized: { readonly status: number; readonly body: unknown } | { readonly redirect: string } | undefined
}

/** What the `error` trigger compiles to. */
export interface ErrorSpec {
  readonly scope: 'local' | 'experience' | 'global'
}

/** Devices that any of these names. */
export interface DeviceChoice {
  readonly deviceIds?: readonly string[]
  readonly deviceTags?: readonly { readonly key?: string; readonly value?: string }[]
  readonly query?: Readonly<Record<string, unknown>>
}

/** What the triggers `device-connect`, `device-disconnect` and `device-created` compile to. */
export interface DeviceSpec {
  /** Every device where it is not given. */
  readonly devices: DeviceChoice | undefined
}

/** What the `device-state` trigger compiles to. */
export interface DeviceStateSpec extends DeviceSpec {
  readonly attributes: readonly string[] | undefined
  readonly ignoredAttributes: readonly string[] | undefined
  readonly maxAgeSeconds: number | undefined
  readonly reports: 'all' | 'single' | 'batch'
  readonly batch: 'each' | 'once'
}

/** What the `device-inactivity` trigger compiles to. */
export interface DeviceInactivitySpec extends DeviceSpec {
  readonly seconds: number
}

/** What the `timer` trigger compiles to. */
export interface TimerSpec {
  /** The first time after `from`, both in milliseconds since 1970; `undefined` where there is none. */
  next(from: number): number | undefined
  /** Whether it fires once, late, where it was due while nothing ran. */
  readonly late: boolean
}

/** What the `mqtt` trigger compiles to. */
export interface MqttSpec {
  /** A filter, with wildcards or without. */
  readonly topic: string
}

/** What the `webhook` trigger compiles to. */
export interface WebhookSpec {
  /** Last part of its address: `/webhooks/NAME`. */
  readonly name: string
  /** Whether the client waits for the flow's reply. */
  readonly reply: boolean
}

/** What the `button` trigger compiles to. */
export interface ButtonSpec {
  readonly name: string
}
