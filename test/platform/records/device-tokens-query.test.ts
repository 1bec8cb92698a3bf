/** What a device's token may ask of devices: anybody may own one. */
import { describe, expect, it } from 'vitest'
import type { Actor } from '../../../platform/auth/actor.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

interface Made {
  readonly id: string
}

eachStore((_name, open) => {
  async function fleet(key: object) {
    const test = await openPlatform(await open())
    const { ok, platform } = test
    const add = async (device: object) => (await ok<Made>('devices.post', { device })).id
    const attributes = [{ name: 'moisture', dataType: 'number' }]
    const red = await add({ name: 'red', tags: [{ key: 'colour', value: 'red' }], attributes })
    const blue = await add({ name: 'blue', tags: [{ key: 'colour', value: 'blue' }] })
    const hidden = await add({ name: 'hidden', tags: [{ key: 'colour', value: 'red' }], attributes, parentId: red })
    const { id: applicationKeyId } = await ok<Made>('applicationKeys.post', {
      applicationKey: 'deviceIds' in key ? { deviceIds: [red, blue] } : key,
    })
    const actor: Actor = { kind: 'device', deviceId: red, applicationKeyId, scopes: ['all.Device'] }
    return { ...test, platform, actor, red, blue, hidden }
  }

  describe("a device's query", () => {
    it('finds what the query of a flow finds, among the devices that its key admits', async () => {
      const { ok, actor, red, blue } = await fleet({ deviceIds: [] })
      const cases: [object, string[]][] = [
        [{}, [red, blue]],
        [{ query: { attributeName: 'moisture' } }, [red]],
        [{ query: { attributeName: { $contains: 'OIST', $ci: true } } }, [red]],
        [{ query: { attributeName: { $ne: 'moisture' } } }, [blue]],
        [{ query: { tags: { $tagValue: 'red' } } }, [red]],
        [{ query: { $or: [{ name: 'blue' }, { tags: { colour: 'red' } }] } }, [red, blue]],
        [{ query: { ancestorId: red } }, []],
        [{ tagFilter: [{ value: 'red' }] }, [red]],
        [{ filterField: 'name', filter: 'b*' }, [blue]],
      ]
      for (const [params, expected] of cases) {
        const { items, totalCount } = await ok<{ items: Made[]; totalCount: number }>('devices.get', params, actor)
        expect([params, items.map(({ id }) => id).sort(), totalCount]).toEqual([
          params,
          expected.sort(),
          expected.length,
        ])
      }
      const query = { deviceTags: [{ key: 'colour', value: 'red' }], deviceQuery: { name: 'blue' } }
      expect(await ok('data.timeSeriesQuery', { query: { ...query, start: 1 } }, actor)).toMatchObject({
        devices: { [red]: { name: 'red' }, [blue]: { name: 'blue' } },
      })
    })

    it('has at most 100 conditions and values', async () => {
      const { ok, refused, actor } = await fleet({})
      const query = { $or: Array.from({ length: 60 }, () => ({ attributeName: 'moisture' })) }
      const problem = expect.stringContaining('more than 100 conditions')
      expect(await refused('devices.get', { query }, actor)).toMatchObject({ statusCode: 400, message: problem })
      for (const call of ['data.lastValueQuery', 'data.timeSeriesQuery']) {
        const params = { query: { deviceQuery: query } }
        expect(await refused(call, params, actor)).toMatchObject({ statusCode: 400, message: problem })
      }
      expect(await ok('devices.get', { query })).toMatchObject({ totalCount: 2 })
    })

    it('lets others be served while it searches many devices', async () => {
      const { ok, actor, platform } = await fleet({})
      // Not all at once: on a busy machine PostgreSQL would let the last of them wait for too long.
      for (let part = 0; part < 12; part++) {
        const made = Array.from({ length: 100 }, (_, index) => ({ name: `pot ${part * 100 + index}` }))
        await Promise.all(made.map((device) => ok('devices.post', { device })))
      }
      let turns = 0
      const count = () => {
        turns++
        counting = setImmediate(count)
      }
      let counting = setImmediate(count)
      const query = { tags: { $tagValue: 'none' } }
      expect(await ok('devices.get', { query }, actor)).toMatchObject({ totalCount: 0 })
      clearImmediate(counting)
      expect(turns).toBeGreaterThanOrEqual(platform.store.dialect === 'sqlite' ? 2 : 1)
    })
  })
})
