import { describe, expect, it } from 'vitest'
import { createPasswords } from '../../../platform/auth/passwords.ts'
import { tooManySignIns } from '../../../platform/base/refusals.ts'
import { cpuMsOf } from '../../cpu-time.ts'

const cheap = { N: 16, r: 1, p: 1 }

describe('passwords', () => {
  it('are hashed as OWASP advises unless something else is asked for, each with a salt of its own', async () => {
    const passwords = createPasswords()
    const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')])
    expect(one).toMatch(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/)
    expect(one).not.toBe(two)
    expect(await passwords.verify('correct horse', one)).toBe(true)
    expect(await passwords.verify('correct hors', one)).toBe(false)
  })

  it('are verified at the cost that their hash was made with', async () => {
    const hash = await createPasswords({ N: 32, r: 2, p: 1 }).hash('correct horse')
    expect(await createPasswords(cheap).verify('correct horse', hash)).toBe(true)
  })

  it.each(['', ' ', 'lōm 🪴', 'x'.repeat(2048)])('are told apart: %j', async (password) => {
    const passwords = createPasswords(cheap)
    const hash = await passwords.hash(password)
    expect(await passwords.verify(password, hash)).toBe(true)
    expect(await passwords.verify(`${password} `, hash)).toBe(false)
    expect(await passwords.verify(`${password}\u0000`, hash)).toBe(false)
  })

  it('are the same however they were composed', async () => {
    const passwords = createPasswords(cheap)
    expect(await passwords.verify('lo\u0304m', await passwords.hash('l\u014dm'))).toBe(true)
  })

  it('never fit where there is no hash', async () => {
    expect(await createPasswords(cheap).verify('', null)).toBe(false)
  })

  it('of nobody take as long as wrong ones', async () => {
    const passwords = createPasswords()
    const hash = await passwords.hash('correct horse')
    const cost = { wrong: Number.POSITIVE_INFINITY, nobodys: Number.POSITIVE_INFINITY }
    // In turn, so that what else the machine does falls on both.
    for (let round = 0; round < 4; round++) {
      cost.wrong = Math.min(cost.wrong, await cpuMsOf(() => passwords.verify('wrong horse', hash)))
      cost.nobodys = Math.min(cost.nobodys, await cpuMsOf(() => passwords.verify('wrong horse', null)))
    }
    expect(cost.nobodys / cost.wrong).toBeGreaterThan(0.3)
    expect(cost.nobodys / cost.wrong).toBeLessThan(3)
  })

  it('of one network are refused with 503 past a number that wait; the others are hashed, and so are those of other networks', async () => {
    const passwords = createPasswords(cheap)
    const flood = Promise.allSettled(Array.from({ length: 200 }, () => passwords.hash('correct horse', '10.0.0.1')))
    const others = Array.from({ length: 20 }, (_, n) => passwords.hash('correct horse', `10.0.1.${n}`))
    for (const hash of await Promise.all(others)) expect(hash).toContain('scrypt')
    const refused = (await flood).filter((one) => one.status === 'rejected')
    expect(refused.length).toBeGreaterThanOrEqual(200 - 32 - 3)
    for (const { reason } of refused)
      expect(tooManySignIns.is(reason) && reason.status === 503 && reason.headers['retry-after']).toBe('5')
  })

  it('of one customer with many IPv6 networks take the turns of one, so that others are verified', async () => {
    const passwords = createPasswords(cheap)
    const hash = await passwords.hash('correct horse')
    const asOf = (n: number) => passwords.verify('wrong', hash, { address: `2001:db8:7:${n.toString(16)}::1` })
    const flood = Promise.allSettled(Array.from({ length: 100 }, (_, n) => asOf(n)))
    const honest = Array.from({ length: 3 }, () => passwords.verify('correct horse', hash, { address: '192.0.2.7' }))
    expect(await Promise.all(honest)).toEqual([true, true, true])
    const refused = (await flood).filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
  })

  it('do not lose their turn to one that throws', async () => {
    const passwords = createPasswords(cheap)
    const before = () => Promise.reject(new Error('stop'))
    const all = Array.from({ length: 20 }, () => passwords.verify('a', null, { before }))
    for (const one of await Promise.allSettled(all)) expect(one.status).toBe('rejected')
    expect(await passwords.verify('a', await passwords.hash('a'))).toBe(true)
  })

  it('leave the event loop free while they are hashed', async () => {
    const passwords = createPasswords()
    let isDone = false
    const hashing = passwords.hash('correct horse').then(() => {
      isDone = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isDone).toBe(false)
    await hashing
  })
})
