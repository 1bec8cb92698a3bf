/** Draws random bytes from the system 4 KB at a time: a draw costs 4 µs and garbage, whatever its length. */
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
      // Secrets are made of these bytes, so none stays in memory after it was handed out.
      pool.fill(0, used, used + length)
      used += length
      return bytes
    },
  }
}
