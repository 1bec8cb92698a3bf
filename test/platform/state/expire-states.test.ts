import { describe, expect, it } from 'vitest'
import { expireStates } from '../../../platform/state/expire-states.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

const dayMs = 86_400_000

eachStore((_name, open) => {
  async function setUp() {
    const test = await openPlatform(await open())
    const { ok, clock, platform } = test
    const add = async () => {
      const attributes = ['x', 'y'].map((name) => ({ name, dataType: 'number' }))
      return (await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes } })).id
    }
    const report = (deviceId: string, data: object, daysAgo: number) =>
      ok('device.sendState', { deviceId, deviceState: { data, time: clock.ms - daysAgo * dayMs } })
    const kept = async (deviceId: string, attribute = 'x') => {
      const rows = await platform.store.read
        .selectFrom('device_states')
        .select('number')
        .where('device_id', '=', deviceId)
        .where('attribute', '=', attribute)
        .orderBy('time')
        .execute()
      return rows.map(({ number }) => number)
    }
    return { ...test, add, report, kept }
  }

  describe('states', () => {
    it('are kept for ever unless something else is said', async () => {
      const { add, report, kept, platform } = await setUp()
      const id = await add()
      await report(id, { x: 1 }, 29)
      expect(await expireStates(platform, { ms: 0, points: 0 })).toBe(0)
      expect(await kept(id)).toEqual([1])
    })

    it('expire by age, of every device and attribute, those that were removed too', async () => {
      const { ok, add, report, kept, platform } = await setUp()
      const [one, other] = [await add(), await add()]
      for (const id of [one, other]) for (const ago of [20, 10, 1]) await report(id, { x: ago, y: ago }, ago)
      await ok('device.patch', { deviceId: other, device: { attributes: [] } })
      expect(await expireStates(platform, { ms: 5 * dayMs, points: 0 })).toBe(8)
      for (const id of [one, other]) expect([await kept(id), await kept(id, 'y')]).toEqual([[1], [1]])
    })

    it('expire by number, the oldest of each attribute', async () => {
      const { add, report, kept, platform } = await setUp()
      const id = await add()
      for (const ago of [4, 3, 2, 1]) await report(id, { x: ago }, ago)
      await report(id, { y: 9 }, 9)
      expect(await expireStates(platform, { ms: 0, points: 2 })).toBe(2)
      expect([await kept(id), await kept(id, 'y')]).toEqual([[2, 1], [9]])
    })

    it('expire in steps, however many there are, until it is stopped', async () => {
      const { ok, add, clock, kept, platform } = await setUp()
      const id = await add()
      for (let sent = 0; sent < 6; sent++) {
        const deviceState = Array.from({ length: 1000 }, (_, index) => ({
          data: { x: 1 },
          time: clock.ms - dayMs - index * 10 - sent,
        }))
        await ok('device.sendState', { deviceId: id, deviceState })
      }
      expect(await expireStates(platform, { ms: 1000, points: 0 }, () => true)).toBe(0)
      expect(await expireStates(platform, { ms: 1000, points: 0 })).toBe(6000)
      expect(await kept(id)).toEqual([])
    })
  })
})
