import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { KnownNetworks } from '../../../platform/auth/known-networks.ts'
import { createLimiters, type Limiter, type Limits, type SignIn } from '../../../platform/auth/limiter.ts'
import { tooManyAttempts } from '../../../platform/base/refusals.ts'

const limits = { perAccount: 3, perNetwork: 6, windowSeconds: 60 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Of an account that exists. */
const of = (account: string, address?: string): SignIn => ({ name: `${account}@lom.example`, account, address })
/** Of a name that has no account. */
const nobody = (name: string, address?: string): SignIn => ({ name, address })

function inMemory(): KnownNetworks {
  const known = new Set<string>()
  return {
    has: async (...pair) => known.has(pair.join()),
    async remember(...pair) {
      known.add(pair.join())
    },
  }
}

const createLimiter = (limits: Limits) => createLimiters(inMemory(), limits).user
const fail = async (limiter: Limiter, signIn: SignIn) => await (await limiter.attempt(signIn)).failed()
const succeed = async (limiter: Limiter, signIn: SignIn) => await (await limiter.attempt(signIn)).succeeded()

async function isAdmitted(limiter: Limiter, signIn: SignIn): Promise<boolean> {
  try {
    await (await limiter.attempt(signIn)).admit()
    return true
  } catch (error) {
    if (!tooManyAttempts.is(error)) throw error
    expect(error.status).toBe(429)
    expect(Number(error.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(error.headers['retry-after'])).toBeLessThanOrEqual(60)
    return false
  }
}

/** Guesses until it is refused, or `most` times; returns how many guesses were let through. */
async function guess(limiter: Limiter, most: number, signIn: (n: number) => SignIn): Promise<number> {
  for (let n = 0; n < most; n++) {
    if (!(await isAdmitted(limiter, signIn(n)))) return n
    await fail(limiter, signIn(n))
  }
  return most
}

describe('the limiter', () => {
  it.each([
    ['an account', of],
    ['a name without an account', nobody],
  ])('stops guesses at %s from many addresses, until the window ends', async (_what, signIn) => {
    const limiter = createLimiter(limits)
    expect(await guess(limiter, 10, (n) => signIn('ada', `10.0.0.${n}`))).toBe(3)
    expect(await isAdmitted(limiter, signIn('ada', '10.0.0.9'))).toBe(false)
    expect(await isAdmitted(limiter, signIn('ada'))).toBe(false)
    expect(await isAdmitted(limiter, signIn('bob', '10.0.0.9'))).toBe(true)
    vi.advanceTimersByTime(60_001)
    expect(await isAdmitted(limiter, signIn('ada', '10.0.0.9'))).toBe(true)
  })

  it('stops guesses from one address at many accounts, and a sign-in of its own does not buy more', async () => {
    const limiter = createLimiter(limits)
    for (let n = 0; n < 6; n++) {
      await fail(limiter, of(`victim-${n}`, '10.0.0.1'))
      await succeed(limiter, of('mallory', '10.0.0.1'))
    }
    expect(await isAdmitted(limiter, of('anybody', '10.0.0.1'))).toBe(false)
    expect(await isAdmitted(limiter, of('anybody', '10.0.0.2'))).toBe(true)
  })

  it('forgets the wrong passwords of an account that then signs in', async () => {
    const limiter = createLimiter(limits)
    for (let round = 0; round < 5; round++) {
      await fail(limiter, of('ada'))
      await fail(limiter, of('ada'))
      await succeed(limiter, of('ada'))
    }
    expect(await isAdmitted(limiter, of('ada'))).toBe(true)
  })

  it('counts each account exactly: of 40,000 others that sign in, none clears or fills its count', async () => {
    const limiter = createLimiter({ ...limits, perNetwork: 1_000_000 })
    expect(await guess(limiter, 2, () => of('victim'))).toBe(2)
    for (let n = 0; n < 40_000; n++) await succeed(limiter, of(`other-${n}`))
    expect(await guess(limiter, 10, () => of('victim'))).toBe(1)
    for (let n = 0; n < 40_000; n++) await succeed(limiter, of(`other-${n}`))
    expect(await isAdmitted(limiter, of('victim'))).toBe(false)
    for (let n = 0; n < 40_000; n++) await fail(limiter, of(`other-${n}`))
    expect(await isAdmitted(limiter, of('bystander'))).toBe(true)
    expect(await isAdmitted(limiter, of('victim'))).toBe(false)
  })

  it('counts each network exactly: 10,000 others that are locked lock none but themselves', async () => {
    const limiter = createLimiter({ ...limits, perNetwork: 1 })
    for (let n = 0; n < 10_000; n++) await fail(limiter, nobody('x', `10.1.${n >> 8}.${n & 255}`))
    expect(await isAdmitted(limiter, nobody('y', '10.1.0.0'))).toBe(false)
    for (let n = 0; n < 10_000; n++) {
      expect(await isAdmitted(limiter, nobody('y', `10.2.${n >> 8}.${n & 255}`))).toBe(true)
    }
  })

  it('counts an account and a name that looks like its ID apart', async () => {
    const limiter = createLimiter(limits)
    await guess(limiter, 3, () => nobody('5f1c2d3e4f5a6b7c8d9e0f1a'))
    expect(await isAdmitted(limiter, of('5f1c2d3e4f5a6b7c8d9e0f1a'))).toBe(true)
  })

  it('counts nothing of one kind of account for another kind', async () => {
    const { user, device, administrator } = createLimiters(inMemory(), limits)
    await guess(user, 6, (n) => of(`ada-${n >> 1}`, '10.0.0.1'))
    expect(await isAdmitted(user, of('x', '10.0.0.1'))).toBe(false)
    for (const other of [device, administrator]) expect(await isAdmitted(other, of('ada-0', '10.0.0.1'))).toBe(true)
    await succeed(administrator, of('ada-0', '10.0.0.1'))
    expect(await isAdmitted(user, of('x', '10.0.0.1'))).toBe(false)
  })

  describe('leaves who signed in from a network before an allowance of their own there', () => {
    it('when strangers have used up the account', async () => {
      const limiter = createLimiter(limits)
      await succeed(limiter, of('ada', '10.0.0.1'))
      expect(await guess(limiter, 10, (n) => of('ada', `10.0.1.${n}`))).toBe(3)
      expect(await isAdmitted(limiter, of('ada', '10.0.2.1'))).toBe(false)
      expect(await isAdmitted(limiter, of('ada', '10.0.0.1'))).toBe(true)
      // The owner's success there is not the strangers'.
      await succeed(limiter, of('ada', '10.0.0.1'))
      expect(await isAdmitted(limiter, of('ada', '10.0.2.1'))).toBe(false)
    })

    it('when others have used up the network', async () => {
      const limiter = createLimiter(limits)
      await succeed(limiter, of('ada', '10.0.0.1'))
      expect(await guess(limiter, 10, (n) => nobody(`name-${n}`, '10.0.0.1'))).toBe(6)
      expect(await isAdmitted(limiter, of('bob', '10.0.0.1'))).toBe(false)
      expect(await isAdmitted(limiter, of('ada', '10.0.0.1'))).toBe(true)
    })

    it('which is as small as that of strangers, and counts for the network', async () => {
      const limiter = createLimiter(limits)
      for (const name of ['ada', 'bob']) await succeed(limiter, of(name, '10.0.0.1'))
      expect(await guess(limiter, 10, () => of('ada', '10.0.0.1'))).toBe(3)
      expect(await guess(limiter, 10, () => of('bob', '10.0.0.1'))).toBe(3)
      expect(await isAdmitted(limiter, of('eve', '10.0.0.1'))).toBe(false)
      // Elsewhere the owner still has the account's.
      expect(await isAdmitted(limiter, of('ada', '10.0.0.2'))).toBe(true)
    })
  })

  it('keeps a bounded number of counters, however many names and networks are tried, and those in use', async () => {
    const limiter = createLimiter(limits)
    await guess(limiter, 3, () => of('victim'))
    await guess(limiter, 3, () => nobody('in use'))
    for (let n = 0; n < 40_000; n++) {
      await fail(limiter, nobody(`name-${n}`, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`))
      if (n % 10_000 === 0) expect(await isAdmitted(limiter, nobody('in use'))).toBe(false)
    }
    expect(vi.getTimerCount()).toBeLessThanOrEqual(2 * 2 ** 14 + 1)
    expect(await isAdmitted(limiter, of('victim'))).toBe(false)
    expect(await isAdmitted(limiter, nobody('in use'))).toBe(false)
    expect(await isAdmitted(limiter, nobody('name-0', '10.0.0.0'))).toBe(true)
  })
})
