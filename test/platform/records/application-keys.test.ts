/** Names of access keys, queries of them, and the addresses from which they may be used. */
import { describe, expect, it } from 'vitest'
import { anonymousActor } from '../../../platform/auth/actor.ts'
import { authenticate } from '../../../platform/auth/authenticate.ts'
import { callAction } from '../../../platform/resources/call-action.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

interface Key {
  readonly id: string
  readonly key: string
  readonly secret: string
  readonly name?: string
}

eachStore((_name, open) => {
  async function setUp() {
    const test = await openPlatform(await open())
    const { ok, platform } = test
    const addKey = (applicationKey: object) => ok<Key>('applicationKeys.post', { applicationKey })
    const patch = (applicationKeyId: string, applicationKey: object) =>
      ok('applicationKey.patch', { applicationKeyId, applicationKey })
    const names = async (params: object) =>
      (
        await ok<{ items: Key[] }>('applicationKeys.get', { sortField: 'name', sortDirection: 'asc', ...params })
      ).items.map(({ name }) => name)
    const deviceId = (await ok<{ id: string }>('devices.post', { device: { name: 'Fern' } })).id
    const signIn = async ({ key, secret }: Key, address?: string) => {
      const call = 'auth.authenticateDevice'
      const params = { credentials: { deviceId, key, secret } }
      const outcome = await callAction(platform, anonymousActor, call, params, address)
      return 'error' in outcome ? outcome.error.statusCode : (outcome.result as { token: string }).token
    }
    return { ...test, addKey, patch, names, signIn }
  }

  describe('the name of an access key', () => {
    it('is shown, changed and removed, and may be missing', async () => {
      const { ok, addKey, patch, refused } = await setUp()
      const { id } = await addKey({ name: 'Greenhouse' })
      expect(await ok('applicationKey.get', { applicationKeyId: id })).toMatchObject({ name: 'Greenhouse' })
      expect(await patch(id, { name: 'Balcony' })).toMatchObject({ name: 'Balcony' })
      expect(await patch(id, { name: null })).not.toHaveProperty('name')
      expect(await addKey({})).not.toHaveProperty('name')
      expect((await refused('applicationKeys.post', { applicationKey: { name: '' } })).statusCode).toBe(400)
    })
  })

  describe('a list of access keys', () => {
    it.each<[string, object, string[]]>([
      ['sorted by name', {}, ['a', 'b', 'c']],
      ['filtered by name', { filterField: 'name', filter: '?' }, ['a', 'b', 'c']],
      ['of one name', { filterField: 'name', filter: 'b*' }, ['b']],
      ['queried by name', { query: { name: { $in: ['a', 'c'] } } }, ['a', 'c']],
      ['by a topic', { query: { pubTopics: 'own/x,y' } }, ['a']],
      ['by text that stands between two topics', { query: { pubTopics: ',' } }, []],
      ['by the beginning of a topic', { query: { pubTopics: { $startsWith: 'OWN', $ci: true } } }, ['a', 'b']],
      ['without a topic', { query: { subTopics: { $ne: 'in/"#"' } } }, ['a', 'c']],
      ['with quotes in a topic', { query: { subTopics: { $in: ['in/"#"'] } } }, ['b']],
      ['by the key of a tag', { query: { deviceTags: { $tagKey: 'floor' } } }, ['a', 'b']],
      ['by a tag', { query: { deviceTags: { floor: '2' } } }, ['b']],
      ['by the value of a tag', { query: { deviceTags: { $tagValue: '3' } } }, ['c']],
      ['without a tag', { query: { deviceTags: { $ne: { $tagKey: 'floor' } } } }, ['c']],
      ['by an address', { query: { addresses: '10.0.0.0/8' } }, ['c']],
      ['by the kind of its addresses', { query: { addressFilterType: 'all' } }, ['a', 'b']],
    ])('%s has these', async (_case, params, expected) => {
      const { addKey, names } = await setUp()
      await addKey({
        name: 'c',
        deviceTags: [{ value: '3' }],
        addressFilterType: 'blacklist',
        addresses: ['10.0.0.0/8'],
      })
      await addKey({ name: 'a', pubTopics: ['own/x,y', 'z'], deviceTags: [{ key: 'floor', value: '1' }] })
      await addKey({
        name: 'b',
        pubTopics: ['own/b'],
        subTopics: ['in/"#"'],
        deviceTags: [{ key: 'floor', value: '2' }],
      })
      expect(await names(params)).toEqual(expected)
    })
  })

  describe('an access key with addresses', () => {
    const addresses = ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7', '::ffff:203.0.113.0/120']
    const inside = [
      '192.0.2.1',
      '::ffff:192.0.2.255',
      '::ffff:c000:2ff',
      '192.0.2.9:50000',
      '2001:db8:1::5',
      '[2001:db8::1]:443',
      '198.51.100.7',
      '203.0.113.4',
    ]
    const outside = ['192.0.3.1', '198.51.100.8', '2001:db9::1', '127.0.0.1', '::1']

    it('is good from those listed alone, or from all others', async () => {
      const { addKey, signIn } = await setUp()
      const whitelist = await addKey({ addressFilterType: 'whitelist', addresses })
      const blacklist = await addKey({ addressFilterType: 'blacklist', addresses })
      for (const [good, bad] of [
        [whitelist, blacklist],
        [blacklist, whitelist],
      ] as const) {
        for (const address of good === whitelist ? inside : outside) {
          expect([address, await signIn(good, address)]).toEqual([address, expect.any(String)])
          expect([address, await signIn(bad, address)]).toEqual([address, 401])
        }
      }
      for (const address of [undefined, '', 'unknown']) {
        expect(await signIn(whitelist, address)).toBe(401)
        expect(await signIn(blacklist, address)).toBe(401)
      }
    })

    it('takes effect on the tokens that came of it', async () => {
      const { addKey, patch, signIn, platform } = await setUp()
      const key = await addKey({})
      const token = String(await signIn(key, '127.0.0.1'))
      const kindFrom = async (address: string) => (await authenticate(platform, token, address)).kind
      expect(await kindFrom('127.0.0.1')).toBe('device')
      await patch(key.id, { addressFilterType: 'whitelist', addresses })
      expect(await kindFrom('127.0.0.1')).toBe('anonymous')
      expect(await kindFrom('192.0.2.1')).toBe('device')
      // Which is what endpoints for devices ask.
      expect(await platform.devices.verifyToken(token, '127.0.0.1')).toBeNull()
      expect(await platform.devices.verifyToken(token, '192.0.2.1')).toMatchObject({ name: expect.any(String) })
      expect(await patch(key.id, { addressFilterType: 'all' })).toMatchObject({ addressFilterType: 'all', addresses })
      expect(await kindFrom('127.0.0.1')).toBe('device')
    })

    it.each([
      'here',
      '',
      '192.0.2.0/33',
      '192.0.2.0/',
      '192.0.2.0/8/8',
      '192.0.2.0/-1',
      '192.0.2',
      '2001:db8::/129',
      '::ffff:192.0.2.0/24',
      'fe80::1%eth0',
      '192.0.2.1:80',
    ])('refuses %j as an address', async (address) => {
      const { refused, ok } = await setUp()
      const applicationKey = { addresses: ['192.0.2.1', address] }
      const { statusCode, message } = await refused('applicationKeys.post', { applicationKey })
      expect(statusCode).toBe(400)
      expect(message).toContain('addresses[1] must be an IP address')
      expect(await ok('applicationKeys.get')).toMatchObject({ totalCount: 0 })
    })

    it('is refused where its list would admit nobody, and stays as it was', async () => {
      const { addKey, refused, ok } = await setUp()
      const applicationKey = { addressFilterType: 'whitelist' }
      expect((await refused('applicationKeys.post', { applicationKey })).message).toContain('addresses is empty')
      const { id: applicationKeyId } = await addKey({ name: 'a' })
      const patch = { applicationKeyId, applicationKey: { name: 'b', ...applicationKey } }
      expect((await refused('applicationKey.patch', patch)).message).toContain('addresses is empty')
      expect(await ok('applicationKey.get', { applicationKeyId })).toMatchObject({
        name: 'a',
        addressFilterType: 'all',
      })
    })
  })
})
