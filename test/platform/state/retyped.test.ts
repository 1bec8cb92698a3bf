/** Points whose attribute has another type now. */
import { describe, expect, it } from 'vitest'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

eachStore((_name, open) => {
  async function setUp() {
    const test = await openPlatform(await open())
    const { ok, clock } = test
    const { id: deviceId } = await ok<{ id: string }>('devices.post', { device: { name: 'pot' } })
    const type = (dataType?: string) =>
      ok('device.patch', { deviceId, device: { attributes: dataType ? [{ name: 'x', dataType }] : [] } })
    const report = (x: unknown, more: object = {}) =>
      ok('device.sendState', { deviceId, deviceState: { data: { x }, ...more } })
    const values = async () =>
      (await ok<{ data: { x: unknown } }[]>('device.getState', { deviceId, limit: 100 })).map(({ data }) => data.x)
    const count = async () => {
      const query = { deviceIds: [deviceId], start: 1, end: clock.ms + 2 * 86_400_000, aggregation: 'COUNT' }
      const result = await ok<{ devices: Record<string, { points: unknown[] }> }>('data.timeSeriesQuery', { query })
      return result.devices[deviceId]?.points
    }
    return { ...test, deviceId, type, report, values, count }
  }

  describe('points of an attribute', () => {
    it('that came back under another type are gone', async () => {
      const { type, report, values, count, clock } = await setUp()
      await type('string')
      await report('hot')
      await type(undefined)
      await type('number')
      clock.ms += 1000
      await report(5)
      expect(await values()).toEqual([5])
      expect(await count()).toMatchObject([{ data: { x: 1 } }])
    })

    it('that came back under its own type are there again, whatever it was removed for in between', async () => {
      const { type, report, values } = await setUp()
      await type('string')
      await report('hot')
      for (let removed = 0; removed < 3; removed++) {
        await type(undefined)
        await type('string')
      }
      expect(await values()).toEqual(['hot'])
    })

    it('whose type changes are gone, those that are ahead of their time too', async () => {
      const { type, report, values, clock } = await setUp()
      await type('boolean')
      await report(true)
      await report(true, { time: clock.ms + 3_600_000 })
      await type('number')
      expect(await values()).toEqual([])
    })

    it('are kept if the patch is refused', async () => {
      const { refused, deviceId, type, report, values } = await setUp()
      await type('boolean')
      await report(true)
      const attributes = [{ name: 'x', dataType: 'number' }]
      expect(
        await refused('device.patch', { deviceId, device: { attributes, parentId: 'a'.repeat(24) } }),
      ).toMatchObject({
        statusCode: 400,
      })
      expect(await values()).toEqual([true])
    })

    it('are gone however many there are', async () => {
      const { ok, deviceId, type, values, clock } = await setUp()
      await type('string')
      for (let sent = 0; sent < 6; sent++) {
        const deviceState = Array.from({ length: 1000 }, (_, index) => ({
          data: { x: 'hot' },
          time: clock.ms - index * 10 - sent,
        }))
        await ok('device.sendState', { deviceId, deviceState })
      }
      await type('number')
      expect(await values()).toEqual([])
    })
  })

  describe('the time of a state', () => {
    it('that cannot be read is told in the log of the device', async () => {
      const { ok, type, report, deviceId, clock } = await setUp()
      await type('number')
      await report(5, { time: 'yesterday' })
      expect(await ok('device.getState', { deviceId })).toEqual([
        { time: new Date(clock.ms).toISOString(), data: { x: 5 } },
      ])
      expect(await ok('device.getLogEntries', { deviceId })).toMatchObject([
        { message: 'The time "yesterday" cannot be read: the state has the time at which it came.' },
      ])
    })

    it.each([
      [{ $date: { $numberLong: '1767323000000' } }, 1767323000000],
      [{ $date: '2026-01-02T03:00:00Z' }, Date.UTC(2026, 0, 2, 3)],
      [null, undefined],
    ])('may be %j', async (time, expected) => {
      const { ok, type, report, deviceId, clock } = await setUp()
      await type('number')
      await report(5, { time })
      expect(await ok('device.getState', { deviceId })).toMatchObject([
        { time: new Date(expected ?? clock.ms).toISOString() },
      ])
    })

    it('of a command or a connection is refused if it cannot be read', async () => {
      const { refused, deviceId } = await setUp()
      const time = 'yesterday'
      for (const [call, params, at] of [
        ['device.sendCommand', { deviceCommand: { name: 'a', time } }, 'deviceCommand.time'],
        [
          'device.setConnectionStatus',
          { connectionStatus: { status: 'connected', connectedAt: time } },
          'connectionStatus.connectedAt',
        ],
      ] as const) {
        expect(await refused(call, { deviceId, ...params })).toMatchObject({
          statusCode: 400,
          message: `${at} cannot be read as a time`,
        })
      }
    })
  })

  describe('letters', () => {
    it('are found whatever their case, in every script', async () => {
      const { ok } = await openPlatform(await open())
      for (const name of ['Ünï', 'ОГУРЕЦ', 'a*b', 'aab', 'a?', '50%_\\']) {
        await ok('devices.post', { device: { name, tags: [{ key: 'k', value: name }] } })
      }
      const found = async (params: object) =>
        (await ok<{ items: { name: string }[] }>('devices.get', params)).items.map(({ name }) => name)
      const filter = (glob: string) => found({ filterField: 'name', filter: glob })
      expect(await filter('ÜNÏ')).toEqual(['Ünï'])
      expect(await filter('огур*')).toEqual(['ОГУРЕЦ'])
      expect(await filter('a*b')).toEqual(['a*b', 'aab'])
      expect(await filter('a\\*b')).toEqual(['a*b'])
      expect(await filter('a\\?')).toEqual(['a?'])
      expect(await filter('50%_\\\\')).toEqual(['50%_\\'])
      expect(await filter('50?_*')).toEqual(['50%_\\'])
      expect(await found({ query: { name: { $eq: 'ünÏ', $ci: true } } })).toEqual(['Ünï'])
      expect(await found({ query: { name: { $contains: 'ГУР', $ci: true } } })).toEqual(['ОГУРЕЦ'])
      expect(await ok('devices.tagValues', { key: 'k', startsWith: 'ü' })).toMatchObject({ tagValues: ['Ünï'] })
    })
  })
})
