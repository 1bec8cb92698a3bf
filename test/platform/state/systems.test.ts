import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { readDueRuns } from '../../../platform/runs/triggered-runs.ts'
import { compileWatch } from '../../../platform/runs/watches.ts'
import { computeSystems } from '../../../platform/state/compute-systems.ts'
import { reportState } from '../../../platform/state/report-state.ts'
import type { Store } from '../../../platform/store/store.ts'
import { stateWatch } from '../state-watch.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

const relay = { type: 'device', id: 'a'.repeat(24) } as const
const minute = 60_000
type Data = Record<string, number | string | boolean>

const all = (name: string) => [{ name, mode: 'all' }]
const computed = (name: string, aggregation: string, childAttributes: object[] = all('x'), dataType = 'number') => {
  return { name, dataType, system: { aggregation, childAttributes } }
}
const attributes = [
  { name: 'x', dataType: 'number' },
  { name: 'y', dataType: 'number' },
  { name: 'lid', dataType: 'boolean' },
  { name: 'note', dataType: 'string' },
]

eachStore((_name, open) => {
  async function setUp(given?: Store) {
    const store = given ?? (await open())
    const test = await openPlatform(store)
    const { ok, platform, clock } = test
    const add = async (device: object) =>
      (await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes, ...device } })).id
    const addSystem = (own: object[], more: object = {}) => add({ deviceClass: 'system', attributes: own, ...more })
    const report = (deviceId: string, data: Data, time?: number) =>
      reportState(platform, deviceId, { data, ...(time === undefined ? {} : { time }) }, relay)
    const states = (deviceId: string) => ok<{ time: string; data: Data }[]>('device.getState', { deviceId, limit: 100 })
    const data = async (deviceId: string) => (await states(deviceId)).map((state) => state.data)
    /** Moves the clock to the next full minute, and a little further. */
    const nextMinute = async () => {
      clock.ms = Math.floor(clock.ms / minute + 1) * minute + 3
      return computeSystems(platform)
    }
    return { ...test, store, add, addSystem, report, states, data, nextMinute }
  }

  describe('a system', () => {
    it('computes each aggregation from the last values of its children', async () => {
      const { add, addSystem, report, states, nextMinute, clock } = await setUp()
      const kinds = ['COUNT', 'SUM', 'MEAN', 'MIN', 'MAX', 'MEDIAN', 'STD_DEV', 'FIRST', 'LAST']
      const id = await addSystem([
        ...kinds.map((kind) => computed(kind, kind)),
        computed('open', 'MEAN', all('lid')),
        computed('newest', 'LAST', all('note'), 'string'),
        computed('any', 'LAST', all('lid'), 'boolean'),
        computed('texts', 'COUNT', all('note')),
        computed('none', 'SUM', all('note')),
        computed('missing', 'SUM', all('other')),
      ])
      const children = [await add({ parentId: id }), await add({ parentId: id }), await add({ parentId: id })]
      const stranger = await add({})
      await report(stranger, { x: 1000 })
      for (const [index, child] of children.entries()) {
        await report(child, { x: -5, lid: true, note: 'old' }, clock.ms - 2000)
        await report(child, { x: [4, 2, 6][index] ?? 0, lid: index === 1, note: `n${index}` }, clock.ms - 1000 + index)
      }
      await nextMinute()
      expect(await states(id)).toEqual([
        {
          time: new Date(clock.ms - 3).toISOString(),
          data: {
            ...{ COUNT: 3, SUM: 12, MEAN: 4, MIN: 2, MAX: 6, MEDIAN: 4, FIRST: 4, LAST: 6 },
            STD_DEV: expect.closeTo(Math.sqrt(8 / 3), 9),
            open: expect.closeTo(1 / 3, 9),
            ...{ newest: 'n2', any: false, texts: 3 },
          },
        },
      ])
    })

    it('is computed once an interval, and begins with the first that ends after it was made', async () => {
      const { add, addSystem, report, states, platform, clock } = await setUp()
      const id = await addSystem([computed('sum', 'SUM')], { systemInterval: 5 })
      await report(await add({ parentId: id }), { x: 1 })
      const at = Math.ceil(clock.ms / 5000) * 5000
      expect(await computeSystems(platform)).toBe(at)
      expect(await states(id)).toEqual([])
      clock.ms = at
      expect(await computeSystems(platform)).toBe(at + 5000)
      expect(await computeSystems(platform)).toBe(at + 5000)
      clock.ms = at + 9999
      await computeSystems(platform)
      expect((await states(id)).map(({ time }) => time)).toEqual(
        [at + 5000, at].map((ms) => new Date(ms).toISOString()),
      )
    })

    it('without an interval is computed every minute, and nothing is due without systems', async () => {
      const { addSystem, states, nextMinute, platform, clock } = await setUp()
      await addSystem([{ name: 'x', dataType: 'number' }], { systemInterval: 5 })
      expect(await computeSystems(platform)).toBeUndefined()
      const id = await addSystem([computed('count', 'COUNT')])
      expect(await nextMinute()).toBe(clock.ms - 3 + minute)
      expect(await states(id)).toHaveLength(1)
    })

    it('starts the runs that a report would start, with itself as the one that reports', async () => {
      const { addSystem, nextMinute, platform, clock } = await setUp()
      const id = await addSystem([computed('count', 'COUNT')])
      platform.watches.replace([compileWatch(stateWatch({ devices: { deviceIds: [id] } }))])
      const heard: unknown[] = []
      platform.events.on('statesStored', (stored) => heard.push(...stored.map(({ deviceId }) => deviceId)))
      await nextMinute()
      expect(heard).toEqual([id])
      expect((await readDueRuns(platform, 10)).map(({ begin }) => begin)).toEqual([
        {
          ...{ data: { count: 0 }, time: clock.ms - 3, triggerId: id, triggerType: 'deviceId' },
          ...{ relayId: id, relayType: 'device' },
        },
      ])
    })

    it('goes on after a restart with the last interval, and two processes compute it once', async () => {
      const first = await setUp()
      const id = await first.addSystem([computed('count', 'COUNT')])
      await first.nextMinute()
      const second = await setUp(first.store)
      second.clock.ms = first.clock.ms
      for (const { platform } of [first, second]) platform.watches.replace([compileWatch(stateWatch())])
      await computeSystems(second.platform)
      expect(await first.states(id)).toHaveLength(1)
      first.clock.ms += 10 * minute
      second.clock.ms += 10 * minute
      await Promise.all([computeSystems(first.platform), computeSystems(second.platform)])
      expect((await first.states(id)).map(({ time }) => Date.parse(time))).toEqual([
        first.clock.ms - 3,
        first.clock.ms - 3 - 10 * minute,
      ])
      expect(await readDueRuns(first.platform, 10)).toHaveLength(1)
    })

    it('goes on when the clock, once far ahead, is set right', async () => {
      const { addSystem, states, nextMinute, clock } = await setUp()
      const id = await addSystem([computed('count', 'COUNT')])
      const { ms } = clock
      clock.ms += 20 * minute * 60
      await nextMinute()
      clock.ms = ms
      await nextMinute()
      await nextMinute()
      expect(await states(id)).toHaveLength(3)
    })

    it('takes only what it computes for its computed attributes, and its log says so', async () => {
      const { addSystem, ok, data, nextMinute, platform } = await setUp()
      const id = await addSystem([computed('count', 'COUNT'), { name: 'note', dataType: 'string' }])
      const deviceState = { data: { count: 7, note: 'kept' } }
      await ok('device.sendState', { deviceId: id, deviceState })
      expect(await data(id)).toEqual([{ note: 'kept' }])
      expect(await reportState(platform, id, { data: { count: 7 } }, relay)).toEqual({
        accepted: 0,
        dropped: ['count was dropped: it is computed from the children of the system.'],
      })
      expect(await ok('device.getLogEntries', { deviceId: id })).toMatchObject([
        { message: 'count was dropped: it is computed from the children of the system.' },
      ])
      await nextMinute()
      expect(await data(id)).toEqual([{ count: 0 }, { note: 'kept' }])
    })

    it('counts only the children that its lists and tags name, or do not name, each attribute once', async () => {
      const { add, addSystem, report, data, nextMinute, ok } = await setUp()
      const id = await addSystem([])
      const tags = [{ key: 'floor', value: '1' }]
      const one = await add({ parentId: id, tags })
      const two = await add({ parentId: id })
      const three = await add({ parentId: id, tags: [{ key: 'floor', value: '2' }] })
      for (const [index, child] of [one, two, three].entries()) await report(child, { x: 10 ** index, y: 1000 })
      const some = (mode: string, more: object) => [{ name: 'x', mode, ...more }]
      const own = [
        computed('white', 'SUM', some('whitelist', { deviceIds: [two] })),
        computed('tagged', 'SUM', some('whitelist', { deviceTags: tags })),
        computed('both', 'SUM', some('whitelist', { deviceIds: [two], deviceTags: tags })),
        computed('black', 'SUM', some('blacklist', { deviceIds: [two], deviceTags: tags })),
        computed('notags', 'SUM', some('blacklist', { deviceTags: [{ key: 'floor' }] })),
        computed('several', 'SUM', [...all('x'), ...all('x'), { name: 'y', mode: 'whitelist', deviceIds: [one] }]),
        computed('unknown', 'COUNT', some('whitelist', { deviceIds: ['f'.repeat(24)] })),
      ]
      await ok('device.patch', { deviceId: id, device: { attributes: own } })
      await nextMinute()
      expect(await data(id)).toEqual([
        { white: 10, tagged: 1, both: 11, black: 100, notags: 10, several: 1111, unknown: 0 },
      ])
    })

    it('takes as many attributes, devices and tags as it may name, and systems as deep as they are', async () => {
      const { add, addSystem, report, data, nextMinute, ok } = await setUp()
      const list = (count: number) => Array.from({ length: count }, (_, index) => index)
      const deviceTags = list(100).map((index) => ({ key: 'floor', value: `${index}` }))
      const deviceIds = list(1000).map((index) => `${index}`.padStart(24, '0'))
      const own = [
        computed(
          'names',
          'SUM',
          list(256).flatMap((index) => all(index === 7 ? 'x' : `a${index}`)),
        ),
        computed(
          'tags',
          'SUM',
          list(10).map(() => ({ name: 'x', mode: 'whitelist', deviceTags })),
        ),
        computed('ids', 'SUM', [{ name: 'x', mode: 'blacklist', deviceIds }]),
        computed('x', 'SUM'),
      ]
      let top = await addSystem(own)
      await report(await add({ parentId: top, tags: [{ key: 'floor', value: '9' }] }), { x: 5 })
      const lowest = top
      for (let level = 0; level < 30; level++) {
        const above = await addSystem([computed('x', 'SUM')])
        await ok('device.patch', { deviceId: top, device: { parentId: above } })
        top = above
      }
      await nextMinute()
      expect(await data(lowest)).toEqual([{ names: 5, tags: 5, ids: 5, x: 5 }])
      expect(await data(top)).toEqual([{ x: 5 }])
    })

    it('passes its values on to the systems above it within the same interval', async () => {
      const { add, addSystem, report, data, nextMinute } = await setUp()
      const own = [computed('x', 'SUM')]
      const top = await addSystem(own)
      const middle = [await addSystem(own, { parentId: top }), await addSystem(own, { parentId: top })]
      for (const parentId of middle) {
        const below = await addSystem(own, { parentId })
        for (const x of [1, 2]) await report(await add({ parentId: below }), { x })
        await report(await add({ parentId }), { x: 10 })
      }
      await nextMinute()
      for (const id of middle) expect(await data(id)).toEqual([{ x: 13 }])
      expect(await data(top)).toEqual([{ x: 26 }])
    })

    it('forgets children that are deleted or moved, and points that are ahead of their time', async () => {
      const { add, addSystem, report, data, nextMinute, ok, clock } = await setUp()
      const id = await addSystem([computed('sum', 'SUM'), computed('count', 'COUNT')])
      const [one, two, three] = [await add({ parentId: id }), await add({ parentId: id }), await add({ parentId: id })]
      for (const child of [one, two, three]) await report(child, { x: 1 })
      await report(three, { x: 100 }, clock.ms + 60 * minute)
      await nextMinute()
      await ok('device.delete', { deviceId: one })
      await nextMinute()
      await ok('device.patch', { deviceId: two, device: { parentId: null } })
      await nextMinute()
      await ok('device.patch', { deviceId: three, device: { attributes: [] } })
      await nextMinute()
      expect(await data(id)).toEqual([{ count: 0 }, { sum: 1, count: 1 }, { sum: 2, count: 2 }, { sum: 3, count: 3 }])
    })

    it('ends with its device, with its class, and with its computed attributes', async () => {
      const { addSystem, states, nextMinute, ok, refused, platform } = await setUp()
      const own = [computed('count', 'COUNT')]
      const [gone, plain, other] = [
        await addSystem(own),
        await addSystem(own, { systemInterval: 5 }),
        await addSystem(own),
      ]
      await ok('device.delete', { deviceId: gone })
      const standalone = { deviceId: other, device: { deviceClass: 'standalone' } }
      expect(await refused('device.patch', standalone)).toMatchObject({
        statusCode: 400,
        message: 'device.attributes: `system` of count is only for devices of the class system',
      })
      const change = { attributes: [{ name: 'count', dataType: 'number' }] }
      await ok('device.patch', { deviceId: plain, device: { ...change, deviceClass: 'standalone' } })
      await ok('device.patch', { deviceId: other, device: change })
      expect(await ok('device.get', { deviceId: plain })).not.toHaveProperty('systemInterval')
      expect(await nextMinute()).toBeUndefined()
      for (const id of [plain, other]) expect(await states(id)).toEqual([])
      await reportState(platform, plain, { data: { count: 3 } }, relay)
      expect(await states(plain)).toMatchObject([{ data: { count: 3 } }])
    })

    it('takes up what is changed: its interval, and an attribute that becomes computed', async () => {
      const { addSystem, data, ok, clock, platform } = await setUp()
      const id = await addSystem([{ name: 'n', dataType: 'number', description: 'how many' }])
      const { system } = computed('n', 'COUNT')
      expect(await ok('deviceAttribute.patch', { deviceId: id, name: 'n', deviceAttribute: { system } })).toMatchObject(
        {
          description: 'how many',
          system,
        },
      )
      await ok('device.patch', { deviceId: id, device: { systemInterval: 7 } })
      expect(await ok('device.get', { deviceId: id })).toMatchObject({ systemInterval: 7 })
      clock.ms = Math.ceil(clock.ms / 7000) * 7000
      expect(await computeSystems(platform)).toBe(clock.ms + 7000)
      expect(await data(id)).toEqual([{ n: 0 }])
    })

    it('that fails is left until it is due again, and holds up no other', async () => {
      const { addSystem, data, nextMinute, store, errors } = await setUp()
      const ids = [await addSystem([computed('n', 'COUNT')]), await addSystem([computed('n', 'COUNT')])]
      const [broken = '', sound = ''] = ids
      await store.write((tx) => sql`update devices set attributes = '{' where id = ${broken}`.execute(tx))
      await nextMinute()
      await nextMinute()
      expect(await data(sound)).toHaveLength(2)
      expect(errors).toMatchObject([{ deviceId: broken }, { deviceId: broken }])
    })

    it('ends on a circle, which no request can make', async () => {
      const { addSystem, states, nextMinute, store, refused } = await setUp()
      const own = [computed('n', 'COUNT', all('n'))]
      const one = await addSystem(own)
      const two = await addSystem(own, { parentId: one })
      const device = { parentId: two }
      expect(await refused('device.patch', { deviceId: one, device })).toMatchObject({ statusCode: 400 })
      expect(await refused('device.patch', { deviceId: two, device })).toMatchObject({ statusCode: 400 })
      await store.write((tx) => sql`update devices set parent_id = ${two} where id = ${one}`.execute(tx))
      for (let i = 0; i < 3; i++) await nextMinute()
      for (const id of [one, two]) expect(await states(id)).toHaveLength(3)
    })

    it('has ten thousand children, whose values are read in parts', async () => {
      const { addSystem, data, nextMinute, store } = await setUp()
      const kinds = ['COUNT', 'SUM', 'MEAN', 'MIN', 'MAX', 'MEDIAN', 'STD_DEV', 'FIRST', 'LAST']
      const id = await addSystem(kinds.map((kind) => computed(kind, kind)))
      const count = 10_000
      await store.write(async (tx) => {
        const idOf = sql`'5f5f5f5f5f5f5f5f' || (10000000 + n)`
        const numbers = sql`with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(count)})`
        await sql`insert into devices (id, created_at, updated_at, name, description, device_class, parent_id, tags,
          attributes, keeps_duplicates) ${numbers} select ${idOf}, 1, 1, 'child', '', 'standalone', ${sql.lit(id)}, '[]',
          '[]', 0 from numbers`.execute(tx)
        await sql`insert into device_attributes (name, data_type, device_id) ${numbers}
          select 'x', 'number', ${idOf} from numbers`.execute(tx)
        await sql`insert into device_states (device_id, attribute, time, number) ${numbers}
          select ${idOf}, 'x', 1000 + n * 7919 % ${sql.lit(count)}, n from numbers`.execute(tx)
      })
      await nextMinute()
      // 7919 and 10,000 have no common divisor, so each time is there once: that of 10,000 is the first, 1000.
      const last = Array.from({ length: count }, (_, index) => index + 1).find((n) => (n * 7919) % count === count - 1)
      expect(await data(id)).toEqual([
        {
          ...{ COUNT: count, SUM: (count * (count + 1)) / 2, MEAN: (count + 1) / 2, MIN: 1, MAX: count },
          ...{ MEDIAN: (count + 1) / 2, STD_DEV: expect.closeTo(Math.sqrt((count ** 2 - 1) / 12), 4) },
          ...{ FIRST: count, LAST: last },
        },
      ])
    })
  })

  describe('a device', () => {
    const system = { aggregation: 'SUM', childAttributes: all('x') }
    const one = (own: object, more: object = {}) => ({
      attributes: [{ name: 'n', dataType: 'number', ...own }],
      ...more,
    })
    const id = 'f'.repeat(24)
    const child = (more: object) => ({ system: { aggregation: 'SUM', childAttributes: [{ name: 'x', ...more }] } })
    const ids = Array.from({ length: 600 }, (_, index) => `${index}`.padStart(24, '0'))
    const wrong: [string, object, string][] = [
      ['an interval of 0', { systemInterval: 0 }, 'device.systemInterval'],
      ['an interval of 4 seconds', { systemInterval: 4 }, 'device.systemInterval'],
      ['an interval of more than an hour', { systemInterval: 3601 }, 'device.systemInterval'],
      ['a huge interval', { systemInterval: 1e300 }, 'device.systemInterval'],
      ['a fraction as interval', { systemInterval: 5.5 }, 'device.systemInterval'],
      ['text as interval', { systemInterval: '5' }, 'device.systemInterval'],
      [
        'an interval but another class',
        { systemInterval: 5, deviceClass: 'gateway' },
        'only for devices of the class system',
      ],
      [
        'a computed attribute but another class',
        one({ system }, { deviceClass: 'standalone' }),
        '`system` of n is only for',
      ],
      ['no aggregation', one({ system: { childAttributes: all('x') } }), '`system` of n has no aggregation'],
      ['an unknown aggregation', one({ system: { ...system, aggregation: 'PRODUCT' } }), 'aggregation'],
      ['no children’s attributes', one({ system: { aggregation: 'SUM' } }), '`system` of n has no childAttributes'],
      ['a sum as text', one({ system, dataType: 'string' }), 'gives a number with SUM, but the dataType is string'],
      ['an unknown mode', one(child({ mode: 'some' })), 'mode'],
      ['all, but some', one(child({ mode: 'all', deviceIds: [id] })), 'takes x of all children, but names some'],
      [
        'a whitelist of none',
        one(child({ mode: 'whitelist', deviceIds: [] })),
        'has a whitelist for x without deviceIds',
      ],
      ['a blacklist of none', one(child({ mode: 'blacklist' })), 'has a blacklist for x without deviceIds'],
      [
        'more devices than a query takes',
        one({
          system: {
            aggregation: 'SUM',
            childAttributes: [
              { name: 'x', mode: 'whitelist', deviceIds: ids },
              { name: 'y', mode: 'blacklist', deviceIds: ids },
            ],
          },
        }),
        'names more than 1000 devices and tags',
      ],
    ]
    it('is refused what has no effect, or another than it says', async () => {
      const { refused, ok } = await setUp()
      const system = { name: 'top', deviceClass: 'system' }
      const { id: deviceId } = await ok<{ id: string }>('devices.post', { device: system })
      const before = await ok('device.get', { deviceId })
      for (const [what, fields, message] of wrong) {
        const refusal = { statusCode: 400, message: expect.stringContaining(message) }
        expect(await refused('devices.post', { device: { ...system, ...fields } }), what).toMatchObject(refusal)
        expect(await refused('device.patch', { deviceId, device: fields }), what).toMatchObject(refusal)
      }
      expect(await ok('device.get', { deviceId })).toEqual(before)
      await ok('device.patch', { deviceId, device: { systemInterval: 3600 } })
    })
  })
})
