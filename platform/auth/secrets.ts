/** Random secrets of 256 bits. They are kept as SHA-256: nobody guesses them, so a slow hash would add nothing. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { Random } from '../../contracts/random.ts'

export function createSecret(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('hex')
}

export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

/** Compares in constant time. Two hashes are equally long, whatever was sent. */
export function isSecret(secret: string, hash: string): boolean {
  return areEqual(hashSecret(secret), hash)
}

/** Compares two texts of any length in constant time. */
export function isSameText(one: string, other: string): boolean {
  return areEqual(hashSecret(one), hashSecret(other))
}

function areEqual(one: string, other: string): boolean {
  const left = Buffer.from(one)
  const right = Buffer.from(other)
  return left.length === right.length && timingSafeEqual(left, right)
}
