/**
 * What a resource is: one file, one `defineResource`. From that one declaration come the REST route, the `api` node's
 * call, what a flow's check knows of it, and its documentation. Names, paths and bodies are Losant's.
 */
import type { Static, TObject, TSchema } from 'typebox'
import type { Caller } from './auth/actor.ts'
import type { Admission } from './auth/scopes.ts'
import type { Platform } from './platform.ts'

export interface ActionContext extends Caller {
  readonly platform: Platform
  /** Where the request came from; missing for a call from within. */
  readonly address?: string | undefined
}

/** What actions and event streams declare alike. */
export interface Declared<Params extends TObject = TObject> extends Admission {
  readonly summary: string
  /** `/applications/{applicationId}/devices`. What stands in braces is a parameter in the path. */
  readonly path: string
  /**
   * Every parameter by name, `applicationId` apart; closed. Nothing is coerced: what can come from a query takes text too (`page: '2'`), and REST
   * parses JSON where the schema says object or array.
   */
  readonly params: Params
}

export interface Action<
  Params extends TObject = TObject,
  Result extends TSchema = TSchema,
  Context extends ActionContext = ActionContext,
> extends Declared<Params> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Name of the parameter that is the request's body, where there is one. The rest come from the query. */
  readonly body?: string
  readonly result: Result
  /** Status of success; 200 unless it says so. */
  readonly status?: 200 | 201
  run(params: Static<Params>, context: Context): Promise<Static<Result>>
}

/** Answers a GET that accepts `text/event-stream`, at a path of its own or at an action's. */
export interface EventStream<Params extends TObject = TObject, Context extends ActionContext = ActionContext>
  extends Declared<Params> {
  /** What the data of each event is, by the event's name. */
  readonly events: Readonly<Record<string, string>>
  /** Sends until what it returns is called. */
  open(params: Static<Params>, context: Context, sink: EventSink): () => void
}

export interface EventSink {
  /** `data` is JSON. */
  send(event: string, data: string): void
  end(): void
}

export interface Resource<Context extends ActionContext = ActionContext> {
  readonly name: string
  readonly summary: string
  /** By the action's name: `get`, `post`. */
  readonly actions: Readonly<Record<string, Action<TObject, TSchema, Context>>>
  readonly streams?: Readonly<Record<string, EventStream<TObject, Context>>>
}

/** What is declared, and where: `devices`, `post`. */
export interface Named<Called extends Declared = Declared> {
  readonly resource: string
  readonly name: string
  readonly called: Called
}

/** Types an action: `run` receives what `params` validates, and returns what `result` says. */
export function defineAction<
  Params extends TObject,
  Result extends TSchema,
  Context extends ActionContext = ActionContext,
>(action: Action<Params, Result, Context>): Action<Params, Result, Context> {
  return action
}

/** Types a stream: `open` receives what `params` validates. */
export function defineStream<Params extends TObject, Context extends ActionContext = ActionContext>(
  stream: EventStream<Params, Context>,
): EventStream<Params, Context> {
  return stream
}
