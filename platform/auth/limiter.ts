/** Slows down who guesses passwords: wrong ones are counted by address and by account. */
import { createHash } from 'node:crypto'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { tooManyAttempts } from '../base/refusals.ts'

export interface Limits {
  /** Wrong passwords for one account in a window. */
  readonly perAccount: number
  /** Wrong passwords from one address in a window; more, since an office shares one. */
  readonly perAddress: number
  readonly windowSeconds: number
}

export interface Attempt {
  /** Throws 429 with `retry-after` where the account or the address has used up its attempts. */
  admit(): Promise<void>
  failed(): Promise<void>
  /** Clears the account's count, not the address's: else an account of one's own would buy guesses at others'. */
  succeeded(): Promise<void>
}

export interface Limiter {
  /** `kind` keeps accounts of different kinds apart; `address` is missing for a call from within. */
  attempt(kind: string, account: string, address: string | undefined): Attempt
}

const defaults: Limits = { perAccount: 10, perAddress: 100, windowSeconds: 15 * 60 }
/** Accounts that do not exist are counted as well; sharing this many counters bounds the memory, about 10 MB at worst. */
const BUCKETS = 2 ** 14

export function createLimiter(limits: Limits = defaults): Limiter {
  const duration = limits.windowSeconds
  const accounts = new RateLimiterMemory({ keyPrefix: 'account', points: limits.perAccount, duration })
  const addresses = new RateLimiterMemory({ keyPrefix: 'address', points: limits.perAddress, duration })

  return {
    attempt(kind, account, address) {
      const counters = [{ limiter: accounts, key: bucket(`${kind}:${account}`) }]
      if (address !== undefined) counters.push({ limiter: addresses, key: bucket(network(address)) })
      return {
        async admit() {
          for (const { limiter, key } of counters) {
            const count = await limiter.get(key)
            if (!count || count.consumedPoints < limiter.points) continue
            const seconds = Math.max(1, Math.ceil(count.msBeforeNext / 1000))
            throw tooManyAttempts({}, { headers: { 'retry-after': String(seconds) } })
          }
        },
        async failed() {
          for (const { limiter, key } of counters) await limiter.penalty(key)
        },
        async succeeded() {
          const [own] = counters
          if (own) await own.limiter.delete(own.key)
        },
      }
    },
  }
}

function bucket(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() % BUCKETS
}

/** An IPv6 customer has a /64 at least, and could come from as many addresses as it likes. */
function network(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':').filter(Boolean)
  if (tail !== undefined) {
    const after = tail.split(':').filter(Boolean)
    while (groups.length + after.length < 8) groups.push('0')
    groups.push(...after)
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
