/** Limits how many people sign up from one network: each costs a hash, and a row in the store for good. */
import { tooManySignUps } from '../base/refusals.ts'
import { createCounters } from './counters.ts'
import { networkOf } from './network.ts'

export interface SignUps {
  /** Counts a sign-up, whether or not it succeeds, since one that fails reveals that the address is taken. Throws 429 with `retry-after`. */
  admit(address: string): Promise<void>
}

export function createSignUps(perHour: number): SignUps {
  const counters = createCounters({ limit: perHour, windowSeconds: 60 * 60, maxKeys: 2 ** 14 })
  return {
    async admit(address) {
      const network = networkOf(address)
      const seconds = await counters.secondsToWait(network)
      if (seconds > 0) throw tooManySignUps({}, { headers: { 'retry-after': String(seconds) } })
      await counters.add(network)
    },
  }
}
