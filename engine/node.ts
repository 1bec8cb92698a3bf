/** What a node type is: one file, one `defineNode`. */
import type { Static, TObject } from 'typebox'
import type { SchemaChecker } from './check/schema-problems.ts'
import type { Shape } from './check/shape.ts'
import type { Payload } from './payload.ts'
import type { ProblemCode } from './problem.ts'
import type { ApiOutcome, Reply, Services } from './services.ts'

/** What a node has to act with during a visit. */
export interface Run {
  /** Names the run in replies and logs. */
  readonly id: string
  readonly services: Services
  /** Aborted when the run is out of time or was thrown out of. */
  readonly signal: AbortSignal
  /** Writes to the run's log, which the developer sees, never the client. */
  log(level: 'debug' | 'info' | 'warn', message: string, details?: unknown): void
  /** Answers the request. The first reply wins: later ones are ignored and return `false`. */
  reply(reply: Reply): boolean
}

/** One visit of a node. Returns the output that it leaves by. */
export type Visit<Output extends string> = (payload: Payload, run: Run) => Output | Promise<Output>

/** What a node is told of its place when it is compiled. */
export interface CompileContext {
  /** Outputs that a wire leaves from. */
  readonly wired: ReadonlySet<string>
  /** The node's ID, or its place in the flow (`nodes[2].else[0]`). */
  readonly nodeName: string
}

/** A node's configuration as it stands in the YAML, before it is compiled. */
export type RawConfig = Readonly<Record<string, unknown>>

/** A path that a node sets on leaving by an output, and what then stands there. */
export interface Write {
  readonly path: string
  readonly shape: Shape
}

/** What a node type's own check may ask and complain of. */
export interface NodeCheck {
  readonly config: RawConfig
  /** The platform's actions by call, for the `api` node and its kin. */
  readonly actions: ActionCatalog
  /** Holds a value against a JSON Schema. */
  readonly checker: SchemaChecker
  /** Complains at a field of the configuration (`['with', 'device']`). */
  report(problem: FieldProblem): void
}

export interface FieldProblem {
  readonly code: ProblemCode
  readonly at: readonly (string | number)[]
  /** Point at the key and not at its value. */
  readonly atKey?: boolean
  /** Characters from the start of the value at `at`. */
  readonly offset?: number
  readonly length?: number
  readonly message: string
  readonly hint?: string
  readonly severity?: 'error' | 'warning'
}

/** What is known of the platform's actions while checking; handed in, since the engine does not know the platform. */
export type ActionCatalog = Readonly<Record<string, ActionDescription>>

export interface ActionDescription {
  readonly summary: string
  /** JSON Schema of the parameters as one object; closed. */
  readonly params: Readonly<Record<string, unknown>>
  /** JSON Schema of the result. */
  readonly result: Readonly<Record<string, unknown>>
}

/** Shown on the node's page, and run by a test. */
export interface NodeExample {
  readonly title: string
  /** The node as one writes it in a flow. */
  readonly yaml: string
  readonly payload: Payload
  /** What the platform answers to the calls that the node makes, by call. */
  readonly answers?: Readonly<Record<string, ApiOutcome>>
  /** Experience users that exist; their `password` signs them in. */
  readonly users?: readonly { id: string; email: string; password: string }[]
  readonly expect: {
    readonly output?: string
    /** Values that stand on the payload afterwards, by path. */
    readonly payload?: Readonly<Record<string, unknown>>
    readonly reply?: Partial<Reply>
    /** Part of the message of the error that the visit throws. */
    readonly error?: string
  }
}

export interface LosantType {
  readonly type: string
  /**
   * Makes of an exported node's `config` this one's. Templates stay as they are. Throws an `Error` that says why where a
   * node cannot be one of these. For the loader of exports to come.
   */
  readonly translate?: (config: RawConfig) => RawConfig
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
  /** Schema of the configuration; the format's own keys (`id type name next on then else default cases do`) are not in it. */
  readonly config: Config
  /** The ways out. A node with one way out calls it `next`. `[]` ends the path. */
  readonly outputs: readonly Output[]
  /** Ends its path unless the flow says `next`, as a reply does. Its one output is then `next`. */
  readonly endsPath?: boolean
  /** Whether a visit answers the request. */
  readonly replies?: boolean
  /** Outputs that fail the run where no wire leaves from them, in place of going on. */
  readonly throwsUnlessWired?: readonly Output[]
  /** Fields whose templates escape HTML, for this configuration. */
  readonly escapesHtml?: (config: RawConfig) => readonly string[]
  /** Paths that the node sets, per output. */
  readonly writes?: (config: RawConfig, output: string, actions: ActionCatalog) => readonly Write[]
  /** What the schema cannot say. Runs after the schema has passed. */
  readonly check?: (check: NodeCheck) => void
  /** Runs once a node. What it returns runs once a visit. */
  readonly compile: (config: Static<Config>, context: CompileContext) => Visit<Output>
  readonly examples: readonly NodeExample[]
}

/** Types a node's file: `compile` receives what `config` compiles to, and may return none but its `outputs`. */
export function defineNode<Config extends TObject, const Output extends string>(
  type: NodeType<Config, Output>,
): NodeType<Config, Output> {
  return type
}
