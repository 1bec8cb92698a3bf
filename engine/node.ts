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

/** What a node can act with during a visit. */
export interface Run {
  /** Names the run in replies and logs. */
  readonly id: string
  readonly services: Services
  /** The length of the chain of flows that started one another and ended in this run. */
  readonly depth: number
  /** The uses of custom nodes that this run is inside, outermost first, by flow and node: `@register/lookup`. Empty if there is none. */
  readonly within: string
  /** Aborted when the run is out of time, or when another branch of it threw. */
  readonly signal: AbortSignal
  /** Writes to the run's log, which the developer sees, never the client. */
  log(level: 'debug' | 'info' | 'warn', message: string, details?: unknown): void
  /** Answers the request. The first reply wins: later ones are ignored and return `false`. */
  reply(reply: Reply): boolean
  /** Leaves the surrounding custom node by one of its outputs. The first call wins: later ones are ignored and return `false`. */
  leave(output: string, value: unknown): boolean
}

/** One visit of a node. Returns the output that it leaves by. */
export type Visit<Output extends string> = (payload: Payload, run: Run) => Output | Promise<Output>

/** How many iterations a loop has, and what each of them puts on the payload and keeps from it. */
export interface Repetition {
  readonly count: number
  /** Runs several iterations at a time, each on a copy of the payload. Otherwise they run one after another on the payload itself. */
  readonly isParallel: boolean
  /** Puts the item of an iteration on the payload; `index` counts from 0. */
  begin(payload: Payload, index: number): void
  /** Reads the result of an iteration from its payload, also if the iteration broke the loop. */
  readonly collect: ((payload: Payload) => unknown) | undefined
}

/** Gives what was collected, in the order of iterations; a promise only if one of them waits. Throws what an iteration throws. */
export type Repeat = (
  payload: Payload,
  run: Run,
  repetition: Repetition,
) => readonly unknown[] | Promise<readonly unknown[]>

/**
 * Runs the custom node that the node's type stands for. `inputs` must not be shared with another payload. Gives a promise only
 * if one of its nodes waits, and throws what one of them throws.
 */
export type UseCustomNode = (run: Run, inputs: Payload) => Returned | Promise<Returned>

/** What a node learns about its place in the flow when it is compiled. */
export interface CompileContext {
  /** Outputs that the flow wires. */
  readonly wired: ReadonlySet<string>
  /** The node's ID, or its place in the flow (`nodes[2].else[0]`). */
  readonly nodeName: string
  /** The file's name without `.yaml`. */
  readonly flowId: string
  readonly config: RawConfig
  /** Runs the node's `do`. For types with the role `loop`. */
  readonly repeat: Repeat
  /** For types that stand for a custom node. */
  readonly useCustomNode: UseCustomNode
  /** The outputs of the custom node that the flow defines; empty for any other flow. */
  readonly ownOutputs: readonly string[]
  /** The position in the file of a character of a field, `offset` characters from the start of its value. */
  readonly locate: (field: string, offset: number) => Position
}

/** A node's configuration as the YAML has it, before it is compiled. */
export type RawConfig = Readonly<Record<string, unknown>>

/** A path that a node sets when it leaves by an output, and the shape of what it writes there. */
export interface Write {
  readonly path: string
  readonly shape: Shape
}

/** What a path must hold for a node to be left by `then`. */
export interface Demand {
  readonly path: string
  /** A JSON Schema that the value must fit. Without one, the value must be truthy. */
  readonly schema?: Readonly<Record<string, unknown>>
}

/** The reply to a request, as far as the configuration of its node tells. */
export interface ReplyOutline {
  /** `undefined` if a template computes it. */
  readonly status: number | undefined
  /** By lower-case name, as configured. */
  readonly headers: RawConfig
  /** As configured; `undefined` if there is none. */
  readonly body: unknown
  /** Whether the client gets bytes. */
  readonly isBinary?: boolean
}

/** What a node type's own check may read and report. */
export interface NodeCheck {
  /** The node's ID, if it has one. */
  readonly id: string | undefined
  readonly config: RawConfig
  /** Outputs that the flow wires. */
  readonly wired: ReadonlySet<string>
  /** The platform's actions by call, for node types that call them. */
  readonly actions: ActionCatalog
  /** Names of the connections that `application.yaml` has. */
  readonly connections: readonly string[]
  /** Names of the custom nodes of the application. */
  readonly customNodes: readonly string[]
  /** Checks a value against a JSON Schema. */
  readonly checker: SchemaChecker
  /** Reports a problem of a field of the configuration (`['with', 'device']`). */
  report(problem: FieldProblem): void
}

/** Is shown on the node's page and run by a test. */
export interface NodeExample {
  readonly title: string
  /** The node as one writes it in a flow. */
  readonly yaml: string
  readonly payload: Payload
  /** What the platform answers to the calls that the node makes, by call. */
  readonly answers?: Readonly<Record<string, ApiOutcome>>
  /** The answers to the HTTP requests, queries, Redis commands and MongoDB operations that the node makes, in order. */
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
  /** The trigger of the flow, if the example depends on it. */
  readonly on?: string
  readonly expect: {
    readonly output?: string
    /** Values on the payload afterwards, by path. */
    readonly payload?: Readonly<Record<string, unknown>>
    /** What the flow has stored afterwards, by key. */
    readonly stored?: Readonly<Record<string, unknown>>
    readonly reply?: Partial<Reply>
    /** What a custom node gives to the flow that uses it. */
    readonly returned?: Returned
    /** Part of each HTTP request, mail, MQTT message and start of a flow that the node asks for, in order. */
    readonly sent?: readonly Readonly<Record<string, unknown>>[]
    /** Part of the message of the error that the visit throws. */
    readonly error?: string
  }
}

/** An answer, or the error in its place. */
export type ExampleResponse =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  /** Rows of SQL, or what Redis or MongoDB replies. */
  | { readonly result: unknown }
  | { readonly error: string }

export interface LosantType {
  readonly type: string
  /**
   * Turns the `config` of an exported node into one of this type. Templates stay as they are. Throws an `Error` with the
   * reason if the node cannot be translated. The loader of exports will use it.
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
  /** Paths that are set when an iteration begins. */
  readonly writes: (config: RawConfig) => readonly Write[]
  /** Fields whose templates read the payload of an iteration that has ended. */
  readonly readsAfter: readonly string[]
}

/** Answers the request, and ends its path unless the flow says `next`, its one output. */
export interface ReplyRole {
  /** What the OpenAPI document says of the reply. */
  readonly outline: (config: RawConfig) => ReplyOutline
}

/** Uses a flow as a node. Outputs with names that the format does not know are wired below `on`. */
export interface CustomNodeRole {
  /** The same type once the custom nodes of the application are known. */
  readonly withKnown: (customNodes: ReadonlyMap<string, CustomNode>) => NodeType
  /** The type of one node, given as the YAML has it: the type of the custom node that it uses. */
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
   * Schema of the configuration, without the format's own keys (`id type name next on then else default do`). A type whose
   * schema has `cases` is a switch: the `then` of each case is a wire, and the rest of the case is configuration.
   */
  readonly config: Config
  /**
   * A single output is called `next`, and `[]` ends the path. The outputs of a switch follow from its cases: `cases[0]` and so
   * on, and `default`.
   */
  readonly outputs: readonly Output[] | ((config: RawConfig) => readonly Output[])
  readonly roles?: Roles
  /** Whether the node keeps something from one run to the next, under its own ID. */
  readonly remembers?: (config: RawConfig) => boolean
  /** What the payload must hold for the node to be left by `then`, as far as its configuration tells. */
  readonly demands?: (config: RawConfig) => readonly Demand[]
  /** Whether its outputs say who may go on. A flow that gives none of them a way of its own lets everybody through. */
  readonly guards?: true
  /** Statuses below 500 that a visit may fail the run with. The client gets them unchanged. */
  readonly refusesWith?: readonly number[]
  /** Outputs that fail the run unless the flow wires them. */
  readonly throwsUnlessWired?: readonly NoInfer<Output>[]
  /** Fields whose templates escape HTML, for this configuration. */
  readonly escapesHtml?: (config: RawConfig) => readonly string[]
  /** Paths that the node sets, per output. */
  readonly writes?: (config: RawConfig, output: string, actions: ActionCatalog) => readonly Write[]
  /** Checks what the schema cannot express. Runs only if the configuration fits the schema. */
  readonly check?: (check: NodeCheck) => void
  /** Runs once per node; the function that it returns runs once per visit. */
  readonly compile: (config: Static<Config>, context: CompileContext) => Visit<NoInfer<Output>>
  readonly examples: readonly NodeExample[]
}

/** The outputs of a node of this type. `config` has not been checked against the schema yet. */
export function outputsOf(type: NodeType, config: RawConfig): readonly string[] {
  return typeof type.outputs === 'function' ? type.outputs(config) : type.outputs
}

/** Types the file of a node: `compile` receives what `config` compiles to, and a visit may only return one of `outputs`. */
export function defineNode<Config extends TObject, const Output extends string>(
  type: NodeType<Config, Output>,
): NodeType<Config, Output> {
  return type
}
