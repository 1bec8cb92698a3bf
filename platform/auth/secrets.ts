/** Random secrets of 256 bits. The store keeps their SHA-256: nobody can guess them, so a slow hash would add nothing. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { Random } from '../../contracts/random.ts'

export function createSecret(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('hex')
}

export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

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
