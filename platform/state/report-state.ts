/** Takes the state of a device from outside: every report by REST, MQTT or a flow goes through here. */
import type { Relay } from '../base/events.ts'
import { validate } from '../base/validate.ts'
import { type GivenState, StateOrStates } from './state-schemas.ts'
import type { Reported, StateWriter } from './state-writer.ts'

/**
 * Stores `body`, which is a state or a list of states. Resolves after the commit. Rejects with `PLATFORM_INVALID` (400) for a wrong shape, with 404 if
 * there is no such device, and with the errors of the store.
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
  // Boundary: `validate` has accepted it.
  const given = body as GivenState | GivenState[]
  const isBatch = Array.isArray(given)
  return states.write({ states: [{ deviceId, states: isBatch ? given : [given], isBatch }], relay })
}
