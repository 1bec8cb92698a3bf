import type { Clock } from '../../contracts/clock.ts'
import type { Payload } from '../values/payload.ts'

const clocks = new WeakMap<Payload, Clock>()

/** Lets templates on `payload` read `clock`. A copy of the payload is given it apart. Without one it is the system's. */
export function giveClock(payload: Payload, clock: Clock): void {
  clocks.set(payload, clock)
}

export function timeFor(payload: Payload): number {
  return clocks.get(payload)?.now() ?? Date.now()
}
