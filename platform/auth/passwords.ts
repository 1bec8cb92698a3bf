/** Hashes passwords off the event loop, few at a time; networks take turns. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createFairQueue } from './fair-queue.ts'
import { siteOf } from './network.ts'

export interface Verification {
  /** Where the request came from; missing for a call from within. */
  readonly address?: string | undefined
  /** Runs just before the hash is computed. If it throws, `verify` throws the same. */
  readonly before?: () => Promise<void>
}

export interface Passwords {
  /**
   * `scrypt$N$r$p$salt$hash`: a hash says how it was made, so that its cost can grow. `address` is where the request
   * came from.
   */
  hash(password: string, address?: string): Promise<string>
  /** Whether `hash` was made of `password`. Without a hash the answer is no, after the same time. Verifying has precedence over hashing. */
  verify(password: string, hash: string | null, verification?: Verification): Promise<boolean>
}

export interface PasswordCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** The parameters of OWASP's Password Storage Cheat Sheet. They need 16 MB of memory. */
const owasp: PasswordCost = { N: 2 ** 14, r: 8, p: 5 }
const keyLength = 32
/** A hash takes about 0.2 s. Nobody would wait for more of them. */
const maxWaiting = 64
/** People in one office share an address and may all sign in at nine. */
const maxWaitingOfNetwork = 32

/** Salts come from the system and not from the platform's `random`, which a replay would reveal. */
export function createPasswords(cost: PasswordCost = owasp): Passwords {
  // libuv has four threads, and others need them too.
  const slots = Math.max(1, Math.min(3, availableParallelism()))
  const queue = createFairQueue({ slots, maxWaiting, maxWaitingOfNetwork })
  const nobodys = encode(cost, randomBytes(16), randomBytes(keyLength))

  return {
    hash: (password, address) =>
      queue.run('second', address && siteOf(address), async () => {
        const salt = randomBytes(16)
        return encode(cost, salt, await derive(password, salt, cost))
      }),
    verify: (password, hash, { address, before } = {}) =>
      queue.run('first', address && siteOf(address), async () => {
        await before?.()
        const { salt, key, cost: itsCost } = decode(hash ?? nobodys)
        const isEqual = timingSafeEqual(await derive(password, salt, itsCost), key)
        // HMAC, and so scrypt, pads keys with zeros: `abc` and `abc\0` give the same hash.
        return isEqual && hash !== null && !password.includes('\u0000')
      }),
  }
}

function derive(password: string, salt: Buffer, { N, r, p }: PasswordCost): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r }
  return new Promise((resolve, reject) => {
    // RFC 8265: keyboards compose the same character in different ways.
    scrypt(password.normalize('NFC'), salt, keyLength, options, (error, key) => (error ? reject(error) : resolve(key)))
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
