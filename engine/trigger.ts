/** What a trigger type is: one file, one `defineTrigger`. In a flow, the one key that names its type tells which trigger it is. */
import type { Static, TObject } from 'typebox'
import type { DeviceWatch, InactivityWatch, StateWatch, TopicWatch } from '../contracts/watches.ts'
import type { CustomNodeSpec } from './custom-node.ts'
import type { Shape } from './json-schema/shape.ts'
import type { RawConfig } from './node.ts'
import type { FieldProblem } from './source/problem.ts'

/** What each trigger type compiles to. Specs with `on` are watches, which the platform acts on. */
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
  /** Names of the groups that the application seeds; `undefined` if they are not known. */
  readonly groups: readonly string[] | undefined
  report(problem: FieldProblem): void
}

export interface TriggerType<Key extends TriggerKey = TriggerKey, Config extends TObject = TObject> {
  /** The key in `on`, which names the type: `endpoint`. */
  readonly key: Key
  readonly losant?: string
  readonly summary: string
  readonly description?: string
  /** Schema of all its fields, including the key but not `then`, which is the format's own. */
  readonly config: Config
  /** Whether every way through the flow from this trigger must reply. */
  readonly expectsReply?: boolean | ((config: RawConfig) => boolean)
  /** Whether its runs are kept until they have succeeded, so that the flow's `retry` applies. */
  readonly isQueued?: boolean | ((config: RawConfig) => boolean)
  /** A few words that become part of the trigger's ID if the value of its key is not a string. */
  readonly label?: (config: Static<Config>) => string
  /** The `data` of a dry run that is given none. */
  readonly sample?: (config: Static<Config>) => unknown
  /** What is known about `data` and `experience` when it fires. Keys that it does not name are absent. */
  readonly shape: (config: Static<Config>) => Readonly<Record<string, Shape>>
  /** Checks what the schema cannot express. Runs only if the configuration fits the schema. */
  readonly check?: (check: TriggerCheck) => void
  /** Gives what the listener or the platform needs to fire it. Runs once per trigger. */
  readonly compile: (config: Static<Config>) => TriggerSpecs[Key]
  /** As a flow has it. */
  readonly examples: readonly { readonly title: string; readonly yaml: string }[]
}

/** Whether a flag of a trigger type is set, for all of its triggers or for one with this configuration. */
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
  /** Whether the flow gets the body, and the address, as they were sent. */
  readonly rawBody?: boolean
  /** The answer that replaces the plain 401 and 403. */
  readonly unauthorized: { readonly status: number; readonly body: unknown } | { readonly redirect: string } | undefined
}

export interface ErrorSpec {
  readonly scope: 'local' | 'experience' | 'global'
}

export interface TimerSpec {
  /** The first time after `from`, both in milliseconds since 1970; `undefined` if there is none. */
  next(from: number): number | undefined
  /** Whether it fires once, late, if it was due while the server was down. */
  readonly late: boolean
}

export interface WebhookSpec {
  /** Last part of its address: `/webhooks/NAME`. */
  readonly name: string
  /** Whether the client waits for the flow's reply. */
  readonly reply: boolean
  /** Whether the flow gets the body, and the address, as they were sent. */
  readonly rawBody?: boolean
}

export interface ButtonSpec {
  readonly name: string
}
