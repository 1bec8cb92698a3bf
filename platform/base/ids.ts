/** Makes the IDs of resources: 24 hexadecimal digits, ordered by time, in the shape of Losant's (MongoDB's ObjectId). */
import type { Clock } from '../../contracts/clock.ts'
import type { Random } from '../../contracts/random.ts'

/** Digits of the count within one millisecond. */
const COUNT_DIGITS = 3
const COUNTS = 16 ** COUNT_DIGITS

/**
 * Seconds since 1970 (8 digits), milliseconds (3), count within the millisecond (3), and 40 random bits that tell processes apart (10).
 * IDs of one process always grow, also when its clock is set back. They are no secret: one tells the next.
 */
export function createIds(clock: Clock, random: Random): () => string {
  const process = Buffer.from(random.bytes(5)).toString('hex')
  let lastMs = 0
  let count = 0
  return () => {
    const nowMs = clock.now()
    if (nowMs > lastMs) {
      lastMs = nowMs
      count = 0
    } else if (++count === COUNTS) {
      // More than the clock has milliseconds for: borrow from the next.
      lastMs++
      count = 0
    }
    const seconds = Math.floor(lastMs / 1000)
    return toHex(seconds, 8) + toHex(lastMs % 1000, 3) + toHex(count, COUNT_DIGITS) + process
  }
}

function toHex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}
