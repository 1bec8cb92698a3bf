/** Where a name in a template is looked up: in the payload, or in the item or value of an `each` or `with` around it. */
import { readOwn } from '../values/path.ts'
import type { Payload } from '../values/payload.ts'

export interface Scope {
  readonly payload: Payload
  readonly context: unknown
  /** The scope of the surrounding block, where `../` leads. */
  readonly parent: Scope | undefined
  /** The iteration of the nearest `each`. */
  readonly iteration: Iteration | undefined
  /** Values of `as |item index|`. The root scope has those of an expression's locals. */
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

/** `undefined` if there are fewer blocks around it. */
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

/** As in Handlebars, 0 is not empty and an empty list is. */
export function isEmpty(value: unknown): boolean {
  return (!value && value !== 0) || (Array.isArray(value) && value.length === 0)
}
