import { describe, expect, it } from 'vitest'
import { createPlatform } from '../../platform/platform.ts'
import { applySeeds, type Seeds } from '../../platform/seeds.ts'
import { eachStore } from './store/databases.ts'
import { openPlatform, signingKey } from './test-platform.ts'

const seeds: Seeds = {
  groups: [{ name: 'admins', id: 'b'.repeat(24) }],
  users: [
    { email: 'ada@lom.example', groups: ['admins'], password: 'correct horse', id: 'a'.repeat(24) },
    { email: 'bob@lom.example', firstName: 'Bob' },
  ],
  devices: [
    { name: 'Greenhouse', attributes: [{ name: 'moisture', dataType: 'number' }] },
    { name: 'Shed', id: 'c'.repeat(24) },
  ],
}

eachStore((_name, open) => {
  describe('seeds', () => {
    it('are put into a store that has none of them, with the IDs that are given', async () => {
      const { platform, ok } = await openPlatform(await open())
      await applySeeds(platform, seeds)
      expect(await ok('experienceUser.get', { experienceUserId: 'ada@lom.example' })).toMatchObject({
        id: 'a'.repeat(24),
        experienceGroups: [{ id: 'b'.repeat(24), name: 'admins' }],
      })
      expect(await ok('devices.get', { query: { attributeName: 'moisture' } })).toMatchObject({
        items: [{ name: 'Greenhouse' }],
      })
      expect(await ok('device.get', { deviceId: 'c'.repeat(24) })).toMatchObject({ name: 'Shed' })
      expect(await platform.users.verifyPassword('ada@lom.example', 'correct horse')).not.toBeNull()
      for (const password of ['', 'null', 'undefined']) {
        expect(await platform.users.verifyPassword('bob@lom.example', password)).toBeNull()
      }
    })

    it('change nothing that is there by name or address', async () => {
      const { platform, ok } = await openPlatform(await open())
      await applySeeds(platform, seeds)
      await ok('device.patch', { deviceId: 'c'.repeat(24), device: { description: 'mine' } })
      await ok('experienceUser.patch', {
        experienceUserId: 'ada@lom.example',
        experienceUser: { password: 'battery staple' },
      })
      await applySeeds(platform, {
        ...seeds,
        users: seeds.users.map((user) => ({ ...user, email: user.email.toUpperCase() })),
      })
      expect(await ok('application.get')).toMatchObject({
        summary: { deviceCount: 2, experienceUserCount: 2, experienceGroupCount: 1, keyCount: 0, apiTokenCount: 0 },
      })
      expect(await ok('device.get', { deviceId: 'c'.repeat(24) })).toMatchObject({ description: 'mine' })
      expect(await platform.users.verifyPassword('ada@lom.example', 'battery staple')).not.toBeNull()
    })

    it.each<[string, Partial<Seeds>, string]>([
      ['a device without a name', { devices: [{ description: 'x' }] }, 'name is required'],
      ['an ID that is none', { devices: [{ name: 'x', id: 'nope' }] }, 'not 24 hexadecimal digits'],
      [
        'a group that does not exist',
        { users: [{ email: 'x@lom.example', groups: ['nope'] }] },
        'group nope, which does not exist',
      ],
    ])('with %s are refused whole', async (_what, wrong, message) => {
      const { platform, ok } = await openPlatform(await open())
      await expect(applySeeds(platform, { ...seeds, ...wrong })).rejects.toThrow(message)
      expect(await ok('application.get')).toMatchObject({
        summary: { deviceCount: 0, experienceUserCount: 0, experienceGroupCount: 0 },
      })
    })
  })

  describe('the platform', () => {
    it('keeps its application over a restart, and takes a new name from the settings', async () => {
      const store = await open()
      const { platform } = await openPlatform(store)
      const { platform: again, ok } = await openPlatform(store, { applicationName: 'other' })
      expect(again.applicationId).toBe(platform.applicationId)
      expect(await ok('application.get')).toMatchObject({ id: platform.applicationId, name: 'other' })
      await expect(openPlatform(store, { applicationId: 'a'.repeat(24) })).rejects.toThrow(
        `holds the application ${platform.applicationId}`,
      )
    })

    it('refuses a signing key that could be guessed, and an ID that is none', async () => {
      const store = await open()
      await expect(openPlatform(store, { signingKey: 'short' })).rejects.toThrow('shorter than 32')
      await expect(openPlatform(store, { applicationId: 'lom' })).rejects.toThrow('not 24 hexadecimal digits')
    })

    it('answers 500 in general words to what nobody foresaw, and 503 to a store that is closed, and logs both', async () => {
      const store = await open()
      const { platform, errors, refused } = await openPlatform(store)
      const broken = await createPlatform(store, platform.settings, platform.clock, platform.random)
      expect(broken.applicationId).toBe(platform.applicationId)
      await store.close()
      const closed = await refused('devices.post', { device: { name: 'x' } })
      expect([500, 503]).toContain(closed.statusCode)
      expect(closed.message).not.toMatch(/select|insert|sqlite|postgres/i)
      expect(errors).toHaveLength(1)
      expect(signingKey).not.toBe('')
    })
  })
})
