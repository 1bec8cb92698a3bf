import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Migration } from '../../../platform/store/migrate.ts'
import { openStore } from '../../../platform/store/open-store.ts'
import type { Store } from '../../../platform/store/store.ts'
import { eachPlace, type Place } from './databases.ts'

/** Creates a table and puts a row into it. */
function creates(name: string): Migration {
  return {
    name,
    up: async (db) => {
      await db.schema.createTable(`t_${name}`).addColumn('n', 'integer').execute()
      await sql`insert into ${sql.table(`t_${name}`)} values (1)`.execute(db)
    },
  }
}

const fails: Migration = {
  name: 'bad',
  up: async (db, dialect) => {
    await creates('bad').up(db, dialect)
    await sql`select nothing from nowhere`.execute(db)
  },
}

async function countRows(store: Store, name: string): Promise<unknown> {
  return (await sql`select n from ${sql.table(`t_${name}`)}`.execute(store.read)).rows.length
}

eachPlace((createPlace) => {
  describe('migrating', () => {
    let place: Place
    beforeEach(async () => {
      place = await createPlace()
    })

    async function opened<T>(migrations: readonly Migration[], use: (store: Store) => Promise<T>): Promise<T> {
      const store = await openStore({ ...place, migrations, durability: 'off' })
      try {
        return await use(store)
      } finally {
        await store.close()
      }
    }

    it('applies each migration once, in order', async () => {
      await opened([creates('a')], async (store) => expect(await countRows(store, 'a')).toBe(1))
      await opened([creates('a'), creates('b')], async (store) => {
        expect(await countRows(store, 'a')).toBe(1)
        expect(await countRows(store, 'b')).toBe(1)
      })
    })

    it('leaves the store as the last good migration left it when one fails', async () => {
      const opening = opened([creates('a'), fails, creates('c')], async () => {})
      await expect(opening).rejects.toMatchObject({
        code: 'STORE_MIGRATION_FAILED',
        message: expect.stringContaining('bad'),
      })
      await opened([creates('a')], async (store) => {
        expect(await countRows(store, 'a')).toBe(1)
        await expect(countRows(store, 'bad')).rejects.toMatchObject({ code: 'STORE_QUERY_FAILED' })
        await expect(countRows(store, 'c')).rejects.toMatchObject({ code: 'STORE_QUERY_FAILED' })
      })
    })

    it('does in steps what a migration has too much of, and goes on after the last good step', async () => {
      let breaks = true
      const inSteps: Migration = {
        name: 'b',
        step: async (db) => {
          await sql`insert into t_a values (2)`.execute(db)
          const { rows } = await sql`select n from t_a`.execute(db)
          if (rows.length === 3 && breaks) throw new Error('the power failed')
          return { isDone: rows.length === 5 }
        },
        up: creates('b').up,
      }
      const opening = opened([creates('a'), inSteps], async () => {})
      await expect(opening).rejects.toMatchObject({ code: 'STORE_MIGRATION_FAILED' })
      breaks = false
      await opened([creates('a'), inSteps], async (store) => {
        expect(await countRows(store, 'a')).toBe(5)
        expect(await countRows(store, 'b')).toBe(1)
      })
      await opened([creates('a'), inSteps], async (store) => expect(await countRows(store, 'a')).toBe(5))
    })

    it('refuses a store of a newer program and leaves it alone', async () => {
      await opened([creates('a'), creates('b')], async () => {})
      const opening = opened([creates('a')], async () => {})
      await expect(opening).rejects.toMatchObject({
        code: 'STORE_NEWER',
        message: expect.stringContaining('migration b'),
      })
    })

    it('applies each once when four processes start at once', async () => {
      const all = [creates('a'), creates('b')]
      const counts = await Promise.all([1, 2, 3, 4].map(() => opened(all, (store) => countRows(store, 'b'))))
      expect(counts).toEqual([1, 1, 1, 1])
    })
  })
})
