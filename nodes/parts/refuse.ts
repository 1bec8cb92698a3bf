/** How a node leaves if it cannot do what it is asked: by `else`, or by failing the run if `else` is not wired. */
import type { ActionCatalog } from '../../contracts/actions.ts'
import { objectShape, type Shape, scalar } from '../../engine/json-schema/shape.ts'
import type { RawConfig } from '../../engine/node.ts'
import type { Path } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { written } from './written.ts'

export interface Refusal {
  /** A sentence. */
  readonly message: string
  /** The kind of the refusal, for nodes that have more than one. */
  readonly type?: string
}

/** The value at `result` after leaving by `else`. */
export const refusalShape = objectShape({ error: objectShape({ message: scalar }) })
export const typedRefusalShape = objectShape({ error: objectShape({ type: scalar, message: scalar }) })

/**
 * The outputs of a type that leaves by `else` with a refusal, and what it writes: the refusal at `errorResult`, if the node has
 * that field, or else at `result`; after `then`, `shape` at `result`.
 */
export function mayRefuse(refusal: Shape, shape: Shape | ((config: RawConfig, actions: ActionCatalog) => Shape)) {
  return {
    outputs: ['else', 'then'],
    throwsUnlessWired: ['else'],
    writes: (config: RawConfig, output: string, actions: ActionCatalog) =>
      output === 'else'
        ? written(config.errorResult ?? config.result, refusal)
        : written(config.result, typeof shape === 'function' ? shape(config, actions) : shape),
  } as const
}

export interface RefusalSite {
  readonly payload: Payload
  readonly result: Path | undefined
  readonly wired: ReadonlySet<string>
}

/** The error that was thrown, for a node that leaves by `else`. */
export function refusalOf(error: unknown): Refusal {
  return { message: error instanceof Error ? error.message : String(error) }
}

/** Puts `{ error }` at `result`. */
export function refuse(error: Refusal, { payload, result, wired }: RefusalSite): 'else' {
  if (!wired.has('else')) throw new Error(error.message)
  result?.set(payload, { error })
  return 'else'
}
