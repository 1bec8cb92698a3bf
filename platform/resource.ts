/**
 * How a resource is declared. From this one declaration come the REST route, the `api` node's
 * call, the check of flows, and the documentation. Names, paths and bodies are Losant's.
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

/** What actions, event streams and downloads declare. */
export interface Declared<Params extends TObject = TObject> extends Admission {
  readonly summary: string
  /** `/applications/{applicationId}/devices`. A name in braces is a parameter. */
  readonly path: string
  /**
   * Every parameter except `applicationId`, as a closed object. Nothing is coerced: a parameter of the query also takes text (`page: '2'`), and REST
   * parses JSON if the schema asks for an object or an array.
   */
  readonly params: Params
}

export interface Action<
  Params extends TObject = TObject,
  Result extends TSchema = TSchema,
  Context extends ActionContext = ActionContext,
> extends Declared<Params> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** The name of the parameter that is the body of the request, if there is one. Parameters that are not in the path come from the query. */
  readonly body?: string
  readonly result: Result
  /** The status of success, 200 by default. */
  readonly status?: 200 | 201
  run(params: Static<Params>, context: Context): Promise<Static<Result>>
}

/** Answers GET requests that accept `text/event-stream`. Its path may be that of an action. */
export interface EventStream<Params extends TObject = TObject, Context extends ActionContext = ActionContext>
  extends Declared<Params> {
  /** Describes the data of each event, by the event's name. */
  readonly events: Readonly<Record<string, string>>
  /** Sends events until the returned function is called. */
  open(params: Static<Params>, context: Context, sink: EventSink): () => void
}

export interface EventSink {
  /** `data` is JSON. */
  send(event: string, data: string): void
  end(): void
}

/** Answers with a text that is written while it is read from the database, so it may be of any length. */
export interface Download<Params extends TObject = TObject, Context extends ActionContext = ActionContext>
  extends Declared<Params> {
  readonly method: 'GET' | 'POST'
  /** The name of the parameter that is the body of the request, as of an action. */
  readonly body?: string
  readonly contentType: string
  /** What the text contains, as the end of "It answers 200 with". */
  readonly content: string
  /** Rejects with what is answered instead. What fails later cuts the connection, so that no client takes half a file for a whole one. */
  open(params: Static<Params>, context: Context): Promise<OpenDownload>
}

export interface OpenDownload {
  /** Letters, digits, `-` and `.`. */
  readonly fileName: string
  /** Read only as fast as the client reads, and no further once it has left. */
  readonly parts: AsyncIterable<string>
}

export interface Resource<Context extends ActionContext = ActionContext> {
  readonly name: string
  readonly summary: string
  /** Actions by name: `get`, `post`. */
  readonly actions: Readonly<Record<string, Action<TObject, TSchema, Context>>>
  readonly streams?: Readonly<Record<string, EventStream<TObject, Context>>>
  /** Flows cannot call them: a value of a flow is held in memory as a whole. */
  readonly downloads?: Readonly<Record<string, Download<TObject, Context>>>
}

/** An action, stream or download with its place: `devices`, `post`. */
export interface Named<Called extends Declared = Declared> {
  readonly resource: string
  readonly name: string
  readonly called: Called
}

/** Infers the types of `run` from the schemas of `params` and `result`. */
export function defineAction<
  Params extends TObject,
  Result extends TSchema,
  Context extends ActionContext = ActionContext,
>(action: Action<Params, Result, Context>): Action<Params, Result, Context> {
  return action
}

/** Infers the types of `open` from the schema of `params`. */
export function defineStream<Params extends TObject, Context extends ActionContext = ActionContext>(
  stream: EventStream<Params, Context>,
): EventStream<Params, Context> {
  return stream
}

/** Infers the types of `open` from the schema of `params`. */
export function defineDownload<Params extends TObject, Context extends ActionContext = ActionContext>(
  download: Download<Params, Context>,
): Download<Params, Context> {
  return download
}
