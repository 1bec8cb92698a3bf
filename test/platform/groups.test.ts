import { describe, expect, it } from 'vitest'
import { eachStore } from './store/databases.ts'
import { openPlatform } from './test-platform.ts'

interface Made {
  id: string
}

eachStore((_name, open) => {
  async function setUp() {
    const test = await openPlatform(await open())
    const post = (experienceGroup: object) => test.ok<Made>('experienceGroups.post', { experienceGroup })
    const patch = (group: Made, experienceGroup: object) =>
      test.ok<Made>('experienceGroup.patch', { experienceGroupId: group.id, experienceGroup })
    const user = await test.ok<Made>('experienceUsers.post', {
      experienceUser: { email: 'ada@lom.example', password: 'correct horse' },
    })
    const device = await test.ok<Made>('devices.post', { device: { name: 'pot' } })
    return { ...test, post, patch, user, device }
  }

  describe('an experience group', () => {
    it('is created and shown with its users, devices and tags', async () => {
      const { ok, post, user, device, platform } = await setUp()
      const fields = {
        name: `"quoted" <b>&`,
        description: 'x',
        experienceUserIds: [user.id],
        experienceEndpointIds: ['e'.repeat(24)],
        groupTags: { plan: 'gold' },
        deviceIds: [device.id],
        deviceTags: [{ key: 'fleet' }],
        deviceQueryJson: '{"name":"pot"}',
      }
      const group = await post(fields)
      expect(group).toEqual({
        id: group.id,
        experienceGroupId: group.id,
        applicationId: platform.applicationId,
        creationDate: '2026-01-02T03:04:05.678Z',
        lastUpdated: '2026-01-02T03:04:05.678Z',
        ...fields,
      })
      expect(await ok('experienceGroup.get', { experienceGroupId: group.id })).toEqual(group)
      expect(await ok('experienceGroups.get')).toMatchObject({ items: [group], totalCount: 1 })
    })

    it('replaces users and devices whole, and only where a patch names them', async () => {
      const { ok, post, patch, user, device } = await setUp()
      const group = await post({
        name: 'a',
        experienceUserIds: [user.id],
        deviceIds: [device.id],
        deviceQueryJson: '{}',
      })
      expect(await patch(group, { name: 'b' })).toMatchObject({
        name: 'b',
        experienceUserIds: [user.id],
        deviceIds: [device.id],
      })
      const emptied = await patch(group, { experienceUserIds: [], deviceIds: [], deviceQueryJson: null })
      expect(emptied).toMatchObject({ experienceUserIds: [], deviceIds: [] })
      expect(emptied).not.toHaveProperty('deviceQueryJson')
      expect(await ok('experienceUser.get', { experienceUserId: user.id })).toMatchObject({ experienceGroups: [] })
    })

    it('never stands above itself', async () => {
      const { refused, post, patch } = await setUp()
      const top = await post({ name: 'top' })
      const below = await post({ name: 'below', parentId: top.id })
      const lowest = await post({ name: 'lowest', parentId: below.id })
      for (const parentId of [top.id, below.id, lowest.id]) {
        const error = await refused('experienceGroup.patch', {
          experienceGroupId: top.id,
          experienceGroup: { parentId },
        })
        expect(error).toMatchObject({ statusCode: 400, message: expect.stringContaining('itself or one below it') })
      }
      expect(await patch(lowest, { parentId: top.id })).toMatchObject({ parentId: top.id })
      expect(await patch(lowest, { parentId: null })).not.toHaveProperty('parentId')
    })

    it('is refused where a field does not fit or names what does not exist', async () => {
      const { refused, ok } = await setUp()
      const id = 'f'.repeat(24)
      for (const [fields, message] of [
        [{ experienceUserIds: [id] }, 'experienceUserIds names a user that does not exist'],
        [{ deviceIds: [id] }, 'deviceIds names a device that does not exist'],
        [{ parentId: id }, 'parentId names a group that does not exist'],
        [{ deviceQueryJson: '{' }, 'deviceQueryJson is not JSON'],
        [{ deviceQueryJson: '[]' }, 'deviceQueryJson must be an object'],
        [{ deviceQueryJson: '{"nope":1}' }, 'deviceQueryJson.nope is no field'],
        [{ deviceQueryJson: JSON.stringify({ experienceGroupId: id }) }, 'experienceGroupId is no field'],
        [{ deviceQueryJson: `{"a":"${'x'.repeat(8192)}"}` }, 'must NOT have more than 8192'],
        [{ groupTags: JSON.parse('{"constructor":"x"}') }, 'constructor is not allowed'],
        [{ groupTags: { a: 1 } }, 'groupTags.a must be string'],
      ] as const) {
        const error = await refused('experienceGroups.post', { experienceGroup: { name: 'x', ...fields } })
        expect(error).toMatchObject({ statusCode: 400, message: expect.stringContaining(message) })
      }
      expect(await ok('experienceGroups.get')).toMatchObject({ totalCount: 0 })
    })

    it('leaves its users, devices and the groups below it when it is deleted', async () => {
      const { ok, refused, post, user, device } = await setUp()
      const top = await post({ name: 'top', experienceUserIds: [user.id], deviceIds: [device.id] })
      const below = await post({ name: 'below', parentId: top.id })
      expect(await ok('experienceGroup.delete', { experienceGroupId: top.id })).toEqual({ success: true })
      expect(await ok('experienceUser.get', { experienceUserId: user.id })).toMatchObject({ experienceGroups: [] })
      expect(await ok('device.get', { deviceId: device.id })).toMatchObject({ name: 'pot' })
      expect(await ok('experienceGroup.get', { experienceGroupId: below.id })).not.toHaveProperty('parentId')
      for (const call of ['experienceGroup.get', 'experienceGroup.delete']) {
        expect((await refused(call, { experienceGroupId: top.id })).statusCode).toBe(404)
      }
      const experienceGroup = { name: 'x', experienceUserIds: [user.id] }
      expect((await refused('experienceGroup.patch', { experienceGroupId: top.id, experienceGroup })).statusCode).toBe(
        404,
      )
      expect(await ok('experienceUsers.get', { experienceGroupId: 'any' })).toMatchObject({ totalCount: 0 })
    })
  })

  describe('the application', () => {
    it('takes a description and a cutoff, and no name', async () => {
      const { ok, refused } = await setUp()
      const application = { description: 'pots', expUserTokenCutoff: '2026-01-01T00:00:00.000Z' }
      expect(await ok('application.patch', { application })).toMatchObject({ name: 'lom', ...application })
      expect(await refused('application.patch', { application: { name: 'x' } })).toMatchObject({ statusCode: 400 })
      expect(await refused('application.patch', { application: { expUserTokenCutoff: 'soon' } })).toMatchObject({
        statusCode: 400,
      })
      expect((await ok<{ summary: object }>('application.get', { summaryInclude: 'keyCount' })).summary).toEqual({
        keyCount: 0,
      })
      expect(
        (await ok<{ summary: object }>('application.get', { summaryExclude: 'keyCount' })).summary,
      ).not.toHaveProperty('keyCount')
    })
  })
})
