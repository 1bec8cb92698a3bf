/** Hashes passwords off the event loop, few at a time; networks take turns. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createFairQueue } from './fair-queue.ts'
import { networkOf } from './network.ts'

export interface Verification {
  /** Where the request came from; missing for a call from within. */
  readonly address?: string | undefined
  /** Runs when the turn has come; what it throws is thrown. */
  readonly before?: () => Promise<void>
}

export interface Passwords {
  /**
   * `scrypt$N$r$p$salt$hash`: a hash says how it was made, so that its cost can grow. `address` is where the request
   * came from.
   */
  hash(password: string, address?: string): Promise<string>
  /** Whether `password` is the one behind `hash`; without a hash it takes as long and is not. Has precedence over hashing. */
  verify(password: string, hash: string | null, verification?: Verification): Promise<boolean>
}

export interface PasswordCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** OWASP's Password Storage Cheat Sheet; these parameters need 16 MB. */
const owasp: PasswordCost = { N: 2 ** 14, r: 8, p: 5 }
const KEY_LENGTH = 32
/** A hash takes about a fifth of a second: nobody would wait behind more. */
const maxWaiting = 64
/** An office where all sign in at nine shares an address. */
const maxWaitingOfNetwork = 32

/** Salts come from the system and not from the platform's `random`: a replay must not make them known. */
export function createPasswords(cost: PasswordCost = owasp): Passwords {
  // libuv has four threads, and others need them too.
  const slots = Math.max(1, Math.min(3, availableParallelism()))
  const queue = createFairQueue({ slots, maxWaiting, maxWaitingOfNetwork })
  const nobodys = encode(cost, randomBytes(16), randomBytes(KEY_LENGTH))

  return {
    hash: (password, address) =>
      queue.run('second', address && networkOf(address), async () => {
        const salt = randomBytes(16)
        return encode(cost, salt, await derive(password, salt, cost))
      }),
    verify: (password, hash, { address, before } = {}) =>
      queue.run('first', address && networkOf(address), async () => {
        await before?.()
        const { salt, key, cost: itsCost } = decode(hash ?? nobodys)
        const isEqual = timingSafeEqual(await derive(password, salt, itsCost), key)
        // HMAC, and so scrypt, takes `abc` and `abc\0` for the same key.
        return isEqual && hash !== null && !password.includes('\u0000')
      }),
  }
}

function derive(password: string, salt: Buffer, { N, r, p }: PasswordCost): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r }
  return new Promise((resolve, reject) => {
    // Composed the same way on every keyboard: RFC 8265.
    scrypt(password.normalize('NFC'), salt, KEY_LENGTH, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function encode({ N, r, p }: PasswordCost, salt: Buffer, key: Buffer): string {
  return `scrypt$${N}$${r}$${p}$${salt.toString('base64url')}$${key.toString('base64url')}`
}

function decode(hash: string): { salt: Buffer; key: Buffer; cost: PasswordCost } {
  const [, N, r, p, salt = '', key = ''] = hash.split('$')
  return {
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
    cost: { N: Number(N), r: Number(r), p: Number(p) },
  }
}
