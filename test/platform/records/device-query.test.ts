import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { compileDeviceQuery } from '../../../platform/records/device-query.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

interface Page {
  items: { id: string; name: string }[]
}

/** Each device is created a minute after the one before. */
const garden = [
  {
    name: 'Fern',
    tags: [
      { key: 'room', value: 'attic' },
      { key: 'room', value: 'hall' },
    ],
    attributes: [{ name: 'moisture', dataType: 'number' }],
  },
  {
    name: 'fig',
    deviceClass: 'gateway',
    tags: [
      { key: 'room', value: 'hall' },
      { key: 'owner', value: 'ada' },
    ],
  },
  {
    name: 'Élan',
    tags: [{ key: 'owner', value: 'bob' }],
    attributes: [
      { name: 'Light', dataType: 'number' },
      { name: 'moisture', dataType: 'number' },
    ],
  },
  { name: '50%_x', deviceClass: 'gateway' },
]

const found: [object, string[]][] = [
  [{}, ['Fern', 'fig', 'Élan', '50%_x']],
  [{ name: 'Fern' }, ['Fern']],
  [{ name: { $eq: 'fern' } }, []],
  [{ name: { $eq: 'fern', $ci: true } }, ['Fern']],
  [{ name: { $ne: 'Fern' } }, ['fig', 'Élan', '50%_x']],
  [{ name: { $in: ['Fern', 'fig', 7] } }, ['Fern', 'fig']],
  [{ name: { $nin: ['Fern', 'fig'] } }, ['Élan', '50%_x']],
  [{ name: { $in: [] } }, []],
  [{ name: { $nin: [] } }, ['Fern', 'fig', 'Élan', '50%_x']],
  [{ name: { $gt: 'Fern' } }, ['fig', 'Élan']],
  [{ name: { $gte: 'Fern', $lt: 'fig' } }, ['Fern']],
  [{ name: { $lte: '50%_x' } }, ['50%_x']],
  [{ name: { $startsWith: 'F' } }, ['Fern']],
  [{ name: { $startsWith: 'F', $ci: true } }, ['Fern', 'fig']],
  [{ name: { $startsWith: 'É' } }, ['Élan']],
  [{ name: { $endsWith: 'n' } }, ['Fern', 'Élan']],
  [{ name: { $endsWith: 'a name longer than any' } }, []],
  [{ name: { $contains: '%_' } }, ['50%_x']],
  [{ name: { $contains: '%' } }, ['50%_x']],
  [{ name: { $contains: 'IG', $ci: true } }, ['fig']],
  [{ name: 7 }, []],
  [{ name: { $ne: 7 } }, ['Fern', 'fig', 'Élan', '50%_x']],
  [{ name: null }, []],
  [{ deviceClass: 'gateway' }, ['fig', '50%_x']],
  [{ parentId: null }, ['Fern', 'fig', 'Élan', '50%_x']],
  [{ parentId: { $ne: 'a'.repeat(24) } }, ['Fern', 'fig', 'Élan', '50%_x']],
  [{ creationDate: { $gte: '2026-01-02T03:05:05.678Z', $lt: Date.UTC(2026, 0, 2, 3, 7, 5, 678) } }, ['fig', 'Élan']],
  [{ tags: { room: 'hall' } }, ['Fern', 'fig']],
  [{ tags: { room: 'hall', owner: 'ada' } }, ['fig']],
  [{ tags: { $tagKey: 'owner' } }, ['fig', 'Élan']],
  [{ tags: { $tagValue: 'bob' } }, ['Élan']],
  [{ tags: { $tagKey: 'room', $tagValue: 'attic' } }, ['Fern']],
  [{ tags: { $eq: { room: 'attic' } } }, ['Fern']],
  [{ tags: { $ne: { $tagKey: 'room' } } }, ['Élan', '50%_x']],
  [{ tags: { $tagKey: { $in: ['owner', 'none'] } } }, ['fig', 'Élan']],
  [{ tags: { $tagKey: { $nin: ['owner'] } } }, ['Fern', 'fig']],
  [{ tags: { $tagValue: { $in: ['attic', 'bob'] } } }, ['Fern', 'Élan']],
  [{ tags: { $tagKey: 'room', $tagValue: { $nin: ['hall'] } } }, ['Fern']],
  [{ tags: { $tagKey: { $in: ['room', 'owner'] }, $tagValue: { $in: ['ada', 'attic'] } } }, ['Fern', 'fig']],
  [{ tags: { room: { $in: ['attic', 'cellar'] } } }, ['Fern']],
  [{ tags: { room: { $nin: ['hall'] } } }, ['Fern']],
  [{ tags: { room: { $in: [] } } }, []],
  [{ tags: { room: null } }, ['Élan', '50%_x']],
  [{ tags: { room: 'hall', owner: null } }, ['Fern']],
  [{ tags: { $tagKey: null } }, []],
  [{ tags: null }, ['50%_x']],
  [{ tags: { $ne: null } }, ['Fern', 'fig', 'Élan']],
  [{ tags: { $eq: { room: { $in: ['attic'] } } } }, ['Fern']],
  [{ tags: { $ne: { owner: { $in: ['ada', 'bob'] } } } }, ['Fern', '50%_x']],
  [{ id: { $gt: 'f'.repeat(24) } }, []],
  [{ id: { $gte: '0'.repeat(24) } }, ['Fern', 'fig', 'Élan', '50%_x']],
  [{ parentId: { $lt: null } }, []],
  [{ attributeName: 'moisture' }, ['Fern', 'Élan']],
  [{ attributeName: { $ne: 'moisture' } }, ['fig', '50%_x']],
  [{ attributeName: { $eq: 'light', $ci: true } }, ['Élan']],
  [{ attributeName: { $in: ['Light', 'x'] } }, ['Élan']],
  [{ $and: [{ name: { $startsWith: 'F' } }, { tags: { room: 'attic' } }] }, ['Fern']],
  [{ $or: [{ name: 'fig' }, { name: 'Fern' }] }, ['Fern', 'fig']],
  [{ $nor: [{ name: 'fig' }, { gatewayId: 'a'.repeat(24) }] }, ['Fern', 'Élan', '50%_x']],
  [{ deviceClass: 'gateway', $or: [{ name: 'fig' }, { name: 'Fern' }] }, ['fig']],
  [{ tags: { room: "x' or 1=1 --" } }, []],
  [{ tags: { "room' or 1=1 --": 'hall' } }, []],
]

const refusedQueries: [object, string][] = [
  [{ 'name"; drop table devices; --': 'x' }, 'is no field that can be queried'],
  [{ password: 'x' }, 'query.password is no field'],
  [{ connection: 'connected' }, 'query.connection is no field'],
  [{ name: { $where: '1=1' } }, 'query.name.$where is no operator'],
  [{ name: { $regex: '.*' } }, 'query.name.$regex is no operator'],
  [{ name: {} }, 'query.name has no operator'],
  [{ name: ['a'] }, 'query.name must be an object'],
  [{ name: { $eq: { a: 1 } } }, 'query.name.$eq must be text'],
  [{ name: { $in: 'a' } }, 'query.name.$in must be a list'],
  [{ name: { $startsWith: '' } }, 'must be text, and not empty'],
  [{ name: { $eq: 'a', $ci: 'yes' } }, 'query.name.$ci must be true or false'],
  [{ id: 'x' }, 'query.id must be an ID'],
  [{ id: { $contains: 'a' } }, 'query.id.$contains is no operator for an ID'],
  [{ ancestorId: { $gt: 'a'.repeat(24) } }, 'query.ancestorId.$gt is no operator for IDs'],
  [{ creationDate: { $startsWith: '2026' } }, 'query.creationDate.$startsWith is no operator'],
  [{ creationDate: 'yesterday' }, 'query.creationDate must be a time'],
  [{ tags: {} }, 'query.tags must not be empty'],
  [{ tags: 'x' }, 'query.tags must be an object'],
  [{ tags: { a: 1 } }, 'query.tags.a must be text'],
  [{ tags: { $regex: 'x' } }, 'query.tags.$regex is no operator'],
  [{ tags: { $in: ['x'] } }, 'query.tags.$in is no operator for tags'],
  [{ tags: { room: { $ne: 'x' } } }, 'query.tags.room must be text, or either $in or $nin with a list'],
  [{ tags: { room: { $in: ['x'], $nin: ['y'] } } }, 'query.tags.room must be text, or either $in'],
  [{ tags: { room: {} } }, 'query.tags.room must be text, or either $in'],
  [{ tags: { room: { $in: 'x' } } }, 'query.tags.room.$in must be a list'],
  [{ tags: { $tagValue: { $in: ['x', 7] } } }, 'query.tags.$tagValue.$in[1] must be text'],
  [{ tags: { $tagKey: { $in: ['x'.repeat(256)] } } }, 'query.tags.$tagKey.$in[0] must be text of at most 255'],
  [{ $or: {} }, 'query.$or must be a list'],
  [{ $not: [{ name: 'x' }] }, 'query.$not is no field'],
  [{ $or: [7] }, 'query.$or[0] must be an object'],
  [{ name: { $in: Array.from({ length: 101 }, (_, i) => `${i}`) } }, 'must not have more than 100 items'],
  [{ name: { $in: Array.from({ length: 100_000 }, (_, i) => `${i}`) } }, 'more than 1000 conditions and values'],
  [
    { $or: Array.from({ length: 90 }, () => ({ name: { $in: Array.from({ length: 90 }, () => 'x') } })) },
    'more than 1000 conditions',
  ],
  [nested(11), 'nested more than 10 deep'],
  [nested(300), 'nested more than'],
]

eachStore((_name, open) => {
  async function plant() {
    const test = await openPlatform(await open())
    const ids: string[] = []
    for (const device of garden) {
      ids.push((await test.ok<{ id: string }>('devices.post', { device })).id)
      test.clock.ms += 60_000
    }
    const find = async (query: object) =>
      (await test.ok<Page>('devices.get', { query, sortField: 'creationDate' })).items.map((device) => device.name)
    return { ...test, ids, find }
  }

  describe('a device query', () => {
    it('finds by every field, operator and combination', async () => {
      const { find } = await plant()
      for (const [query, names] of found) expect(await find(query), JSON.stringify(query)).toEqual(names)
    })

    it('refuses what it does not know, by its place in the query', async () => {
      const { refused } = await openPlatform(await open())
      for (const [query, message] of refusedQueries) {
        const error = await refused('devices.get', { query })
        expect(error).toMatchObject({ type: 'Validation', statusCode: 400, message: expect.stringContaining(message) })
      }
    })

    it('takes as many conditions as it says', async () => {
      const { find } = await plant()
      const names = Array.from({ length: 95 }, (_, index) => `${index}`)
      expect(await find({ $or: Array.from({ length: 10 }, () => ({ name: { $in: [...names, 'fig'] } })) })).toEqual([
        'fig',
      ])
      expect(await find(nested(10))).toEqual(['Fern'])
    })

    it('finds descendants of a system at any depth', async () => {
      const { ok, find, ids } = await plant()
      await ok('device.patch', { deviceId: ids[1], device: { parentId: ids[0] } })
      await ok('device.patch', { deviceId: ids[2], device: { parentId: ids[1] } })
      expect(await find({ ancestorId: ids[0] })).toEqual(['fig', 'Élan'])
      expect(await find({ ancestorId: { $ne: ids[0] } })).toEqual(['Fern', '50%_x'])
      expect(await find({ parentId: ids[0] })).toEqual(['fig'])
    })

    it('finds the devices of a group and of a user: by ID, tag and query, and those of the groups below', async () => {
      const { ok, find, ids } = await plant()
      const user = await ok<{ id: string }>('experienceUsers.post', {
        experienceUser: { email: 'ada@lom.example', password: 'correct horse' },
      })
      const post = (experienceGroup: object) => ok<{ id: string }>('experienceGroups.post', { experienceGroup })
      const top = await post({ name: 'top', deviceIds: [ids[0]], experienceUserIds: [user.id] })
      await post({ name: 'below', parentId: top.id, deviceTags: [{ key: 'owner', value: 'ada' }] })
      const other = await post({ name: 'other', deviceQueryJson: JSON.stringify({ name: { $startsWith: '5' } }) })
      expect(await find({ experienceGroupId: top.id })).toEqual(['Fern', 'fig'])
      expect(await find({ experienceUserId: user.id })).toEqual(['Fern', 'fig'])
      expect(await find({ experienceUserId: { $ne: user.id } })).toEqual(['Élan', '50%_x'])
      expect(await find({ $or: [{ experienceGroupId: other.id }, { name: 'Fern' }] })).toEqual(['Fern', '50%_x'])
      expect(
        await ok('experienceGroup.get', {
          experienceGroupId: top.id,
          includeDirectDeviceCount: true,
          includeTotalDeviceCount: 'true',
        }),
      ).toMatchObject({
        directDeviceCount: 1,
        totalDeviceCount: 2,
      })
    })
  })
})

describe('a device query on SQLite', () => {
  it('goes by the index over tags, and by the key of the devices', async () => {
    const store = await openTemporaryStore()
    const condition = await compileDeviceQuery(store, {
      $and: [{ tags: { owner: 'ada' } }, { tags: { $tagKey: 'room' } }],
    })
    const { rows } = await sql<{ detail: string }>`explain query plan select * from devices where ${condition}`.execute(
      store.read,
    )
    const plan = rows.map((row) => row.detail)
    expect(plan).toContainEqual('SEARCH devices USING PRIMARY KEY (id=?)')
    expect(plan).toContainEqual('SEARCH device_tags USING PRIMARY KEY (key=? AND value=?)')
    expect(plan.join()).not.toContain('SCAN')
    await store.close()
  })
})

function nested(depth: number): object {
  return depth === 1 ? { name: 'Fern' } : { $and: [nested(depth - 1)] }
}
