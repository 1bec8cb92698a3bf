/** Takes what a device reports: the one way into its state, for REST, MQTT and flows. */
import type { Relay } from '../base/events.ts'
import { validate } from '../base/validate.ts'
import { type GivenState, StateOrStates } from './state-schemas.ts'
import type { Reported, StateWriter } from './state-writer.ts'

/**
 * Stores what `body` says: one state, or a list of them. Resolves after the commit. Throws `PLATFORM_INVALID` (400) for a wrong shape, 404 where
 * there is no such device, and what the store throws.
 */
export function reportState(
  { states }: { readonly states: StateWriter },
  deviceId: string,
  body: unknown,
  relay: Relay,
): Promise<Reported> {
  try {
    validate(StateOrStates, body)
  } catch (error) {
    return Promise.reject(error)
  }
  // The line above holds it against the schema.
  const given = body as GivenState | GivenState[]
  const isBatch = Array.isArray(given)
  return states.write({ states: [{ deviceId, states: isBatch ? given : [given], isBatch }], relay })
}
