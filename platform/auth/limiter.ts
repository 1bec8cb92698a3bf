/** Slows down whoever guesses: wrong passwords are counted for the account and for the network that they come from. */
import { hash } from 'node:crypto'
import { tooManyAttempts } from '../base/refusals.ts'
import { createCounters } from './counters.ts'
import type { KnownNetworks } from './known-networks.ts'
import { networkOf } from './network.ts'

export interface Limits {
  /** Wrong passwords for one account in a window. */
  readonly perAccount: number
  /** Wrong passwords from one network in a window; more, since an office shares one. */
  readonly perNetwork: number
  readonly windowSeconds: number
}

export interface SignIn {
  /** The given name of the account, in the form in which names are compared. */
  readonly name: string
  /** ID of the account, if there is one of this name. */
  readonly account?: string | undefined
  /** Where the request came from; missing for a call from within. */
  readonly address?: string | undefined
}

export interface Attempt {
  /** Throws 429 with `retry-after` if the account or the network has used up its attempts. */
  admit(): Promise<void>
  failed(): Promise<void>
  /**
   * Clears the count of the account, but not of the network: otherwise signing in to one's own account would buy guesses at others.
   * From then on the account knows the network.
   */
  succeeded(): Promise<void>
}

/**
 * An account has its own allowance in each network from which it has signed in. Strangers, and others in the network,
 * use up only the allowance for unknown networks, so they cannot lock the account out of the networks that it knows.
 */
export interface Limiter {
  attempt(signIn: SignIn): Promise<Attempt>
}

/** There is a limiter for each kind of account, so that guesses at one kind do not count for another. */
export type Limiters = Readonly<Record<'user' | 'device' | 'administrator', Limiter>>

const defaults: Limits = { perAccount: 10, perNetwork: 100, windowSeconds: 15 * 60 }
/** More accounts than can fail in a window, since every wrong password of a user costs a hash. So no count is forgotten early. */
const maxAccounts = 2 ** 16
/** Names without an account are counted too, since the answers would otherwise tell which names have one. */
const maxStrangers = 2 ** 14
const maxNetworks = 2 ** 14

export function createLimiters(known: KnownNetworks, limits: Limits = defaults): Limiters {
  return {
    user: createLimiter(limits, known),
    device: createLimiter(limits, known),
    administrator: createLimiter(limits, known),
  }
}

function createLimiter({ perAccount, perNetwork, windowSeconds }: Limits, known: KnownNetworks): Limiter {
  const accounts = createCounters({ limit: perAccount, windowSeconds, maxKeys: maxAccounts })
  const strangers = createCounters({ limit: perAccount, windowSeconds, maxKeys: maxStrangers })
  const networks = createCounters({ limit: perNetwork, windowSeconds, maxKeys: maxNetworks })

  return {
    async attempt({ name, account, address }) {
      const network = address === undefined ? undefined : networkOf(address)
      const isKnown = account !== undefined && network !== undefined && (await known.has(account, network))
      const own =
        account === undefined
          ? // Names without an account may have any length, so their hash is the key.
            { counters: strangers, key: hash('sha256', name, 'base64') }
          : { counters: accounts, key: isKnown ? `${account} from ${network}` : account }
      const ofNetwork = network === undefined ? [] : [{ counters: networks, key: network }]
      return {
        async admit() {
          for (const { counters, key } of isKnown ? [own] : [own, ...ofNetwork]) {
            const seconds = await counters.secondsToWait(key)
            if (seconds > 0) throw tooManyAttempts({}, { headers: { 'retry-after': String(seconds) } })
          }
        },
        async failed() {
          for (const { counters, key } of [own, ...ofNetwork]) await counters.add(key)
        },
        async succeeded() {
          await own.counters.forget(own.key)
          if (account !== undefined && network !== undefined) await known.remember(account, network)
        },
      }
    },
  }
}
