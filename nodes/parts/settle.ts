/** What a node does with the platform's answer where it has `then` and `else`: as create-user and api do. */

import { defineError } from '../../contracts/errors.ts'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { Path } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'

export const callRefused = defineError<{ call: string; status: number; message: string }>(
  'FLOW_CALL_REFUSED',
  500,
  ({ call, status, message }) => `${call} was refused with ${status}: ${message}`,
)

/** The result; throws `FLOW_CALL_REFUSED` where the platform refused. */
export function resultOf(call: string, outcome: ApiOutcome): unknown {
  if (!('error' in outcome)) return outcome.result
  throw callRefused({ call, status: outcome.error.statusCode, message: outcome.error.message })
}

export interface Settling {
  readonly call: string
  readonly payload: Payload
  readonly result: Path | undefined
  readonly wired: ReadonlySet<string>
  /** Makes of the platform's result what the flow is given. */
  readonly show?: (result: unknown) => unknown
}

/** Puts the result, or `{ error }`, at its path and says which way to go. A refusal without an `else` fails the run. */
export function settle(outcome: ApiOutcome, { call, payload, result, wired, show }: Settling): 'then' | 'else' {
  if (!('error' in outcome)) {
    result?.set(payload, show ? show(outcome.result) : outcome.result)
    return 'then'
  }
  if (!wired.has('else')) resultOf(call, outcome)
  result?.set(payload, { error: outcome.error })
  return 'else'
}
