/** Reports which paths of a payload were read and missing. A payload without an observer costs nothing. */
import type { Payload } from './payload.ts'

const observers = new WeakMap<Payload, (path: string) => void>()

/** Calls `report` for every missing path that a template or an expression reads on `payload`. A copy needs a call of its own. */
export function observeMissing(payload: Payload, report: (path: string) => void): void {
  observers.set(payload, report)
}

/** Only called if the value at the path is `undefined`. */
export function reportMissing(payload: Payload, path: string): void {
  observers.get(payload)?.(path)
}
