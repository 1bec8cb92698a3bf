import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLimiter } from '../../../platform/auth/limiter.ts'
import { tooManyAttempts } from '../../../platform/base/refusals.ts'

const limits = { perAccount: 3, perAddress: 6, windowSeconds: 60 }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function isAdmitted(
  limiter: ReturnType<typeof createLimiter>,
  account: string,
  address?: string,
): Promise<boolean> {
  try {
    await limiter.attempt('user', account, address).admit()
    return true
  } catch (error) {
    if (!tooManyAttempts.is(error)) throw error
    expect(error.status).toBe(429)
    expect(Number(error.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(error.headers['retry-after'])).toBeLessThanOrEqual(60)
    return false
  }
}

describe('the limiter', () => {
  it('stops guesses at one account from many addresses, until the window ends', async () => {
    const limiter = createLimiter(limits)
    for (let guess = 0; guess < 3; guess++) {
      expect(await isAdmitted(limiter, 'ada', `10.0.0.${guess}`)).toBe(true)
      await limiter.attempt('user', 'ada', `10.0.0.${guess}`).failed()
    }
    expect(await isAdmitted(limiter, 'ada', '10.0.0.9')).toBe(false)
    expect(await isAdmitted(limiter, 'ada')).toBe(false)
    expect(await isAdmitted(limiter, 'bob', '10.0.0.9')).toBe(true)
    vi.advanceTimersByTime(60_001)
    expect(await isAdmitted(limiter, 'ada', '10.0.0.9')).toBe(true)
  })

  it('stops guesses from one address at many accounts, and a sign-in of its own does not buy more', async () => {
    const limiter = createLimiter(limits)
    for (let guess = 0; guess < 6; guess++) {
      await limiter.attempt('user', `victim-${guess}`, '10.0.0.1').failed()
      await limiter.attempt('user', 'mallory', '10.0.0.1').succeeded()
    }
    expect(await isAdmitted(limiter, 'anybody', '10.0.0.1')).toBe(false)
    expect(await isAdmitted(limiter, 'anybody', '10.0.0.2')).toBe(true)
  })

  it('forgets the wrong passwords of an account that then signs in', async () => {
    const limiter = createLimiter(limits)
    for (let round = 0; round < 5; round++) {
      const attempt = limiter.attempt('user', 'ada', undefined)
      await attempt.failed()
      await attempt.failed()
      await attempt.succeeded()
    }
    expect(await isAdmitted(limiter, 'ada')).toBe(true)
  })

  it('takes a /64 of IPv6 for one address, however it is written', async () => {
    const limiter = createLimiter(limits)
    const addresses = [
      '2001:db8::1',
      '2001:db8::2',
      '2001:0db8:0:0:1::',
      '2001:db8:0:0:ffff:1:2:3',
      '2001:db8::9',
      '2001:db8:0::7',
    ]
    for (const address of addresses) await limiter.attempt('user', address, address).failed()
    expect(await isAdmitted(limiter, 'x', '2001:db8::abcd')).toBe(false)
    expect(await isAdmitted(limiter, 'x', '2001:db8:0:1::1')).toBe(true)
    expect(await isAdmitted(limiter, 'x', '::ffff:10.0.0.1')).toBe(true)
  })

  it('keeps a bounded number of counters, however many accounts are tried', async () => {
    const limiter = createLimiter(limits)
    for (let account = 0; account < 100_000; account++)
      await limiter.attempt('user', `account-${account}`, undefined).failed()
    expect(vi.getTimerCount()).toBeLessThanOrEqual(2 ** 14)
  })
})
