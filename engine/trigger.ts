/** What a trigger type is: one file, one `defineTrigger`. A trigger in a flow is known by the one key that names its type. */
import type { Static, TObject } from 'typebox'
import type { Shape } from './check/shape.ts'
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
  readonly expectsReply?: boolean
  /** What is known of `data` and `experience` when it fires; keys that it does not name are absent. */
  readonly shape: (config: Static<Config>) => ReadonlyMap<string, Shape>
  /** What the schema cannot say. Runs after the schema has passed. */
  readonly check?: (check: TriggerCheck) => void
  /** What listeners need of it; runs once a trigger. */
  readonly compile: (config: Static<Config>) => Spec
  /** Written as it stands in a flow. */
  readonly examples: readonly { readonly title: string; readonly yaml: string }[]
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

/** What the `button` trigger compiles to. */
export interface ButtonSpec {
  readonly name: string
}
