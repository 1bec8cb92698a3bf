/** How a node leaves where it cannot do what it is asked: by `else`, or by failing the run where no wire leaves from there. */
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import type { Path } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'

export interface Refusal {
  /** A sentence. */
  readonly message: string
  /** Where there is more than one kind. */
  readonly type?: string
}

/** What stands at `result` on leaving by `else`. */
export const refusalShape = objectShape({ error: objectShape({ message: scalar }) })
export const typedRefusalShape = objectShape({ error: objectShape({ type: scalar, message: scalar }) })

export interface RefusalSite {
  readonly payload: Payload
  readonly result: Path | undefined
  readonly wired: ReadonlySet<string>
}

/** What was thrown, for a node that goes on by `else`. */
export function refusalOf(error: unknown): Refusal {
  return { message: error instanceof Error ? error.message : String(error) }
}

/** Puts `{ error }` at `result`. */
export function refuse(error: Refusal, { payload, result, wired }: RefusalSite): 'else' {
  if (!wired.has('else')) throw new Error(error.message)
  result?.set(payload, { error })
  return 'else'
}
