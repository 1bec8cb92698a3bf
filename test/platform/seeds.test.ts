import { describe, expect, it } from 'vitest'
import type { Seeds } from '../../contracts/seeds.ts'
import { createPlatform } from '../../platform/platform.ts'
import { applySeeds } from '../../platform/seeds.ts'
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

    it('are there by their IDs as well, whatever they are called by now', async () => {
      const { platform, ok } = await openPlatform(await open())
      await applySeeds(platform, seeds)
      await ok('device.patch', { deviceId: 'c'.repeat(24), device: { name: 'Barn' } })
      await ok('experienceGroup.patch', { experienceGroupId: 'b'.repeat(24), experienceGroup: { name: 'owners' } })
      await ok('experienceUser.patch', {
        experienceUserId: 'a'.repeat(24),
        experienceUser: { email: 'lovelace@lom.example' },
      })
      const eve = { email: 'eve@lom.example', groups: ['admins'] }
      await applySeeds(platform, { ...seeds, users: [...seeds.users, eve] })
      expect(await ok('device.get', { deviceId: 'c'.repeat(24) })).toMatchObject({ name: 'Barn' })
      expect(await ok('application.get')).toMatchObject({
        summary: { deviceCount: 2, experienceUserCount: 3, experienceGroupCount: 1 },
      })
      // Its group is the one that the seed became.
      expect(await ok('experienceUser.get', { experienceUserId: eve.email })).toMatchObject({
        experienceGroups: [{ id: 'b'.repeat(24), name: 'owners' }],
      })
    })

    it('are there by their IDs in a store that has none noted as applied, and in a file that renames them', async () => {
      const store = await open()
      const { platform, ok } = await openPlatform(store)
      await applySeeds(platform, seeds)
      await store.write((tx) => tx.deleteFrom('applied_seeds').execute())
      const renamed: Seeds = {
        groups: [{ name: 'owners', id: 'b'.repeat(24) }],
        users: [{ email: 'lovelace@lom.example', id: 'a'.repeat(24), groups: ['owners'] }],
        devices: [{ name: 'Barn', id: 'c'.repeat(24) }],
      }
      await applySeeds(platform, renamed)
      await applySeeds(platform, seeds)
      const eve = { email: 'eve@lom.example', groups: ['owners'] }
      await applySeeds(platform, { ...renamed, users: [eve] })
      expect(await ok('application.get')).toMatchObject({
        summary: { deviceCount: 2, experienceUserCount: 3, experienceGroupCount: 1 },
      })
      expect(await ok('experienceUser.get', { experienceUserId: eve.email })).toMatchObject({
        experienceGroups: [{ id: 'b'.repeat(24), name: 'admins' }],
      })
    })

    it('stay deleted once they are deleted, and new ones are still added', async () => {
      const { platform, ok, refused } = await openPlatform(await open())
      await applySeeds(platform, seeds)
      await ok('device.delete', { deviceId: 'c'.repeat(24) })
      await ok('experienceUser.delete', { experienceUserId: 'a'.repeat(24) })
      await ok('experienceGroup.delete', { experienceGroupId: 'b'.repeat(24) })
      const eve = { email: 'eve@lom.example', groups: ['admins'] }
      await applySeeds(platform, {
        ...seeds,
        users: [...seeds.users.map((user) => ({ ...user, email: user.email.toUpperCase() })), eve],
        devices: [...seeds.devices, { name: 'Barn' }],
      })
      expect(await ok('devices.get', { sortField: 'name' })).toMatchObject({
        items: [{ name: 'Barn' }, { name: 'Greenhouse' }],
      })
      expect(await platform.users.verifyPassword('ada@lom.example', 'correct horse')).toBeNull()
      expect(await refused('experienceUser.get', { experienceUserId: 'ada@lom.example' })).toMatchObject({
        statusCode: 404,
      })
      // Nobody is let in by a group that was taken away.
      expect(await ok('experienceUser.get', { experienceUserId: eve.email })).toMatchObject({ experienceGroups: [] })
      expect(await ok('application.get')).toMatchObject({ summary: { experienceGroupCount: 0, deviceCount: 2 } })
    })

    it('are applied once where several start at the same time', async () => {
      const store = await open()
      const { platform, ok } = await openPlatform(store)
      // Of their own IDs, as other processes make them.
      const others = Array.from({ length: 4 }, (_, process) => {
        let count = 0
        return { ...platform, newId: () => `${process}${count++}`.padStart(24, '0') }
      })
      await Promise.all(others.map((other) => applySeeds(other, seeds)))
      expect(await ok('application.get')).toMatchObject({
        summary: { deviceCount: 2, experienceUserCount: 2, experienceGroupCount: 1 },
      })
      expect(await store.read.selectFrom('applied_seeds').selectAll().execute()).toHaveLength(5)
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
