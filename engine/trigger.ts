/** What a trigger type is: one file, one `defineTrigger`. A trigger in a flow is known by the one key that names its type. */
import type { Static, TObject } from 'typebox'
import type { DeviceWatch, InactivityWatch, StateWatch, TopicWatch } from '../contracts/watches.ts'
import type { CustomNodeSpec } from './custom-node.ts'
import type { Shape } from './json-schema/shape.ts'
import type { RawConfig } from './node.ts'
import type { FieldProblem } from './source/problem.ts'

/** What each type of triggers compiles to. Those with `on` are watches, which the platform acts on. */
export interface TriggerSpecs {
  readonly button: ButtonSpec
  readonly 'custom-node': CustomNodeSpec
  readonly 'device-connect': DeviceWatch
  readonly 'device-created': DeviceWatch
  readonly 'device-disconnect': DeviceWatch
  readonly 'device-inactivity': InactivityWatch
  readonly 'device-state': StateWatch
  readonly endpoint: EndpointSpec
  readonly error: ErrorSpec
  readonly mqtt: TopicWatch
  readonly timer: TimerSpec
  readonly webhook: WebhookSpec
}

export type TriggerKey = keyof TriggerSpecs

export interface TriggerCheck {
  readonly config: RawConfig
  /** Names of the groups that the application seeds; `undefined` where the application has no such list. */
  readonly groups: readonly string[] | undefined
  report(problem: FieldProblem): void
}

export interface TriggerType<Key extends TriggerKey = TriggerKey, Config extends TObject = TObject> {
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
  /** What fires it, for the listener or the platform. Runs once a trigger. */
  readonly compile: (config: Static<Config>) => TriggerSpecs[Key]
  /** Written as it stands in a flow. */
  readonly examples: readonly { readonly title: string; readonly yaml: string }[]
}

/** What a trigger type says of all its triggers, or of one by its configuration. */
export function appliesTo(answer: boolean | ((config: RawConfig) => boolean) | undefined, config: RawConfig): boolean {
  return typeof answer === 'function' ? answer(config) : (answer ?? false)
}

export function defineTrigger<const Key extends TriggerKey, Config extends TObject>(
  type: TriggerType<Key, Config>,
): TriggerType<Key, Config> {
  return type
}

/** Who may call an endpoint. */
export type Access = 'public' | 'authenticated' | 'device' | { readonly groups: readonly string[] }

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

export interface ErrorSpec {
  readonly scope: 'local' | 'experience' | 'global'
}

export interface TimerSpec {
  /** The first time after `from`, both in milliseconds since 1970; `undefined` where there is none. */
  next(from: number): number | undefined
  /** Whether it fires once, late, where it was due while nothing ran. */
  readonly late: boolean
}

export interface WebhookSpec {
  /** Last part of its address: `/webhooks/NAME`. */
  readonly name: string
  /** Whether the client waits for the flow's reply. */
  readonly reply: boolean
}

export interface ButtonSpec {
  readonly name: string
}
