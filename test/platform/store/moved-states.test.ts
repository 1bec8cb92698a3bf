import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { migrations } from '../../../platform/store/migrations/index.ts'
import { openStore } from '../../../platform/store/open-store.ts'
import type { Store } from '../../../platform/store/store.ts'
import { eachPlace, type Place } from './databases.ts'

const older = migrations.slice(
  0,
  migrations.findIndex(({ name }) => name === '0013-kept-duplicates'),
)
/** More than two steps of the migration. */
const points = 230_000

eachPlace((createPlace) => {
  describe('points of an older store', () => {
    const open = async (place: Place, own = migrations) => openStore({ ...place, durability: 'off', migrations: own })

    async function createOlder(): Promise<Place> {
      const place = await createPlace()
      const store = await open(place, older)
      const name = sql`'a' || (n % 7)`
      await store.write((tx) =>
        sql`insert into device_states (device_id, attribute, time, number, text)
        with recursive points(n) as (select 1 union all select n + 1 from points where n < ${sql.lit(points)})
        select 'd' || (n % 3), ${name}, n, n * 0.5, case when n % 10 = 0 then 'text ' || n end from points`.execute(tx),
      )
      await store.close()
      return place
    }

    async function expectAll(store: Store): Promise<void> {
      const { rows } = await sql`select count(*) as points, sum(time) as times, sum(number) as numbers, max(nth) as nth,
      count(text) as texts from device_states where text is null or text = 'text ' || time`.execute(store.read)
      const times = (points * (points + 1)) / 2
      expect(rows).toEqual([{ points, times, numbers: times / 2, nth: 0, texts: points / 10 }])
      const table = sql`select 1 from device_states_to_move`.execute(store.read)
      await expect(table).rejects.toMatchObject({ code: 'STORE_QUERY_FAILED' })
    }

    it('come along, all of them and as they were, and take points of the same millisecond', async () => {
      const store = await open(await createOlder())
      await expectAll(store)
      const row = { device_id: 'd0', attribute: 'a3', time: 3, nth: 1, number: 7, text: null }
      await store.write((tx) => tx.insertInto('device_states').values(row).execute())
      await expect(store.write((tx) => tx.insertInto('device_states').values(row).execute())).rejects.toMatchObject({
        code: 'STORE_CONSTRAINT',
      })
      await store.close()
    })

    it('are all there after a start that ended halfway, and an older program refuses what it left', async () => {
      const place = await createOlder()
      let steps = 0
      const halfway = migrations.map((migration) => ({
        ...migration,
        async up(...args: Parameters<typeof migration.up>) {
          if (migration.name === '0014-moved-states') throw new Error('the power failed')
          return migration.up(...args)
        },
        async step(...args: Parameters<typeof migration.up>) {
          if (migration.step && ++steps === 3) throw new Error('the power failed')
          return (await migration.step?.(...args)) ?? { isDone: true }
        },
      }))
      await expect(open(place, halfway)).rejects.toMatchObject({ code: 'STORE_MIGRATION_FAILED' })
      await expect(open(place, older)).rejects.toMatchObject({ code: 'STORE_NEWER' })
      const store = await open(place)
      await expectAll(store)
      await store.close()
    })
  })
})
