import { flowActor } from '../platform/auth/actor.ts'
import type { Platform } from '../platform/platform.ts'
import { callAction } from '../platform/resources/call-action.ts'

/** Calls an action of the platform as a flow does. Throws what it is refused for. */
export async function call<Result>(platform: Platform, name: string, params: object): Promise<Result> {
  const outcome = await callAction(platform, flowActor, name, { ...params })
  if ('error' in outcome) throw new Error(`${name}: ${outcome.error.message}`)
  // Boundary: the caller knows what the action answers.
  return outcome.result as Result
}
