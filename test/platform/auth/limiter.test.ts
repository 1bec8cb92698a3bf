import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLimiter, createLimiters, type Limiter, type SignIn } from '../../../platform/auth/limiter.ts'
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

async function isAdmitted(limiter: Limiter, signIn: SignIn): Promise<boolean> {
  try {
    await limiter.attempt(signIn).admit()
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
    await limiter.attempt(signIn(n)).failed()
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
      await limiter.attempt(of(`victim-${n}`, '10.0.0.1')).failed()
      await limiter.attempt(of('mallory', '10.0.0.1')).succeeded()
    }
    expect(await isAdmitted(limiter, of('anybody', '10.0.0.1'))).toBe(false)
    expect(await isAdmitted(limiter, of('anybody', '10.0.0.2'))).toBe(true)
  })

  it('forgets the wrong passwords of an account that then signs in', async () => {
    const limiter = createLimiter(limits)
    for (let round = 0; round < 5; round++) {
      const attempt = limiter.attempt(of('ada'))
      await attempt.failed()
      await attempt.failed()
      await attempt.succeeded()
    }
    expect(await isAdmitted(limiter, of('ada'))).toBe(true)
  })

  it('counts each account exactly: of 40,000 others that sign in, none clears or fills its count', async () => {
    const limiter = createLimiter({ ...limits, perNetwork: 1_000_000 })
    expect(await guess(limiter, 2, () => of('victim'))).toBe(2)
    for (let n = 0; n < 40_000; n++) await limiter.attempt(of(`other-${n}`)).succeeded()
    expect(await guess(limiter, 10, () => of('victim'))).toBe(1)
    for (let n = 0; n < 40_000; n++) await limiter.attempt(of(`other-${n}`)).succeeded()
    expect(await isAdmitted(limiter, of('victim'))).toBe(false)
    for (let n = 0; n < 40_000; n++) await limiter.attempt(of(`other-${n}`)).failed()
    expect(await isAdmitted(limiter, of('bystander'))).toBe(true)
    expect(await isAdmitted(limiter, of('victim'))).toBe(false)
  })

  it('counts each network exactly: 10,000 others that are locked lock none but themselves', async () => {
    const limiter = createLimiter({ ...limits, perNetwork: 1 })
    for (let n = 0; n < 10_000; n++) await limiter.attempt(nobody('x', `10.1.${n >> 8}.${n & 255}`)).failed()
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
    const { user, device, administrator } = createLimiters(limits)
    await guess(user, 6, (n) => of(`ada-${n >> 1}`, '10.0.0.1'))
    expect(await isAdmitted(user, of('x', '10.0.0.1'))).toBe(false)
    for (const other of [device, administrator]) expect(await isAdmitted(other, of('ada-0', '10.0.0.1'))).toBe(true)
    await administrator.attempt(of('ada-0', '10.0.0.1')).succeeded()
    expect(await isAdmitted(user, of('x', '10.0.0.1'))).toBe(false)
  })

  it('keeps a bounded number of counters, however many names and networks are tried, and those in use', async () => {
    const limiter = createLimiter(limits)
    await guess(limiter, 3, () => of('victim'))
    await guess(limiter, 3, () => nobody('in use'))
    for (let n = 0; n < 40_000; n++) {
      await limiter.attempt(nobody(`name-${n}`, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)).failed()
      if (n % 10_000 === 0) expect(await isAdmitted(limiter, nobody('in use'))).toBe(false)
    }
    expect(vi.getTimerCount()).toBeLessThanOrEqual(2 * 2 ** 14 + 1)
    expect(await isAdmitted(limiter, of('victim'))).toBe(false)
    expect(await isAdmitted(limiter, nobody('in use'))).toBe(false)
    expect(await isAdmitted(limiter, nobody('name-0', '10.0.0.0'))).toBe(true)
  })
})
