/** Random bytes of the system's generator, drawn 4 KB at a time: one at a time, each takes 4 µs and garbage that is dear to collect. */
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
      // Secrets are made of them: what was given out is not kept.
      pool.fill(0, used, used + length)
      used += length
      return bytes
    },
  }
}
