/** How a node that calls the platform leaves: by `then` with the result, or by `else` with the refusal. */

import { defineError } from '../../contracts/errors.ts'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { Run } from '../../engine/node.ts'
import type { Path } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'

export const callRefused = defineError<{ call: string; status: number; message: string }>(
  'FLOW_CALL_REFUSED',
  500,
  ({ call, status, message }) => `${call} was refused with ${status}: ${message}`,
)

/** The result of a call. Throws `FLOW_CALL_REFUSED` if the platform refused. */
export function resultOf(call: string, outcome: ApiOutcome): unknown {
  if (!('error' in outcome)) return outcome.result
  throw callRefused({ call, status: outcome.error.statusCode, message: outcome.error.message })
}

export interface Settling {
  readonly call: string
  readonly payload: Payload
  readonly result: Path | undefined
  readonly wired: ReadonlySet<string>
  /** Turns the platform's result into the value that the flow gets. */
  readonly show?: (result: unknown) => unknown
}

/** Calls an action of the platform and settles its outcome. */
export async function callAndSettle(
  run: Run,
  call: string,
  params: Readonly<Record<string, unknown>>,
  site: Omit<Settling, 'call'>,
): Promise<'then' | 'else'> {
  return settle(await run.services.api(call, params), { ...site, call })
}

/** Puts the result, or `{ error }`, at its path, and returns the output to leave by. Throws if the call was refused and `else` is not wired. */
export function settle(outcome: ApiOutcome, { call, payload, result, wired, show }: Settling): 'then' | 'else' {
  if (!('error' in outcome)) {
    result?.set(payload, show ? show(outcome.result) : outcome.result)
    return 'then'
  }
  if (!wired.has('else')) resultOf(call, outcome)
  result?.set(payload, { error: outcome.error })
  return 'else'
}
