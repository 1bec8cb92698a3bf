/** Takes what a device reports: the one way into its state, for REST, MQTT and flows. */
import type { Relay } from '../events.ts'
import type { Platform } from '../platform.ts'
import { type GivenState, StateOrStates } from './state-schemas.ts'
import type { Reported } from './state-writer.ts'

/**
 * Stores what `body` says: one state, or a list of them. Resolves after the commit. Throws `PLATFORM_INVALID` (400) for a wrong shape, 404 where
 * there is no such device, and what the store throws.
 */
export async function reportState(
  platform: Platform,
  deviceId: string,
  body: unknown,
  relay: Relay,
): Promise<Reported> {
  platform.validate(StateOrStates, body)
  // The line above holds it against the schema.
  const states = [body].flat() as GivenState[]
  return platform.states.write({ states: [{ deviceId, states, isBatch: Array.isArray(body) }], relay })
}
