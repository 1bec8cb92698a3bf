import { describe, expect, it } from 'vitest'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

interface Device {
  id: string
  name: string
  tags: unknown
  attributes: unknown
}
interface Page {
  items: Device[]
  count: number
  totalCount: number
}

const pot = {
  name: 'My Awesome Plant',
  tags: [
    { key: 'owner', value: '65a000000000000000000001' },
    { key: 'manufacturerId', value: '000000' },
  ],
  attributes: [{ name: 'moisture', dataType: 'number' }],
}

const misfits: [string, unknown, string][] = [
  ['a number for a name', { name: 7 }, 'device.name must be string'],
  ['no name', {}, 'device.name is required'],
  ['an empty name', { name: '' }, 'device.name must NOT have fewer than 1 characters'],
  ['a name of 256 characters', { name: 'x'.repeat(256) }, 'device.name must NOT have more than 255 characters'],
  ['a name of a million characters', { name: 'x'.repeat(1e6) }, 'device.name must NOT have more than 255 characters'],
  ['a field that it does not have', { ...pot, colour: 'red' }, 'device.colour is not a field that can be given'],
  [
    'an unknown data type',
    { ...pot, attributes: [{ name: 'a', dataType: 'int' }] },
    'device.attributes[0].dataType must be one of',
  ],
  [
    'an attribute twice',
    { ...pot, attributes: [...pot.attributes, ...pot.attributes] },
    'device.attributes has moisture twice',
  ],
  ['a tag key with a space', { ...pot, tags: [{ key: 'a b', value: 'c' }] }, 'device.tags[0].key must match pattern'],
  [
    'the tag key __proto__',
    { ...pot, tags: [{ key: '__proto__', value: 'c' }] },
    'device.tags[0].key must match pattern',
  ],
  ['a tag without a value', { ...pot, tags: [{ key: 'a' }] }, 'device.tags[0].value is required'],
  [
    '101 tags',
    { ...pot, tags: Array.from({ length: 101 }, (_, i) => ({ key: 'a', value: `${i}` })) },
    'device.tags must NOT have more than 100 items',
  ],
  [
    'a parent that does not exist',
    { ...pot, parentId: 'a'.repeat(24) },
    'device.parentId names a device that does not exist',
  ],
  [
    'a gateway that does not exist',
    { ...pot, gatewayId: 'a'.repeat(24) },
    'device.gatewayId names a device that does not exist',
  ],
  ['U+0000', { name: 'a\u0000b' }, 'device.name must not contain the character U+0000'],
  ['half of a surrogate pair', { name: 'a\ud83cb' }, 'device.name must be well-formed Unicode'],
  ['a list for the device', [pot], 'device must be object'],
  ['null for the device', null, 'device must be object'],
]

const strangeNames: [string, string][] = [
  ['quotes', `Robert'); DROP TABLE devices;-- "x" \`y\``],
  ['HTML', '<script>alert("x")</script> &amp;'],
  ['templates', '<< data.body >> {{ evil }} {{{x}}} \\<<'],
  ['line ends and tabs', 'a\r\nb\nc\td\u2028e'],
  ['an emoji that needs a pair', '🪴'.repeat(255)],
  ['composed and decomposed letters', 'lōm lōm ﬁ'],
  ['the name __proto__', '__proto__'],
  ['wildcards', '100% _under_ \\ * ?'],
]

const listMisfits: [object, string][] = [
  [{ perPage: 1001 }, 'perPage must be <= 1000'],
  [{ perPage: -1 }, 'perPage must be >= 1'],
  [{ page: 'x' }, 'page must match pattern'],
  [{ page: 1.5 }, 'page must be integer,string'],
  [{ sortField: 'secret_hash' }, 'sortField must be one of name, id'],
  [{ sortField: 'name; drop table devices' }, 'sortField must be one of'],
  [{ sortDirection: 'asc; drop table devices' }, 'sortDirection must be one of'],
  [{ filterField: 'tags', filter: 'x' }, 'filterField must be one of'],
  [{ nonsense: 1 }, 'nonsense is not a field'],
]

eachStore((_name, open) => {
  describe('devices', () => {
    it('creates a device with tags and attributes, and shows it the same when it is read', async () => {
      const { ok, platform } = await openPlatform(await open())
      const created = await ok<Device>('devices.post', { device: pot })
      expect(created).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{24}$/),
        deviceId: created.id,
        applicationId: platform.applicationId,
        creationDate: '2026-01-02T03:04:05.678Z',
        lastUpdated: '2026-01-02T03:04:05.678Z',
        description: '',
        deviceClass: 'standalone',
        keepDuplicates: false,
        ...pot,
      })
      expect(await ok('device.get', { deviceId: created.id })).toEqual({
        ...created,
        connectionInfo: { connected: null },
      })
      expect(await ok('device.get', { deviceId: created.id, excludeConnectionInfo: '1' })).toEqual(created)
    })

    it('gives tags by key, each with all of its values, and attributes by name, where that is asked for', async () => {
      const { ok } = await openPlatform(await open())
      const tags = [
        { key: 'room', value: 'attic' },
        { key: 'room', value: 'cellar' },
        { key: 'room', value: 'attic' },
        { key: 'toString', value: 'hall' },
      ]
      const { id } = await ok<Device>('devices.post', { device: { ...pot, tags } })
      const shown = await ok<Device>('device.get', { deviceId: id, tagsAsObject: true, attributesAsObject: 'true' })
      expect(shown.tags).toEqual({ room: ['attic', 'cellar', 'attic'], toString: ['hall'] })
      expect(shown.attributes).toEqual({ moisture: { name: 'moisture', dataType: 'number' } })
      expect((await ok<Device>('device.get', { deviceId: id })).tags).toEqual(tags)
    })

    it('refuses what does not fit, names the field and keeps nothing', async () => {
      const { ok, refused, platform } = await openPlatform(await open())
      for (const [what, device, message] of misfits) {
        const error = await refused('devices.post', { device })
        expect(error, what).toMatchObject({
          type: 'Validation',
          statusCode: 400,
          message: expect.stringContaining(message),
        })
      }
      expect((await ok<Page>('devices.get')).totalCount).toBe(0)
      expect(await platform.store.read.selectFrom('device_tags').selectAll().execute()).toEqual([])
    })

    it('stores a name exactly as it was sent', async () => {
      const { ok } = await openPlatform(await open())
      for (const [what, name] of strangeNames) {
        const { id } = await ok<Device>('devices.post', { device: { name } })
        expect((await ok<Device>('device.get', { deviceId: id })).name, what).toBe(name)
        const { items } = await ok<Page>('devices.get', { query: { name } })
        expect(
          items.map((device) => device.id),
          what,
        ).toEqual([id])
      }
    })

    it.each(['__proto__', 'constructor', 'prototype'])('refuses the key %s wherever it stands', async (key) => {
      const { refused } = await openPlatform(await open())
      const hostile = (inner: string) => JSON.parse(inner.replace('KEY', key)) as object
      for (const device of [
        hostile('{"name":"a","KEY":{"polluted":1}}'),
        hostile('{"name":"a","tags":[{"key":"a","value":"b","KEY":"c"}]}'),
        hostile('{"name":"a","attributes":[{"name":"a","dataType":"number","attributeTags":{"KEY":"c"}}]}'),
      ]) {
        expect(await refused('devices.post', { device })).toMatchObject({
          statusCode: 400,
          message: expect.stringContaining(key),
        })
      }
      expect(Reflect.get({}, 'polluted')).toBeUndefined()
    })

    it('refuses what is nested without end, without running out of stack', async () => {
      const { refused } = await openPlatform(await open())
      let deep: unknown = 'x'
      for (let depth = 0; depth < 100_000; depth++) deep = { $and: [deep] }
      expect(await refused('devices.get', { query: deep })).toMatchObject({
        statusCode: 400,
        message: expect.stringContaining('nested more than'),
      })
    })

    it('changes what a patch names and nothing else, and finds the device by its new tags alone', async () => {
      const { ok, clock } = await openPlatform(await open())
      const created = await ok<Device>('devices.post', { device: pot })
      clock.ms += 1000
      const patch = {
        name: 'Fern',
        tags: [{ key: 'room', value: 'attic' }],
        attributes: [{ name: 'light', dataType: 'number' }],
      }
      const changed = await ok<Device>('device.patch', { deviceId: created.id, device: patch })
      expect(changed).toEqual({ ...created, ...patch, lastUpdated: '2026-01-02T03:04:06.678Z' })
      expect(await ok('device.get', { deviceId: created.id, excludeConnectionInfo: true })).toEqual(changed)
      const find = async (query: object) => (await ok<Page>('devices.get', { query })).totalCount
      expect(await find({ tags: { room: 'attic' } })).toBe(1)
      expect(await find({ tags: { manufacturerId: '000000' } })).toBe(0)
      expect(await find({ attributeName: 'light' })).toBe(1)
      expect(await find({ attributeName: 'moisture' })).toBe(0)
    })

    it('takes a parent away with null, and never lets a device stand above itself', async () => {
      const { ok, refused } = await openPlatform(await open())
      const top = await ok<Device>('devices.post', { device: { name: 'top', deviceClass: 'system' } })
      const below = await ok<Device>('devices.post', { device: { name: 'below', parentId: top.id } })
      expect(await refused('device.patch', { deviceId: top.id, device: { parentId: below.id } })).toMatchObject({
        statusCode: 400,
      })
      expect(await refused('device.patch', { deviceId: top.id, device: { parentId: top.id } })).toMatchObject({
        statusCode: 400,
      })
      expect(await ok('device.get', { deviceId: top.id })).not.toHaveProperty('parentId')
      expect(await ok('device.patch', { deviceId: below.id, device: { parentId: null } })).not.toHaveProperty(
        'parentId',
      )
    })

    it.each([
      ['device.get', {}],
      ['device.patch', { device: { name: 'x' } }],
      ['device.delete', {}],
    ])('answers 404 to %s of a device that does not exist', async (call, rest) => {
      const { refused } = await openPlatform(await open())
      expect(await refused(call, { deviceId: 'a'.repeat(24), ...rest })).toEqual({
        type: 'NotFound',
        statusCode: 404,
        message: 'Device was not found',
      })
    })

    it('deletes a device with all that finds it, and leaves its children without parent and gateway', async () => {
      const { ok, refused, platform } = await openPlatform(await open())
      const { id } = await ok<Device>('devices.post', { device: { ...pot, deviceClass: 'gateway' } })
      const child = await ok<Device>('devices.post', { device: { name: 'child', parentId: id, gatewayId: id } })
      expect(await ok('device.delete', { deviceId: id })).toEqual({ success: true })
      expect((await refused('device.get', { deviceId: id })).statusCode).toBe(404)
      const kept = await ok('device.get', { deviceId: child.id })
      expect(kept).not.toHaveProperty('parentId')
      expect(kept).not.toHaveProperty('gatewayId')
      for (const table of ['device_tags', 'device_attributes'] as const) {
        expect(await platform.store.read.selectFrom(table).selectAll().execute()).toEqual([])
      }
    })

    it('lists in pages, sorted and filtered, with the counts', async () => {
      const { ok, platform } = await openPlatform(await open())
      for (const name of ['Fern', 'aloe', 'Basil', '100%', 'Fig']) await ok('devices.post', { device: { name } })
      const page = await ok<Page>('devices.get', { page: 1, perPage: 2, sortField: 'name', sortDirection: 'desc' })
      expect(page).toEqual({
        items: [expect.objectContaining({ name: 'Fern' }), expect.objectContaining({ name: 'Basil' })],
        count: 2,
        totalCount: 5,
        page: 1,
        perPage: 2,
        sortField: 'name',
        sortDirection: 'desc',
        applicationId: platform.applicationId,
      })
      const names = async (params: object) => (await ok<Page>('devices.get', params)).items.map((device) => device.name)
      expect(await names({ filterField: 'name', filter: 'f*' })).toEqual(['Fern', 'Fig'])
      expect(await names({ filterField: 'name', filter: '100%' })).toEqual(['100%'])
      expect(await names({ filterField: 'name', filter: 'f' })).toEqual([])
      expect(await names({ filterField: 'name', filter: '?i?' })).toEqual(['Fig'])
      expect(await names({ filterField: '', filter: '' })).toHaveLength(5)
      expect(await names({ page: '0', perPage: '1', sortField: 'creationDate' })).toEqual(['Fern'])
      expect(await names({ page: 9 })).toEqual([])
    })

    it('refuses list parameters that do not fit', async () => {
      const { refused } = await openPlatform(await open())
      for (const [params, message] of listMisfits) {
        expect(await refused('devices.get', params)).toMatchObject({
          statusCode: 400,
          message: expect.stringContaining(message),
        })
      }
    })

    it('filters by class, tags and parent', async () => {
      const { ok } = await openPlatform(await open())
      const { id: parentId } = await ok<Device>('devices.post', { device: { name: 'top', deviceClass: 'system' } })
      await ok('devices.post', { device: { name: 'a', parentId, tags: [{ key: 'x', value: '1' }] } })
      await ok('devices.post', { device: { name: 'b', deviceClass: 'gateway', tags: [{ key: 'y', value: '1' }] } })
      const names = async (params: object) => (await ok<Page>('devices.get', params)).items.map((device) => device.name)
      expect(await names({ deviceClass: 'gateway' })).toEqual(['b'])
      expect(await names({ deviceClass: ['gateway', 'system'] })).toEqual(['b', 'top'])
      expect(await names({ tagFilter: [{ key: 'x' }] })).toEqual(['a'])
      expect(await names({ tagFilter: [{ value: '1' }] })).toEqual(['a', 'b'])
      expect(await names({ tagFilter: [{ key: 'x', value: '1' }, { key: 'y' }] })).toEqual([])
      expect(await names({ parentId })).toEqual(['a'])
      expect(await names({ parentId, query: { name: 'b' } })).toEqual(['b'])
    })

    it('lists names of attributes, keys and values of tags', async () => {
      const { ok } = await openPlatform(await open())
      await ok('devices.post', { device: pot })
      const tags = [
        { key: 'Owner_2', value: 'x' },
        { key: 'owner', value: 'Zoe' },
      ]
      await ok('devices.post', { device: { name: 'b', tags, attributes: [{ name: 'place', dataType: 'gps' }] } })
      expect(await ok('devices.attributeNames')).toEqual({ attributeNames: ['moisture', 'place'] })
      expect(await ok('devices.attributeNames', { dataType: ['gps'] })).toEqual({ attributeNames: ['place'] })
      expect(await ok('devices.attributeNames', { query: { name: 'b' } })).toEqual({ attributeNames: ['place'] })
      expect(await ok('devices.tagKeys', { startsWith: 'OWN' })).toEqual({ tagKeys: ['Owner_2', 'owner'] })
      expect(await ok('devices.tagKeys', { startsWith: 'owner_' })).toEqual({ tagKeys: ['Owner_2'] })
      expect(await ok('devices.tagValues', { key: 'owner', startsWith: 'z' })).toEqual({
        tagKey: 'owner',
        tagValues: ['Zoe'],
      })
    })

    it('answers 404 to another application and to an action that does not exist', async () => {
      const { ok, refused, platform } = await openPlatform(await open())
      expect(await ok('devices.get', { applicationId: platform.applicationId })).toMatchObject({ count: 0 })
      expect((await refused('devices.get', { applicationId: 'a'.repeat(24) })).statusCode).toBe(404)
      for (const call of ['devices.nope', 'toString.call', '__proto__.get', 'devices', '']) {
        expect((await refused(call)).statusCode).toBe(404)
      }
    })
  })
})
