import { expect, it } from 'vitest'
import { anonymousActor } from '../../../platform/auth/actor.ts'
import { createKnownNetworks } from '../../../platform/auth/known-networks.ts'
import { createLimiters } from '../../../platform/auth/limiter.ts'
import { createUsers } from '../../../platform/auth/users.ts'
import { tooManyAttempts } from '../../../platform/base/refusals.ts'
import type { Platform } from '../../../platform/platform.ts'
import { callAction } from '../../../platform/resources/call-action.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform, signingKey } from '../test-platform.ts'

const ada = { email: 'ada@lom.example', password: 'correct horse' }
const administrator = { email: 'root@lom.example', password: 'a long password' }
const dayMs = 24 * 60 * 60 * 1000

eachStore((_name, open) => {
  async function setUp() {
    const store = await open()
    const start = () =>
      openPlatform(store, { administrator, signInLimits: { perAccount: 3, perNetwork: 100, windowSeconds: 60 } })
    const test = await start()
    const user = await test.ok<{ id: string }>('experienceUsers.post', { experienceUser: ada })
    const known = createKnownNetworks(test.platform, signingKey)
    const rows = () => store.read.selectFrom('known_networks').selectAll().execute()
    return { ...test, store, start, user, known, rows }
  }

  it('An owner who signed in before is not locked out by strangers, also not by a restart', async () => {
    const { platform, start } = await setUp()
    expect(await platform.users.verifyPassword(ada.email, ada.password, '2001:db8::1')).not.toBeNull()
    for (const { users } of [platform, (await start()).platform]) {
      for (let n = 0; n < 3; n++) expect(await users.verifyPassword(ada.email, `guess ${n}`, `10.0.0.${n}`)).toBeNull()
      await expect(users.verifyPassword(ada.email, ada.password, '10.0.0.9')).rejects.toSatisfy(tooManyAttempts.is)
      expect(await users.verifyPassword(ada.email, ada.password, '2001:db8::2')).not.toBeNull()
      await expect(users.verifyPassword(ada.email, ada.password, '10.0.0.9')).rejects.toSatisfy(tooManyAttempts.is)
    }
  })

  it('Nor is the administrator', async () => {
    const { start } = await setUp()
    const signIn = async (platform: Platform, password: string, address: string) => {
      const credentials = { ...administrator, password }
      const outcome = await callAction(platform, anonymousActor, 'auth.authenticateUser', { credentials }, address)
      return 'error' in outcome ? outcome.error.statusCode : 200
    }
    expect(await signIn((await start()).platform, administrator.password, '10.0.0.1')).toBe(200)
    const { platform } = await start()
    for (let n = 0; n < 3; n++) expect(await signIn(platform, 'a long passwore', `10.0.1.${n}`)).toBe(401)
    expect(await signIn(platform, administrator.password, '10.0.1.9')).toBe(429)
    expect(await signIn(platform, administrator.password, '10.0.0.1')).toBe(200)
  })

  it('An account knows its last eight networks, and nobody who reads the store does', async () => {
    const { known, rows, clock, user } = await setUp()
    for (let n = 0; n < 10; n++) {
      clock.ms += 1
      await known.remember(user.id, `10.0.0.${n}`)
    }
    // One that is used again stays.
    clock.ms += dayMs
    await known.remember(user.id, '10.0.0.2')
    await known.remember(user.id, '10.0.0.10')
    const has = await Promise.all(Array.from({ length: 11 }, (_, n) => known.has(user.id, `10.0.0.${n}`)))
    expect(has.flatMap((isKnown, n) => (isKnown ? [n] : []))).toEqual([2, 4, 5, 6, 7, 8, 9, 10])
    expect(await known.has('another', '10.0.0.2')).toBe(false)
    expect(JSON.stringify(await rows())).not.toContain('10.0.0')
  })

  it('A network is written once a day', async () => {
    const { known, rows, clock, user } = await setUp()
    const first = clock.ms
    await known.remember(user.id, '10.0.0.1')
    clock.ms += dayMs - 1
    await known.remember(user.id, '10.0.0.1')
    expect(await rows()).toMatchObject([{ account: user.id, seen_at: first }])
    clock.ms += 1
    await known.remember(user.id, '10.0.0.1')
    expect(await rows()).toMatchObject([{ account: user.id, seen_at: first + dayMs }])
  })

  it('Two who sign in from one network at once leave it known', async () => {
    const { known, rows, user } = await setUp()
    await Promise.all(Array.from({ length: 10 }, () => known.remember(user.id, '10.0.0.1')))
    expect(await rows()).toHaveLength(1)
  })

  it('A user who is deleted leaves no network behind', async () => {
    const { platform, ok, rows, user } = await setUp()
    await platform.users.verifyPassword(ada.email, ada.password, '10.0.0.1')
    expect(await rows()).toHaveLength(1)
    await ok('experienceUser.delete', { experienceUserId: user.id })
    expect(await rows()).toEqual([])
  })

  it('A store that does not write keeps nobody from signing in', async () => {
    const { platform, errors } = await setUp()
    const store = { ...platform.store, write: () => Promise.reject(new Error('full')) }
    const limiters = createLimiters(createKnownNetworks({ ...platform, store }, signingKey))
    const users = createUsers({ ...platform, limiters })
    expect(await users.verifyPassword(ada.email, ada.password, '10.0.0.1')).toMatchObject({ email: ada.email })
    expect(errors).toMatchObject([{ err: { message: 'full' } }])
  })
})
