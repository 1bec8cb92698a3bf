/** How a node leaves if it cannot do what it is asked: by `else`, or by failing the run if `else` is not wired. */
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import type { Path } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'

export interface Refusal {
  /** A sentence. */
  readonly message: string
  /** The kind of the refusal, for nodes that have more than one. */
  readonly type?: string
}

/** The value at `result` after leaving by `else`. */
export const refusalShape = objectShape({ error: objectShape({ message: scalar }) })
export const typedRefusalShape = objectShape({ error: objectShape({ type: scalar, message: scalar }) })

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
