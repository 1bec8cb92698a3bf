/** Counts events by key, each key exactly, within a window that begins with its first event. */
import { RateLimiterMemory } from 'rate-limiter-flexible'

export interface CountersOptions {
  /** Events of one key in a window. */
  readonly limit: number
  readonly windowSeconds: number
  /** Past this number of keys, the one that was used least recently is forgotten. One takes about 600 bytes. */
  readonly maxKeys: number
}

export interface Counters {
  /** Seconds until the window ends, where `key` has reached the limit; else 0. */
  secondsToWait(key: string): Promise<number>
  add(key: string): Promise<void>
  forget(key: string): Promise<void>
}

export function createCounters({ limit, windowSeconds, maxKeys }: CountersOptions): Counters {
  const counts = new RateLimiterMemory({ points: limit, duration: windowSeconds })
  /** The keys, the least recently used first: the library knows no bound. */
  const recency = new Set<string>()

  return {
    async secondsToWait(key) {
      const count = await counts.get(key)
      if (!count || count.consumedPoints < limit || count.msBeforeNext <= 0) return 0
      // A key that is locked stays so, although nothing is added to it.
      if (recency.delete(key)) recency.add(key)
      return Math.ceil(count.msBeforeNext / 1000)
    },
    async add(key) {
      recency.delete(key)
      recency.add(key)
      await counts.penalty(key)
      const [oldest] = recency
      if (recency.size <= maxKeys || oldest === undefined) return
      recency.delete(oldest)
      await counts.delete(oldest)
    },
    async forget(key) {
      recency.delete(key)
      await counts.delete(key)
    },
  }
}
