/** Makes the IDs of resources: 24 hexadecimal digits, ordered by time, in the shape of Losant's (MongoDB's ObjectId). */
import type { Clock } from '../../contracts/clock.ts'
import type { Random } from '../../contracts/random.ts'

/** Digits of the counter, which tells IDs of one millisecond apart. */
const countDigits = 3
const counts = 16 ** countDigits

/**
 * An ID has 8 digits of seconds since 1970, 3 of milliseconds, 3 of a counter, and 10 of random bits that tell processes apart.
 * The IDs of one process always grow, even if its clock is set back. They are not secret: whoever knows one can guess the next.
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
    } else if (++count === counts) {
      // The counter is used up, so borrow from the next millisecond.
      lastMs++
      count = 0
    }
    const seconds = Math.floor(lastMs / 1000)
    return toHex(seconds, 8) + toHex(lastMs % 1000, 3) + toHex(count, countDigits) + process
  }
}

function toHex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}
