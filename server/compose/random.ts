/** Draws random bytes from the system 4 KB at a time, since each call to the system costs 4 µs and garbage, however few bytes it returns. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../../contracts/random.ts'

export function createRandom(): Random {
  const pool = new Uint8Array(4096)
  let used = pool.length
  return {
    bytes(length) {
      if (length > pool.length) return randomFillSync(new Uint8Array(length))
      if (used + length > pool.length) {
        randomFillSync(pool)
        used = 0
      }
      const bytes = pool.slice(used, used + length)
      // Secrets are made of these bytes, so they do not stay in memory after they were handed out.
      pool.fill(0, used, used + length)
      used += length
      return bytes
    },
  }
}
