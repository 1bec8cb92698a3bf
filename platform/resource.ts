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

export interface Action<Params extends TObject = TObject, Result extends TSchema = TSchema> extends Admission {
  readonly summary: string
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** `/applications/{applicationId}/devices`. What stands in braces is a parameter in the path. */
  readonly path: string
  /** Name of the parameter that is the request's body, where there is one. The rest come from the query. */
  readonly body?: string
  /**
   * Every parameter by name, `applicationId` apart; closed. Nothing is coerced: what can come from a query takes text too (`page: '2'`), and REST
   * parses JSON where the schema says object or array.
   */
  readonly params: Params
  readonly result: Result
  /** Status of success; 200 unless it says so. */
  readonly status?: 200 | 201
  run(params: Static<Params>, context: ActionContext): Promise<Static<Result>>
}

/** `Record` key is the action's name: `get`, `post`. */
export interface Resource {
  readonly name: string
  readonly summary: string
  readonly actions: Readonly<Record<string, Action>>
}

/** Types an action: `run` receives what `params` validates, and returns what `result` says. */
export function defineAction<Params extends TObject, Result extends TSchema>(
  action: Action<Params, Result>,
): Action<Params, Result> {
  return action
}
