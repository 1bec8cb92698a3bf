/** What leaves the process. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Effects } from '../engine/services.ts'

const notYet = async () => {
  throw new Error('Not built yet.')
}

/** `publish` is the broker's. */
export function createEffects({ publish }: Pick<Effects, 'publish'>): Effects {
  return { http: notYet, mail: notYet, publish, sleep: (ms, signal) => pause(ms, undefined, { signal }) }
}
