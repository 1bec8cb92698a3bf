import { describe, expect, it } from 'vitest'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

eachStore((_name, open) => {
  async function setUp() {
    const { ok, refused, clock } = await openPlatform(await open())
    const group = async (name: string, more: object = {}) =>
      (await ok<{ id: string }>('experienceGroups.post', { experienceGroup: { name, ...more } })).id
    const staff = await group('staff', { groupTags: { floor: '2', 'a-b': 'c' } })
    const gardeners = await group('gardeners', { parentId: staff, groupTags: { floor: '3' } })
    const user = (email: string, more: object = {}) =>
      ok('experienceUsers.post', { experienceUser: { email, password: 'correct horse battery', ...more } })
    await user('Ada@lom.example', { firstName: 'Ada', userTags: { plan: 'pro', note: `"'<<%_` } })
    clock.ms += 1000
    await user('bob@lom.example', { userTags: { plan: 'free' }, experienceGroupIds: [gardeners] })
    await user('eve@elsewhere.example')
    const users = async (query: object) =>
      (await ok<{ items: { email: string }[] }>('experienceUsers.get', { query, sortField: 'id' })).items.map(
        ({ email }) => email.slice(0, 3).toLowerCase(),
      )
    const groups = async (query: object) =>
      (await ok<{ items: { name: string }[] }>('experienceGroups.get', { query, sortField: 'id' })).items.map(
        ({ name }) => name,
      )
    return { users, groups, refused, staff, gardeners, clock }
  }

  describe('an advanced query', () => {
    it('finds users', async () => {
      const { users, gardeners, clock } = await setUp()
      for (const [query, expected] of [
        [{}, ['ada', 'bob', 'eve']],
        [{ email: { $endsWith: '@lom.example' } }, ['ada', 'bob']],
        [{ email: { $startsWith: 'ada', $ci: true } }, ['ada']],
        [{ firstName: 'Ada' }, ['ada']],
        [{ userTags: { $tagKey: 'plan' } }, ['ada', 'bob']],
        [{ userTags: { $tagKey: 'plan', $tagValue: 'pro' } }, ['ada']],
        [{ userTags: { $tagValue: `"'<<%_` } }, ['ada']],
        [{ userTags: { $tagKey: 'pl%' } }, []],
        [{ userTags: { plan: 'free' } }, ['bob']],
        [{ userTags: { $ne: { $tagKey: 'plan' } } }, ['eve']],
        [{ experienceGroupId: gardeners }, ['bob']],
        [{ creationDate: { $gte: clock.ms } }, ['bob', 'eve']],
        [{ lastLogin: { $eq: null } }, ['ada', 'bob', 'eve']],
        [{ $nor: [{ email: 'bob@lom.example' }, { firstName: 'Ada' }] }, ['eve']],
      ] as const) {
        expect(await users(query), JSON.stringify(query)).toEqual(expected)
      }
    })

    it('finds groups', async () => {
      const { groups, staff } = await setUp()
      for (const [query, expected] of [
        [{ name: { $contains: 'arden' } }, ['gardeners']],
        [{ parentId: staff }, ['gardeners']],
        [{ ancestorId: staff }, ['gardeners']],
        [{ groupTags: { floor: '2', 'a-b': 'c' } }, ['staff']],
        [{ groupTags: { $tagKey: 'floor' } }, ['staff', 'gardeners']],
      ] as const) {
        expect(await groups(query), JSON.stringify(query)).toEqual(expected)
      }
    })

    it.each([
      { shoeSize: 43 },
      { userTags: {} },
      { userTags: { $gt: 1 } },
      { email: { $startsWith: '' } },
      { password_hash: 'x' },
    ])('that is none is refused: %j', async (query) => {
      const { refused } = await setUp()
      expect(await refused('experienceUsers.get', { query })).toMatchObject({ statusCode: 400, type: 'Validation' })
    })
  })
})
