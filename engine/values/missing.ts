/** Tells whoever observes a payload which of its paths were read and missing. A payload that nobody observes costs nothing. */
import type { Payload } from './payload.ts'

const observers = new WeakMap<Payload, (path: string) => void>()

/** Calls `report` for every missing path that a template or an expression reads on `payload`. A copy of it is observed apart. */
export function observeMissing(payload: Payload, report: (path: string) => void): void {
  observers.set(payload, report)
}

/** Called only where a path came out `undefined`. */
export function reportMissing(payload: Payload, path: string): void {
  observers.get(payload)?.(path)
}
