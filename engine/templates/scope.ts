/** Where a name in a template is looked up: the payload, or what an `each` or a `with` round it stands at. */
import { readOwn } from '../values/path.ts'
import type { Payload } from '../values/payload.ts'

export interface Scope {
  readonly payload: Payload
  readonly context: unknown
  /** Of the block round this one: where `../` leads. */
  readonly parent: Scope | undefined
  /** Of the nearest `each`. */
  readonly iteration: Iteration | undefined
  /** Values of `as |item index|`, and at the root of an expression's locals. */
  readonly blockParams: readonly unknown[]
}

/** `@index`, `@key`, `@first` and `@last`. */
export interface Iteration {
  readonly index: number
  readonly key: string | number
  readonly first: boolean
  readonly last: boolean
  readonly parent: Iteration | undefined
}

export function rootScope(payload: Payload, blockParams: readonly unknown[] = []): Scope {
  return { payload, context: payload, parent: undefined, iteration: undefined, blockParams }
}

export function innerScope(
  parent: Scope,
  context: unknown,
  blockParams: readonly unknown[] = [],
  iteration = parent.iteration,
): Scope {
  return { payload: parent.payload, context, parent, iteration, blockParams }
}

/** `undefined` where there are not as many blocks round it. */
export function ancestor(scope: Scope, depth: number): Scope | undefined {
  let found: Scope | undefined = scope
  for (let up = depth; up > 0 && found; up -= 1) found = found.parent
  return found
}

export function readSegments(value: unknown, segments: readonly string[]): unknown {
  let found = value
  for (const key of segments) found = readOwn(found, key)
  return found
}

/** As Handlebars sees it: 0 is not empty, an empty list is. */
export function isEmpty(value: unknown): boolean {
  return (!value && value !== 0) || (Array.isArray(value) && value.length === 0)
}
