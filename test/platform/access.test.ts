import { describe, expect, it } from 'vitest'
import { type Actor, anonymousActor } from '../../platform/auth/actor.ts'
import { createAdminToken } from '../../platform/auth/api-tokens.ts'
import { authenticate } from '../../platform/auth/authenticate.ts'
import { callAction } from '../../platform/resources/call-action.ts'
import { eachStore } from './store/databases.ts'
import { openPlatform } from './test-platform.ts'

interface Made {
  id: string
}
interface Key extends Made {
  key: string
  secret: string
}
interface Token extends Made {
  token: string
}

const administrator = { email: 'root@lom.example', password: 'a long password' }

eachStore((_name, open) => {
  async function setUp(settings = {}) {
    const test = await openPlatform(await open(), settings)
    const { ok } = test
    const addDevice = async (device: object = { name: 'pot' }) => (await ok<Made>('devices.post', { device })).id
    const addKey = (applicationKey: object) => ok<Key>('applicationKeys.post', { applicationKey })
    const signIn = (deviceId: string, { key, secret }: Key, more = {}) =>
      ok<{ token: string }>(
        'auth.authenticateDevice',
        { credentials: { deviceId, key, secret, ...more } },
        anonymousActor,
      )
    const isRefused = async (deviceId: string, { key, secret }: Pick<Key, 'key' | 'secret'>) =>
      (await test.refused('auth.authenticateDevice', { credentials: { deviceId, key, secret } }, anonymousActor))
        .statusCode === 401
    const actorOf = (token: string) => authenticate(test.platform, token)
    return { ...test, addDevice, addKey, signIn, isRefused, actorOf }
  }

  describe('an access key', () => {
    it('shows its secret once, and the store does not hold it', async () => {
      const { ok, addDevice, addKey, platform } = await setUp()
      const deviceId = await addDevice()
      const { secret, ...key } = await addKey({ deviceIds: [deviceId], description: 'x' })
      expect(secret).toMatch(/^[0-9a-f]{64}$/)
      expect(key).toMatchObject({
        applicationKeyId: key.id,
        key: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        status: 'active',
        deviceIds: [deviceId],
        deviceTags: [],
        filterType: 'none',
      })
      expect(await ok('applicationKey.get', { applicationKeyId: key.id })).toEqual(key)
      expect(await ok('applicationKeys.get')).toMatchObject({ items: [key], totalCount: 1 })
      const rows = await platform.store.read.selectFrom('application_keys').selectAll().execute()
      expect(JSON.stringify(rows)).not.toContain(secret)
    })

    it('is good for the device it names alone, and for none when that is deleted', async () => {
      const { ok, addDevice, addKey, signIn, isRefused, actorOf } = await setUp()
      const [mine, other] = [await addDevice(), await addDevice()]
      const key = await addKey({ deviceIds: [mine] })
      const { token } = await signIn(mine, key)
      expect(await actorOf(token)).toMatchObject({ kind: 'device', deviceId: mine, scopes: ['all.Device'] })
      expect(await isRefused(other, key)).toBe(true)
      await ok('device.delete', { deviceId: mine })
      expect(await isRefused(mine, key)).toBe(true)
      expect(await isRefused(other, key)).toBe(true)
      expect(await actorOf(token)).toEqual(anonymousActor)
      expect(await ok('applicationKey.get', { applicationKeyId: key.id })).toMatchObject({ deviceIds: [] })
    })

    it('is good for the devices with its tags, as they are now', async () => {
      const { ok, addDevice, addKey, signIn, isRefused } = await setUp()
      const tagged = await addDevice({ name: 'a', tags: [{ key: 'fleet', value: 'west' }] })
      const other = await addDevice({ name: 'b', tags: [{ key: 'fleet', value: 'east' }] })
      const key = await addKey({ deviceTags: [{ key: 'fleet', value: 'west' }] })
      await signIn(tagged, key)
      expect(await isRefused(other, key)).toBe(true)
      await ok('device.patch', { deviceId: tagged, device: { tags: [] } })
      expect(await isRefused(tagged, key)).toBe(true)
    })

    it('without restriction is good for every device that there is', async () => {
      const { addDevice, addKey, signIn, isRefused } = await setUp()
      const key = await addKey({})
      await signIn(await addDevice(), key)
      expect(await isRefused('a'.repeat(24), key)).toBe(true)
    })

    it('never becomes unrestricted by a list that came out empty, or by a device that does not exist', async () => {
      const { ok, refused, addDevice } = await setUp()
      const deviceId = await addDevice()
      const post = async (applicationKey: object) => await refused('applicationKeys.post', { applicationKey })
      expect(await post({ deviceIds: [] })).toMatchObject({
        statusCode: 400,
        message: expect.stringContaining('deviceIds is empty'),
      })
      expect((await post({ deviceTags: [] })).statusCode).toBe(400)
      expect((await post({ deviceTags: [{}] })).statusCode).toBe(400)
      expect((await post({ deviceIds: null })).statusCode).toBe(400)
      expect((await post({ deviceIds: [null] })).statusCode).toBe(400)
      expect((await post({ deviceIds: [deviceId, 'a'.repeat(24)] })).message).toContain('does not exist')
      expect((await post({ status: 'active' })).message).toContain('status is not a field')
      expect(await ok('applicationKeys.get')).toMatchObject({ totalCount: 0 })
    })

    it('that is inactive or deleted is refused, and so are the tokens that came of it', async () => {
      const { ok, refused, addDevice, addKey, signIn, isRefused, actorOf } = await setUp()
      const deviceId = await addDevice()
      const key = await addKey({ deviceIds: [deviceId] })
      const { token } = await signIn(deviceId, key)
      const set = (status: string) =>
        ok('applicationKey.patch', { applicationKeyId: key.id, applicationKey: { status } })
      expect(await set('inactive')).toMatchObject({ status: 'inactive', deviceIds: [deviceId] })
      expect(await isRefused(deviceId, key)).toBe(true)
      expect(await actorOf(token)).toEqual(anonymousActor)
      await set('active')
      expect(await actorOf(token)).toMatchObject({ kind: 'device' })
      expect(
        (await refused('applicationKey.patch', { applicationKeyId: key.id, applicationKey: { deviceIds: [] } }))
          .statusCode,
      ).toBe(400)
      await ok('applicationKey.delete', { applicationKeyId: key.id })
      expect(await actorOf(token)).toEqual(anonymousActor)
      expect((await refused('applicationKey.get', { applicationKeyId: key.id })).statusCode).toBe(404)
    })

    it('is refused with another secret, and after some of those with any', async () => {
      const { refused, addDevice, addKey, isRefused } = await setUp({
        signInLimits: { perAccount: 3, perNetwork: 100, windowSeconds: 60 },
      })
      const deviceId = await addDevice()
      const key = await addKey({ deviceIds: [deviceId] })
      for (const secret of ['x', key.secret.toUpperCase(), key.secret.slice(1)]) {
        expect(await isRefused(deviceId, { ...key, secret })).toBe(true)
      }
      const { key: name, secret } = key
      expect(await refused('auth.authenticateDevice', { credentials: { deviceId, key: name, secret } })).toMatchObject({
        statusCode: 429,
      })
    })

    it('locks out whoever guesses, but neither other networks nor other devices that use it', async () => {
      const { platform, addDevice, addKey } = await setUp()
      const [guessed, other] = [await addDevice(), await addDevice()]
      const { key, secret } = await addKey({ deviceIds: [guessed, other] })
      const signIn = async (deviceId: string, secret: string, address: string) => {
        const call = 'auth.authenticateDevice'
        const outcome = await callAction(
          platform,
          anonymousActor,
          call,
          { credentials: { deviceId, key, secret } },
          address,
        )
        return 'error' in outcome ? outcome.error.statusCode : 200
      }
      for (let n = 0; n < 10; n++) expect(await signIn(guessed, `guess ${n}`, '10.0.0.1')).toBe(401)
      expect(await signIn(guessed, 'another', '10.0.0.1')).toBe(429)
      expect(await signIn(other, secret, '10.0.0.1')).toBe(200)
      expect(await signIn(guessed, secret, '10.0.0.2')).toBe(200)
      // Its success elsewhere is not the guesser's.
      expect(await signIn(guessed, 'another', '10.0.0.1')).toBe(429)
    })

    it('is found by query', async () => {
      const { ok, addDevice, addKey } = await setUp()
      const deviceId = await addDevice()
      const key = await addKey({ deviceIds: [deviceId] })
      await addKey({ description: 'for all' })
      const find = async (query: object) =>
        (await ok<{ items: Made[] }>('applicationKeys.get', { query })).items.map((one) => one.id)
      expect(await find({ deviceIds: deviceId })).toEqual([key.id])
      expect(await find({ deviceIds: { $ne: deviceId } })).not.toContain(key.id)
      expect(await find({ key: key.key, status: 'active' })).toEqual([key.id])
      expect(await find({ description: { $contains: 'all' } })).toHaveLength(1)
    })
  })

  describe("a device's token", () => {
    it('sees the devices that its key is good for, and changes none', async () => {
      const { ok, refused, addDevice, addKey, signIn, actorOf } = await setUp()
      const [mine, other] = [await addDevice({ name: 'mine' }), await addDevice({ name: 'other' })]
      const actor = await actorOf((await signIn(mine, await addKey({ deviceIds: [mine] }))).token)
      expect(await ok('device.get', { deviceId: mine }, actor)).toMatchObject({ name: 'mine' })
      expect((await refused('device.get', { deviceId: other }, actor)).statusCode).toBe(404)
      expect(await ok('devices.get', {}, actor)).toMatchObject({ totalCount: 1, items: [{ name: 'mine' }] })
      expect(await ok('devices.get', { query: { $or: [{ name: 'other' }, { name: 'mine' }] } }, actor)).toMatchObject({
        totalCount: 1,
      })
      for (const call of ['device.patch', 'device.delete', 'applicationKeys.get', 'devices.tagValues']) {
        expect((await refused(call, {}, actor)).statusCode).toBe(403)
      }
    })

    it('may ask for less, never for more, and expires', async () => {
      const { refused, ok, addDevice, addKey, signIn, actorOf, clock, platform } = await setUp()
      const deviceId = await addDevice()
      const key = await addKey({ deviceIds: [deviceId] })
      const { token } = await signIn(deviceId, key, { requestedScopes: ['devices.get'], tokenTTL: 60 })
      const actor = await actorOf(token)
      expect(await ok('devices.get', {}, actor)).toMatchObject({ totalCount: 1 })
      expect((await refused('device.get', { deviceId }, actor)).statusCode).toBe(403)
      const credentials = { deviceId, key: key.key, secret: key.secret, requestedScopes: ['all.Application'] }
      expect((await refused('auth.authenticateDevice', { credentials })).statusCode).toBe(400)
      expect(await platform.devices.verifyToken(token, undefined)).toMatchObject({ id: deviceId, deviceId })
      expect(await platform.users.verifyToken(token)).toBeNull()
      clock.ms += 61_000
      expect(await actorOf(token)).toEqual(anonymousActor)
      expect(await platform.devices.verifyToken(token, undefined)).toBeNull()
    })
  })

  describe('an API token', () => {
    it('shows its value once, and is good until it is inactive, expired or deleted', async () => {
      const { ok, refused, actorOf, clock, platform } = await setUp()
      const post = (apiToken: object) => ok<Token>('applicationApiTokens.post', { apiToken })
      const { token, ...made } = await post({
        name: 'ci',
        scope: ['devices.get'],
        expirationDate: new Date(clock.ms + 5000).toISOString(),
      })
      expect(token).toMatch(/^flowpot_[0-9a-f]{64}$/)
      expect(made).toMatchObject({
        apiTokenId: made.id,
        ownerId: platform.applicationId,
        ownerType: 'application',
        creatorType: 'flow',
      })
      expect(await ok('applicationApiToken.get', { apiTokenId: made.id })).toEqual(made)
      expect(await ok('applicationApiTokens.get')).toMatchObject({ items: [made], ownerType: 'application' })
      expect(JSON.stringify(await platform.store.read.selectFrom('api_tokens').selectAll().execute())).not.toContain(
        token.slice(8),
      )
      expect(await actorOf(token)).toEqual({ kind: 'apiToken', apiTokenId: made.id, scopes: ['devices.get'] })
      expect(await actorOf(`${token.slice(0, -1)}x`)).toEqual(anonymousActor)
      const set = (status: string) => ok('applicationApiToken.patch', { apiTokenId: made.id, apiToken: { status } })
      await set('inactive')
      expect(await actorOf(token)).toEqual(anonymousActor)
      await set('active')
      clock.ms += 5000
      expect(await actorOf(token)).toEqual(anonymousActor)
      const lasting = await post({ name: 'lasting' })
      expect(await actorOf(lasting.token)).toMatchObject({ scopes: ['all.Application'] })
      await ok('applicationApiToken.delete', { apiTokenId: lasting.id })
      expect(await actorOf(lasting.token)).toEqual(anonymousActor)
      expect((await refused('applicationApiToken.get', { apiTokenId: lasting.id })).statusCode).toBe(404)
    })

    it('makes no token that may do more than itself', async () => {
      const { ok, refused } = await setUp()
      const actor: Actor = {
        kind: 'apiToken',
        apiTokenId: 'a'.repeat(24),
        scopes: ['applicationApiTokens.*', 'devices.get', 'experienceUser.*'],
      }
      const post = (scope: string[] | undefined) => ({ apiToken: { name: 'x', ...(scope ? { scope } : {}) } })
      for (const scope of [
        undefined,
        ['all.Application'],
        ['all.Application.read'],
        ['devices.*'],
        ['device.get'],
        ['devices.get', 'devices.post'],
      ]) {
        expect((await refused('applicationApiTokens.post', post(scope), actor)).statusCode).toBe(403)
      }
      await ok(
        'applicationApiTokens.post',
        post(['devices.get', 'experienceUser.patch', 'applicationApiTokens.post']),
        actor,
      )
      for (const scope of [
        'all.User',
        'all.Organization',
        'all.x',
        'x',
        'a.b.c',
        '*',
        'devices.get; drop',
        '__proto__.*',
      ]) {
        expect((await refused('applicationApiTokens.post', post([scope]))).statusCode).toBe(400)
      }
    })

    it('for the administrator is made on the first start alone', async () => {
      const { platform, actorOf } = await setUp()
      const token = await createAdminToken(platform)
      expect(await actorOf(token ?? '')).toMatchObject({ kind: 'apiToken', scopes: ['all.Application'] })
      expect(await createAdminToken(platform)).toBeUndefined()
    })
  })

  describe('the administrator', () => {
    const credentials = administrator
    it('signs in with the address and password of the settings', async () => {
      const { ok, actorOf, platform, clock } = await setUp({ administrator })
      const { token } = await ok<{ token: string }>(
        'auth.authenticateUser',
        { credentials: { ...credentials, email: 'ROOT@lom.example' } },
        anonymousActor,
      )
      const actor = await actorOf(token)
      expect(actor).toEqual({ kind: 'administrator', scopes: ['all.User'] })
      expect(await ok('devices.post', { device: { name: 'x' } }, actor)).toMatchObject({ name: 'x' })
      expect(await platform.users.verifyToken(token)).toBeNull()
      clock.ms += 3_601_000
      expect(await actorOf(token)).toEqual(anonymousActor)
    })

    it('has to sign in again once the settings have another password or address, and then alone', async () => {
      const store = await open()
      const start = async (settings: object) => {
        const { platform, ok } = await openPlatform(store, { administrator, ...settings })
        return { ok, kindOf: async (token: string) => (await authenticate(platform, token)).kind }
      }
      const { ok } = await start({})
      const { token } = await ok<{ token: string }>('auth.authenticateUser', { credentials }, anonymousActor)
      expect(token).not.toContain(Buffer.from(administrator.password).toString('base64url').slice(0, 12))
      for (const [changed, kind] of [
        [{}, 'administrator'],
        [{ password: 'another long password' }, 'anonymous'],
        [{ email: 'other@lom.example' }, 'anonymous'],
        [{}, 'administrator'],
      ] as const) {
        const { kindOf } = await start({ administrator: { ...administrator, ...changed } })
        expect(await kindOf(token)).toBe(kind)
      }
    })

    it('is refused with anything else, and after some of that at all', async () => {
      const { refused } = await setUp({
        administrator,
        signInLimits: { perAccount: 3, perNetwork: 100, windowSeconds: 60 },
      })
      const sign = async (more: object) =>
        (await refused('auth.authenticateUser', { credentials: { ...credentials, ...more } })).statusCode
      expect(await sign({ email: 'other@lom.example' })).toBe(401)
      expect(await sign({ password: 'a long passwore' })).toBe(401)
      expect(await sign({ password: 'a long password ' })).toBe(401)
      expect(await sign({ password: 'x'.repeat(8) })).toBe(401)
      expect(await sign({})).toBe(429)
    })

    it('does not exist without settings', async () => {
      const { refused } = await setUp()
      expect(await refused('auth.authenticateUser', { credentials })).toEqual({
        type: 'Unauthorized',
        statusCode: 401,
        message: 'Unauthorized',
      })
    })
  })
})
