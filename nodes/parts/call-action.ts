import type { Run } from '../../engine/node.ts'
import { resultOf } from './settle.ts'

type Params = Readonly<Record<string, unknown>>

/** The result of an action of the platform. Throws `FLOW_CALL_REFUSED` if the platform refuses. */
export async function callAction(run: Run, call: string, params: Params): Promise<unknown> {
  return resultOf(call, await run.services.api(call, params))
}

/** As `callAction`, but `null` if the platform refuses with one of these statuses: what the call names does not exist. */
export async function findByAction(run: Run, call: string, params: Params, absent = [404]): Promise<unknown> {
  const outcome = await run.services.api(call, params)
  return 'error' in outcome && absent.includes(outcome.error.statusCode) ? null : resultOf(call, outcome)
}
