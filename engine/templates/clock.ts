import type { Clock } from '../../contracts/clock.ts'
import type { Payload } from '../values/payload.ts'

const clocks = new WeakMap<Payload, Clock>()

/** Lets templates on `payload` read `clock` instead of the system's clock. A copy of the payload needs a call of its own. */
export function giveClock(payload: Payload, clock: Clock): void {
  clocks.set(payload, clock)
}

export function timeFor(payload: Payload): number {
  return clocks.get(payload)?.now() ?? Date.now()
}
