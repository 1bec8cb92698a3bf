import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Actor, flowActor } from '../../../platform/auth/actor.ts'
import type { Passwords } from '../../../platform/auth/passwords.ts'
import { createUsers } from '../../../platform/auth/users.ts'
import { tooManyAttempts } from '../../../platform/base/refusals.ts'
import type { Platform } from '../../../platform/platform.ts'
import { callAction } from '../../../platform/resources/call-action.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

interface User {
  id: string
  email: string
}

const ada = { email: 'Ada@lom.example', password: 'correct horse' }

eachStore((_name, open) => {
  async function signUp(limits = { perAccount: 1000, perNetwork: 1000, windowSeconds: 900 }) {
    const test = await openPlatform(await open(), { signInLimits: limits })
    const user = await test.ok<User>('experienceUsers.post', { experienceUser: ada })
    const { users } = test.platform
    const sign = async (request: object = {}) => {
      const token = await users.signToken({ user: user.id, ...request })
      if (token === null) throw new Error('no token')
      return token
    }
    const isGood = async (token: string) => (await users.verifyToken(token)) !== null
    return { ...test, user, users, sign, isGood }
  }

  describe('an experience user', () => {
    it('is created and shown without password or hash, in any form', async () => {
      const { user, ok, platform } = await signUp()
      expect(user).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{24}$/),
        experienceUserId: user.id,
        applicationId: platform.applicationId,
        creationDate: '2026-01-02T03:04:05.678Z',
        lastUpdated: '2026-01-02T03:04:05.678Z',
        passwordLastUpdated: '2026-01-02T03:04:05.678Z',
        email: 'Ada@lom.example',
        firstName: '',
        lastName: '',
        userTags: {},
        experienceGroups: [],
      })
      expect(await ok('experienceUser.get', { experienceUserId: user.id })).toEqual(user)
      expect(await ok('experienceUser.get', { experienceUserId: 'ada@LOM.example' })).toEqual(user)
      const all = JSON.stringify([
        user,
        await ok('experienceUsers.get'),
        await platform.users.verifyPassword(ada.email, ada.password),
      ])
      expect(all).not.toMatch(/hash|scrypt|correct horse/)
      expect(all).toContain('Ada@lom.example')
    })

    it('is made once, also when many sign up with one address at the same time', async () => {
      const { platform, ok } = await openPlatform(await open())
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          callAction(platform, flowActor, 'experienceUsers.post', {
            experienceUser: { ...ada, email: index % 2 ? 'ADA@lom.example' : 'ada@lom.example' },
          }),
        ),
      )
      const refused = outcomes.flatMap((one) => ('error' in one ? [one.error] : []))
      expect(refused).toHaveLength(11)
      for (const error of refused) {
        expect(error).toEqual({
          type: 'Conflict',
          statusCode: 409,
          message: 'An experience user with this email already exists',
        })
      }
      expect(await ok('experienceUsers.get')).toMatchObject({ totalCount: 1 })
    })

    it('is refused where a field does not fit', async () => {
      const { refused, ok } = await openPlatform(await open())
      const post = async (user: object) => (await refused('experienceUsers.post', { experienceUser: user })).message
      expect(await post({ email: 'a@b.example' })).toBe('experienceUser.password is required')
      expect(await post({ password: 'correct horse' })).toBe('experienceUser.email is required')
      expect(await post({ ...ada, email: 'no address' })).toContain('experienceUser.email')
      expect(await post({ ...ada, email: { $ne: null } })).toBe('experienceUser.email must be string')
      expect(await post({ ...ada, email: `${'a'.repeat(1e6)}@b.example` })).toContain('experienceUser.email')
      expect(await post({ ...ada, password: 'seven77' })).toContain(
        'experienceUser.password must NOT have fewer than 8',
      )
      expect(await post({ ...ada, password: 'x'.repeat(1e6) })).toContain(
        'experienceUser.password must NOT have more than 2048',
      )
      expect(await post({ ...ada, password: 'a\u0000bcdefgh' })).toContain('U+0000')
      expect(await post({ ...ada, password_hash: 'x' })).toContain('password_hash is not a field')
      expect(await post({ ...ada, userTags: JSON.parse('{"__proto__":"x"}') })).toContain('__proto__ is not allowed')
      expect(await post({ ...ada, userTags: { 'a b': 'x' } })).toContain('a b is not a field')
      expect(await post({ ...ada, experienceGroupIds: ['a'.repeat(24)] })).toContain(
        'names a group that does not exist',
      )
      expect(await ok('experienceUsers.get')).toMatchObject({ totalCount: 0 })
    })

    it('is changed by ID or address, and keeps its password unless a new one is given', async () => {
      const { ok, refused, users, clock, sign, isGood } = await signUp()
      await ok('experienceUsers.post', { experienceUser: { ...ada, email: 'bob@lom.example' } })
      const token = await sign()
      clock.ms += 1000
      const patch = { firstName: '<b>Ada</b>', userTags: { plan: 'gold' } }
      expect(
        await ok('experienceUser.patch', { experienceUserId: 'ada@lom.example', experienceUser: patch }),
      ).toMatchObject({
        ...patch,
        passwordLastUpdated: '2026-01-02T03:04:05.678Z',
      })
      expect(await users.verifyPassword(ada.email, ada.password)).toMatchObject({ firstName: '<b>Ada</b>' })
      await ok('experienceUser.patch', { experienceUserId: ada.email, experienceUser: { password: 'battery staple' } })
      expect(await users.verifyPassword(ada.email, ada.password)).toBeNull()
      expect(await users.verifyPassword(ada.email, 'battery staple')).toMatchObject({
        passwordLastUpdated: '2026-01-02T03:04:06.678Z',
      })
      expect(await isGood(token)).toBe(false)
      expect(
        await refused('experienceUser.patch', {
          experienceUserId: ada.email,
          experienceUser: { email: 'BOB@lom.example' },
        }),
      ).toMatchObject({
        statusCode: 409,
      })
      expect(
        await ok('experienceUser.patch', { experienceUserId: ada.email, experienceUser: { email: 'ada@LOM.example' } }),
      ).toMatchObject({
        email: 'ada@LOM.example',
      })
      expect(
        (await refused('experienceUser.patch', { experienceUserId: 'nobody@x.example', experienceUser: {} }))
          .statusCode,
      ).toBe(404)
    })

    it('gets an address that two ask for at the same time, and the other gets a conflict', async () => {
      const { platform, ok, user } = await signUp()
      const bob = await ok<User>('experienceUsers.post', { experienceUser: { ...ada, email: 'bob@lom.example' } })
      const outcomes = await Promise.all(
        [user, bob].map(({ id }) =>
          callAction(platform, flowActor, 'experienceUser.patch', {
            experienceUserId: id,
            experienceUser: { email: 'new@lom.example' },
          }),
        ),
      )
      expect(outcomes.map((one) => ('error' in one ? one.error.statusCode : 200)).sort()).toEqual([200, 409])
    })

    it('is gone with its tokens when it is deleted', async () => {
      const { ok, refused, user, users, sign, isGood } = await signUp()
      const token = await sign()
      expect(await ok('experienceUser.delete', { experienceUserId: user.id })).toEqual({ success: true })
      expect(await isGood(token)).toBe(false)
      expect(await users.signToken({ user: user.id })).toBeNull()
      expect(await users.verifyPassword(ada.email, ada.password)).toBeNull()
      expect((await refused('experienceUser.delete', { experienceUserId: user.id })).statusCode).toBe(404)
    })

    it('is listed by its groups', async () => {
      const { ok, user } = await signUp()
      await ok('experienceUsers.post', { experienceUser: { ...ada, email: 'bob@lom.example' } })
      const top = await ok<User>('experienceGroups.post', {
        experienceGroup: { name: 'top', experienceUserIds: [user.id] },
      })
      const below = await ok<User>('experienceGroups.post', { experienceGroup: { name: 'below', parentId: top.id } })
      const emails = async (params: object) =>
        (await ok<{ items: User[] }>('experienceUsers.get', params)).items.map((one) => one.email)
      expect(await emails({ experienceGroupId: 'any' })).toEqual(['Ada@lom.example'])
      expect(await emails({ experienceGroupId: 'none' })).toEqual(['bob@lom.example'])
      expect(await emails({ experienceGroupId: top.id })).toEqual(['Ada@lom.example'])
      expect(await emails({ experienceGroupId: below.id })).toEqual([])
      expect(await emails({ experienceGroupId: below.id, includeAncestorGroups: true })).toEqual(['Ada@lom.example'])
      expect(await emails({ filterField: 'email', filter: 'BOB*' })).toEqual(['bob@lom.example'])
      expect(await ok('experienceUser.get', { experienceUserId: user.id })).toMatchObject({
        experienceGroups: [{ id: top.id, name: 'top' }],
      })
    })
  })

  describe('a password', () => {
    it('is verified for the right user alone, however odd what is sent', async () => {
      const { users, user } = await signUp()
      expect(await users.verifyPassword('ada@lom.example', ada.password)).toMatchObject({ id: user.id })
      for (const [email, password] of [
        [ada.email, 'wrong horse'],
        [ada.email, ''],
        [ada.email, `${ada.password}\u0000`],
        [ada.email, 'x'.repeat(1e6)],
        ['nobody@lom.example', ada.password],
        ['a\u0000@b', ada.password],
        ['x'.repeat(1e6), ada.password],
        ["' or 1=1 --", ada.password],
        ['', ''],
      ] as const) {
        expect(await users.verifyPassword(email, password)).toBeNull()
      }
    })

    it('cannot be guessed for long: by account from anywhere, though many guess at once', async () => {
      const { users, clock } = await signUp({ perAccount: 5, perNetwork: 1000, windowSeconds: 900 })
      const guesses = await Promise.allSettled(
        Array.from({ length: 50 }, (_, index) => users.verifyPassword(ada.email, `guess ${index}`, `10.0.0.${index}`)),
      )
      const wrong = guesses.filter((guess) => guess.status === 'fulfilled')
      const stopped = guesses.flatMap((guess) => (guess.status === 'rejected' ? [guess.reason] : []))
      expect(wrong.length).toBeGreaterThanOrEqual(5)
      expect(wrong.length).toBeLessThanOrEqual(8)
      for (const reason of stopped) expect(tooManyAttempts.is(reason)).toBe(true)
      clock.ms += 1000
      await expect(users.verifyPassword('ADA@lom.example', ada.password, '10.1.1.1')).rejects.toSatisfy(
        tooManyAttempts.is,
      )
    })

    it('is guessed no more often because other accounts are signed in to, whatever their addresses are', async () => {
      const { users, ok } = await signUp({ perAccount: 10, perNetwork: 1000, windowSeconds: 900 })
      // The counter of an account was once named by this, and so could be cleared through an account of one's own.
      const bucket = (email: string) => createHash('sha256').update(`user:${email}`).digest().readUInt32BE() % 2 ** 14
      let n = 0
      while (bucket(`m${n}@evil.example`) !== bucket('ada@lom.example')) n++
      const own = { email: `m${n}@evil.example`, password: 'battery staple' }
      await ok('experienceUsers.post', { experienceUser: own })
      let guesses = 0
      let isStopped = false
      while (!isStopped && guesses < 40) {
        if (guesses % 5 === 4) await users.verifyPassword(own.email, own.password, '10.0.0.1')
        await users.verifyPassword(ada.email, `guess ${guesses++}`, '10.0.0.1').catch((error) => {
          expect(tooManyAttempts.is(error)).toBe(true)
          isStopped = true
        })
      }
      expect(guesses).toBe(11)
      expect(await users.verifyPassword(own.email, own.password, '10.0.0.1')).not.toBeNull()
    })

    it('of nobody is limited as that of somebody is', async () => {
      const { users } = await signUp({ perAccount: 2, perNetwork: 1000, windowSeconds: 900 })
      for (const email of [ada.email, 'nobody@lom.example']) {
        expect(await users.verifyPassword(email, 'wrong horse')).toBeNull()
        expect(await users.verifyPassword(email, 'wrong horse')).toBeNull()
        await expect(users.verifyPassword(email, 'wrong horse')).rejects.toSatisfy(tooManyAttempts.is)
      }
    })
  })

  describe('signing up', () => {
    const user = (n: number) => ({ experienceUser: { email: `user-${n}@lom.example`, password: 'correct horse' } })
    const post = (platform: Platform, n: number, address: string | undefined, actor: Actor = flowActor) =>
      callAction(platform, actor, 'experienceUsers.post', user(n), address)

    it('is refused with 429 to a network that has done so too often, and to no other', async () => {
      const { platform } = await openPlatform(await open(), { signUpsPerHour: 3 })
      for (let n = 0; n < 3; n++) expect(await post(platform, n, '2001:db8::1')).toHaveProperty('result')
      const over = await post(platform, 3, '2001:db8::2')
      expect(over).toMatchObject({
        error: { statusCode: 429, type: 'TooManyRequests' },
        headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
      })
      expect(await post(platform, 3, '2001:db8:0:1::1')).toHaveProperty('result')
      // From within, and for who has a token, there is no limit.
      expect(await post(platform, 4, undefined)).toHaveProperty('result')
      const actor: Actor = { kind: 'apiToken', apiTokenId: 'a'.repeat(24), scopes: ['all.Application'] }
      expect(await post(platform, 5, '2001:db8::1', actor)).toHaveProperty('result')
    })

    it('counts where the address is taken, which is found without a hash', async () => {
      const { platform } = await openPlatform(await open(), { signUpsPerHour: 2 })
      await post(platform, 0, '10.0.0.1')
      expect(await post(platform, 0, '10.0.0.1')).toMatchObject({ error: { statusCode: 409 } })
      expect(await post(platform, 1, '10.0.0.1')).toMatchObject({ error: { statusCode: 429 } })
    })

    it('many times at once from one network keeps nobody of another from signing in', async () => {
      const { platform, users, errors } = await signUp()
      const flood = Promise.all(Array.from({ length: 80 }, (_, n) => post(platform, n, '10.0.0.1')))
      for (let n = 0; n < 5; n++) {
        expect(await users.verifyPassword(ada.email, ada.password, `10.0.1.${n}`)).not.toBeNull()
      }
      const made = (await flood).filter((outcome) => 'result' in outcome)
      expect(made.length).toBeGreaterThanOrEqual(32)
      for (const outcome of await flood) {
        if ('error' in outcome) expect(outcome.error.statusCode).toBe(503)
      }
      // Nor does it fill the log.
      expect(errors).toEqual([])
    })
  })

  describe("a user's token", () => {
    it('says who the user is now, and what the flow put into it', async () => {
      const { ok, user, users, sign } = await signUp()
      const token = await sign({ data: { plan: { tier: 'gold' } }, ttlSeconds: 60 })
      await ok('experienceUser.patch', { experienceUserId: user.id, experienceUser: { firstName: 'Ada' } })
      const read = await users.verifyToken(token)
      expect(read).toMatchObject({
        user: { id: user.id, firstName: 'Ada' },
        authInfo: {
          issuedAt: '2026-01-02T03:04:05.678Z',
          expiresAt: '2026-01-02T03:05:06.000Z',
          extraData: { plan: { tier: 'gold' } },
        },
      })
      Object.assign(read?.authInfo.extraData.plan as object, { tier: 'admin' })
      expect((await users.verifyToken(token))?.authInfo.extraData).toEqual({ plan: { tier: 'gold' } })
    })

    it('lasts as long as the settings say where the flow says nothing', async () => {
      const { sign, isGood, clock } = await signUp()
      const token = await sign()
      clock.ms += 3_599_000
      expect(await isGood(token)).toBe(true)
      clock.ms += 2000
      expect(await isGood(token)).toBe(false)
    })

    it('is refused after the user asked so, and none that came later, within the same millisecond', async () => {
      const { sign, isGood } = await signUp()
      const before = await sign()
      expect(await isGood(before)).toBe(true)
      const invalidating = await sign({ invalidateExistingTokens: true })
      const after = await sign()
      expect(await isGood(before)).toBe(false)
      expect(await isGood(invalidating)).toBe(true)
      expect(await isGood(after)).toBe(true)
    })

    it('is refused if it was issued before a cutoff, of the user or of all', async () => {
      const { ok, user, sign, isGood, clock } = await signUp()
      const token = await sign()
      clock.ms += 500
      const cut = async (tokenCutoff: number) =>
        ok('experienceUser.patch', {
          experienceUserId: user.id,
          experienceUser: { tokenCutoff: new Date(tokenCutoff).toISOString() },
        })
      await cut(clock.ms)
      expect(await isGood(token)).toBe(false)
      expect(await isGood(await sign())).toBe(true)
      await cut(0)
      expect(await isGood(token)).toBe(true)
      await ok('application.patch', { application: { expUserTokenCutoff: new Date(clock.ms).toISOString() } })
      expect(await isGood(token)).toBe(false)
    })

    it('is refused after a new password, unless tokens are kept, and none that came later', async () => {
      const { ok, user, sign, isGood } = await signUp()
      const patch = (experienceUser: object) =>
        ok('experienceUser.patch', { experienceUserId: user.id, experienceUser })
      const token = await sign()
      await patch({ firstName: 'Ada', email: 'ada@other.example' })
      await patch({ password: 'battery staple', keepTokens: true })
      expect(await isGood(token)).toBe(true)
      await patch({ password: 'battery staple', keepTokens: false })
      expect(await isGood(token)).toBe(false)
      const later = await sign()
      expect(await isGood(later)).toBe(true)
      await patch({ password: 'correct horse' })
      expect(await isGood(later)).toBe(false)
    })

    it('is not had by a password that is replaced while it is verified', async () => {
      const { platform, ok, user } = await signUp()
      const { verify } = platform.passwords
      const passwords: Passwords = {
        ...platform.passwords,
        async verify(...args) {
          const isRight = await verify(...args)
          await ok('experienceUser.patch', {
            experienceUserId: user.id,
            experienceUser: { password: 'battery staple' },
          })
          return isRight
        },
      }
      expect(await createUsers({ ...platform, passwords }).verifyPassword(ada.email, ada.password)).toBeNull()
    })

    it('notes the time of a login, and is not given for nobody', async () => {
      const { ok, user, users, clock } = await signUp()
      clock.ms += 1000
      expect(await users.signToken({ user: ada.email, isLogin: true })).toEqual(expect.any(String))
      expect(await ok('experienceUser.get', { experienceUserId: user.id })).toMatchObject({
        lastLogin: '2026-01-02T03:04:06.678Z',
      })
      for (const nobody of ['nobody@lom.example', 'a'.repeat(24), '', 'a\u0000']) {
        expect(await users.signToken({ user: nobody })).toBeNull()
        expect(await users.signToken({ user: nobody, isLogin: true })).toBeNull()
      }
    })
  })
})
