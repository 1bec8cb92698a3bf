/** What a node type is: one file, one `defineNode`. */
import type { Static, TObject } from 'typebox'
import type { ActionCatalog } from '../contracts/actions.ts'
import type { ApiOutcome } from '../contracts/outcomes.ts'
import type { CustomNode, Returned } from './custom-node.ts'
import type { SchemaChecker } from './json-schema/schema-problems.ts'
import type { Shape } from './json-schema/shape.ts'
import type { Reply, Services } from './services.ts'
import type { Position } from './source/position.ts'
import type { FieldProblem } from './source/problem.ts'
import type { Payload } from './values/payload.ts'

/** What a node has to act with during a visit. */
export interface Run {
  /** Names the run in replies and logs. */
  readonly id: string
  readonly services: Services
  /** How many flows have started one another to get to this run. */
  readonly depth: number
  /** Which use of a custom node this is, by flows and nodes from the outside in: `@register/lookup`. Empty outside of all. */
  readonly within: string
  /** Aborted when the run is out of time or was thrown out of. */
  readonly signal: AbortSignal
  /** Writes to the run's log, which the developer sees, never the client. */
  log(level: 'debug' | 'info' | 'warn', message: string, details?: unknown): void
  /** Answers the request. The first reply wins: later ones are ignored and return `false`. */
  reply(reply: Reply): boolean
  /** Leaves the custom node that this is in by one of its outputs. The first counts: later ones are ignored and return `false`. */
  leave(output: string, value: unknown): boolean
}

/** One visit of a node. Returns the output that it leaves by. */
export type Visit<Output extends string> = (payload: Payload, run: Run) => Output | Promise<Output>

/** How often the `do` of a loop is gone through, and what goes onto and is kept of the payload of each iteration. */
export interface Repetition {
  readonly count: number
  /** Some at a time, each on a copy of the payload; otherwise one after another, on the payload itself. */
  readonly isParallel: boolean
  /** Puts onto the payload what an iteration is about; `index` counts from 0. */
  begin(payload: Payload, index: number): void
  /** Takes from the payload what is kept of an iteration that has ended, also of one that broke the loop. */
  readonly collect: ((payload: Payload) => unknown) | undefined
}

/** What was collected, in the order of iterations: a promise only where one of them waits. Throws what an iteration throws. */
export type Repeat = (
  payload: Payload,
  run: Run,
  repetition: Repetition,
) => readonly unknown[] | Promise<readonly unknown[]>

/**
 * Goes through the custom node that the node's type stands for. `inputs` are not to be shared with another payload. A promise
 * only where one of its nodes waits; throws what one of them throws.
 */
export type UseCustomNode = (run: Run, inputs: Payload) => Returned | Promise<Returned>

/** What a node is told of its place when it is compiled. */
export interface CompileContext {
  /** Outputs that a wire leaves from. */
  readonly wired: ReadonlySet<string>
  /** The node's ID, or its place in the flow (`nodes[2].else[0]`). */
  readonly nodeName: string
  /** The file's name without `.yaml`. */
  readonly flowId: string
  readonly config: RawConfig
  /** Goes through the node's `do`. For types that have a `body`. */
  readonly repeat: Repeat
  /** For types that stand for a custom node. */
  readonly useCustomNode: UseCustomNode
  /** Ways out of the custom node that the flow is; none where it is no custom node. */
  readonly ownOutputs: readonly string[]
  /** Where in the file a place in a field stands: `offset` characters from the start of its value. */
  readonly locate: (field: string, offset: number) => Position
}

/** A node's configuration as it stands in the YAML, before it is compiled. */
export type RawConfig = Readonly<Record<string, unknown>>

/** A path that a node sets on leaving by an output, and what then stands there. */
export interface Write {
  readonly path: string
  readonly shape: Shape
}

/** What must stand at a path for a node to be left by `then`. */
export interface Demand {
  readonly path: string
  /** A JSON Schema that it fits; without one it is anything but missing, `null`, `false`, `0` and the empty text. */
  readonly schema?: Readonly<Record<string, unknown>>
}

/** What a node answers a request with, as far as its configuration says. */
export interface ReplyOutline {
  /** `undefined` where a template gives it. */
  readonly status: number | undefined
  /** By lower-case name, as configured. */
  readonly headers: RawConfig
  /** As configured; `undefined` where there is none. */
  readonly body: unknown
}

/** What a node type's own check may ask and complain of. */
export interface NodeCheck {
  /** The node's ID, where it has one. */
  readonly id: string | undefined
  readonly config: RawConfig
  /** Outputs that a wire leaves from. */
  readonly wired: ReadonlySet<string>
  /** The platform's actions by call, for the `api` node and its kin. */
  readonly actions: ActionCatalog
  /** Names of the connections that `application.yaml` has. */
  readonly connections: readonly string[]
  /** Names of the custom nodes of the application. */
  readonly customNodes: readonly string[]
  /** Holds a value against a JSON Schema. */
  readonly checker: SchemaChecker
  /** Complains at a field of the configuration (`['with', 'device']`). */
  report(problem: FieldProblem): void
}

/** Shown on the node's page, and run by a test. */
export interface NodeExample {
  readonly title: string
  /** The node as one writes it in a flow. */
  readonly yaml: string
  readonly payload: Payload
  /** What the platform answers to the calls that the node makes, by call. */
  readonly answers?: Readonly<Record<string, ApiOutcome>>
  /** What comes of the HTTP requests, queries, Redis commands and MongoDB operations that the node makes, in order. */
  readonly responses?: readonly ExampleResponse[]
  /** Experience users that exist; their `password` signs them in. */
  readonly users?: readonly { id: string; email: string; password: string }[]
  /** What the flow has stored, by key. */
  readonly stored?: Readonly<Record<string, unknown>>
  /** Payloads of runs before this one. */
  readonly earlier?: readonly Payload[]
  /** Other flows of the application: the button of each, by its ID. */
  readonly buttons?: Readonly<Record<string, string>>
  /** Other flows of the application, by ID. */
  readonly flows?: Readonly<Record<string, string>>
  /** What starts the flow that the node stands in, where that matters. */
  readonly on?: string
  readonly expect: {
    readonly output?: string
    /** Values that stand on the payload afterwards, by path. */
    readonly payload?: Readonly<Record<string, unknown>>
    /** What the flow has stored afterwards, by key. */
    readonly stored?: Readonly<Record<string, unknown>>
    readonly reply?: Partial<Reply>
    /** What a custom node gives whoever uses it. */
    readonly returned?: Returned
    /** Part of each HTTP request, mail, MQTT message and start of a flow that the node asks for, in order. */
    readonly sent?: readonly Readonly<Record<string, unknown>>[]
    /** Part of the message of the error that the visit throws. */
    readonly error?: string
  }
}

/** An answer, or why there is none. */
export type ExampleResponse =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  /** Rows of SQL, or what Redis or MongoDB replies. */
  | { readonly result: unknown }
  | { readonly error: string }

export interface LosantType {
  readonly type: string
  /**
   * Makes of an exported node's `config` this one's. Templates stay as they are. Throws an `Error` that says why where a
   * node cannot be one of these. For the loader of exports to come.
   */
  readonly translate?: (config: RawConfig) => RawConfig
}

/** What the engine has to know of the few types that do more than go on by an output. */
export interface Roles {
  readonly loop?: LoopRole
  readonly reply?: ReplyRole
  /** Leaves the custom node that it is in by the output that its field `output` names, with its `value`. */
  readonly returns?: true
  /** Fires the button that its fields `flow` and `button` name, which is looked up once all flows are known. */
  readonly firesButton?: true
  readonly customNode?: CustomNodeRole
}

/** The output `do` leads to the nodes of an iteration. A visit never leaves by it. */
export interface LoopRole {
  readonly isParallel: (config: RawConfig) => boolean
  /** What stands on the payload when an iteration begins. */
  readonly writes: (config: RawConfig) => readonly Write[]
  /** Fields that are rendered on the payload of an iteration that has ended. */
  readonly readsAfter: readonly string[]
}

/** Answers the request, and ends its path unless the flow says `next`, its one output. */
export interface ReplyRole {
  /** What clients are told of the reply beforehand. */
  readonly outline: (config: RawConfig) => ReplyOutline
}

/** Uses a flow as a node. Its outputs may have other names than the format's, and are then wired below `on`. */
export interface CustomNodeRole {
  /** The same type once the custom nodes of the application are known. */
  readonly withKnown: (customNodes: ReadonlyMap<string, CustomNode>) => NodeType
  /** The type of one node, as the node stands in the YAML: that of the custom node that it uses. */
  readonly resolve?: (node: RawConfig) => NodeType
  /** The custom node that the type stands for. */
  readonly definition?: CustomNode
}

export interface NodeType<Config extends TObject = TObject, Output extends string = string> {
  /** What `type:` says in a flow. */
  readonly type: string
  /** Losant's type of the same thing. Its `outputIds` are in the order of `outputs`. */
  readonly losant?: LosantType
  /** One sentence. */
  readonly summary: string
  /** Further paragraphs for its page, in Markdown. */
  readonly description?: string
  /**
   * Schema of the configuration; the format's own keys (`id type name next on then else default cases do`) are not in it.
   * But for `cases`: a type whose schema has it is a switch. The `then` of a case is a wire, the rest is configuration.
   */
  readonly config: Config
  /**
   * The ways out. A node with one way out calls it `next`. `[]` ends the path. Those of a switch follow from its cases:
   * `cases[0]`, and `default`.
   */
  readonly outputs: readonly Output[] | ((config: RawConfig) => readonly Output[])
  readonly roles?: Roles
  /** Whether something is kept by it from one run to the next, by the flow and the node. */
  readonly remembers?: (config: RawConfig) => boolean
  /** Of a type with `then`: what it asks of the payload, as far as its configuration says. */
  readonly demands?: (config: RawConfig) => readonly Demand[]
  /** Statuses below 500 that a visit may fail the run with, which the client gets as they are. */
  readonly refusesWith?: readonly number[]
  /** Outputs that fail the run where no wire leaves from them, in place of going on. */
  readonly throwsUnlessWired?: readonly NoInfer<Output>[]
  /** Fields whose templates escape HTML, for this configuration. */
  readonly escapesHtml?: (config: RawConfig) => readonly string[]
  /** Paths that the node sets, per output. */
  readonly writes?: (config: RawConfig, output: string, actions: ActionCatalog) => readonly Write[]
  /** What the schema cannot say. Runs after the schema has passed. */
  readonly check?: (check: NodeCheck) => void
  /** Runs once a node. What it returns runs once a visit. */
  readonly compile: (config: Static<Config>, context: CompileContext) => Visit<NoInfer<Output>>
  readonly examples: readonly NodeExample[]
}

/** The ways out of a node of this type and configuration, which no schema has passed yet. */
export function outputsOf(type: NodeType, config: RawConfig): readonly string[] {
  return typeof type.outputs === 'function' ? type.outputs(config) : type.outputs
}

/** Types a node's file: `compile` receives what `config` compiles to, and may return none but its `outputs`. */
export function defineNode<Config extends TObject, const Output extends string>(
  type: NodeType<Config, Output>,
): NodeType<Config, Output> {
  return type
}
