/** Counts events for each key, within a window that begins with the first event. */
import { RateLimiterMemory } from 'rate-limiter-flexible'

export interface CountersOptions {
  /** Events that a key may have in a window. */
  readonly limit: number
  readonly windowSeconds: number
  /** Beyond this number of keys, the least recently used one is forgotten. A key takes about 600 bytes. */
  readonly maxKeys: number
}

export interface Counters {
  /** Seconds until the window ends if `key` has reached the limit, otherwise 0. */
  secondsToWait(key: string): Promise<number>
  add(key: string): Promise<void>
  forget(key: string): Promise<void>
}

export function createCounters({ limit, windowSeconds, maxKeys }: CountersOptions): Counters {
  const counts = new RateLimiterMemory({ points: limit, duration: windowSeconds })
  /** The keys, the least recently used first. The library itself has no limit of keys. */
  const recency = new Set<string>()

  return {
    async secondsToWait(key) {
      const count = await counts.get(key)
      if (!count || count.consumedPoints < limit || count.msBeforeNext <= 0) return 0
      // A locked key must not be forgotten for lack of new events.
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
