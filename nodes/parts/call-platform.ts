/** How a node calls the platform, and leaves by `then` with the result or by `else` with the refusal. */

import type { ActionCatalog } from '../../contracts/actions.ts'
import { defineError } from '../../contracts/errors.ts'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import { objectShape, type Shape } from '../../engine/json-schema/shape.ts'
import { shapeOfSchema } from '../../engine/json-schema/shape-of-schema.ts'
import type { Run } from '../../engine/node.ts'
import type { Path } from '../../engine/values/path.ts'
import type { Payload } from '../../engine/values/payload.ts'

type Params = Readonly<Record<string, unknown>>

const text = shapeOfSchema({ type: 'string' })

/** The shape of the result of an action, as the platform declares it. */
export function shapeOfResult(actions: ActionCatalog, call: string): Shape {
  return shapeOfSchema(actions[call]?.result ?? {})
}

/** The value at a result path after the platform refused a call. */
export const platformRefusal = objectShape({
  error: objectShape({ type: text, statusCode: shapeOfSchema({ type: 'integer' }), message: text }),
})

const callRefused = defineError<{ call: string; status: number; message: string }>(
  'FLOW_CALL_REFUSED',
  500,
  ({ call, status, message }) => `${call} was refused with ${status}: ${message}`,
)

/** The result of a call. Throws `FLOW_CALL_REFUSED` if the platform refused. */
export function resultOf(call: string, outcome: ApiOutcome): unknown {
  if (!('error' in outcome)) return outcome.result
  throw callRefused({ call, status: outcome.error.statusCode, message: outcome.error.message })
}

/** The result of an action of the platform. Throws `FLOW_CALL_REFUSED` if the platform refuses. */
export async function callAction(run: Run, call: string, params: Params): Promise<unknown> {
  return resultOf(call, await run.services.api(call, params))
}

/** As `callAction`, but `null` if the platform refuses with one of these statuses: what the call names does not exist. */
export async function findByAction(run: Run, call: string, params: Params, absent = [404]): Promise<unknown> {
  const outcome = await run.services.api(call, params)
  return 'error' in outcome && absent.includes(outcome.error.statusCode) ? null : resultOf(call, outcome)
}

interface Settling {
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
  params: Params,
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
