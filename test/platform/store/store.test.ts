/** What holds for the store on both databases. */
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Store, Transaction } from '../../../platform/store/store.ts'
import { eachStore } from './databases.ts'

const put = (tx: Transaction, value: string) =>
  tx.insertInto('device_tags').values({ key: 'k', value, device_id: 'd' }).execute()

async function values(store: Store): Promise<string[]> {
  const rows = await store.read.selectFrom('device_tags').select('value').orderBy('value').execute()
  return rows.map((row) => row.value)
}

const withCode = (code: string) => expect.objectContaining({ code })
const never = new Promise<never>(() => {})

eachStore((name, open) => {
  describe('a write', () => {
    it('answers what its work gives, and what it wrote can be read', async () => {
      const store = await open()
      await expect(store.write((tx) => put(tx, 'a').then(() => 42))).resolves.toBe(42)
      await expect(values(store)).resolves.toEqual(['a'])
    })

    it('reads what it wrote itself, before others do', async () => {
      const store = await open()
      await store.write(async (tx) => {
        await put(tx, 'a')
        await expect(tx.selectFrom('device_tags').select('value').execute()).resolves.toHaveLength(1)
      })
    })

    it('keeps nothing when its work throws, and rejects with what was thrown', async () => {
      const store = await open()
      const thrown = new Error('no')
      const write = store.write(async (tx) => {
        await put(tx, 'a')
        throw thrown
      })
      await expect(write).rejects.toBe(thrown)
      await expect(values(store)).resolves.toEqual([])
    })

    it('rejects when its work throws before it returns a promise', async () => {
      const store = await open()
      const thrown = new Error('no')
      const work = (): Promise<void> => {
        throw thrown
      }
      await expect(store.write(work)).rejects.toBe(thrown)
      await expect(store.write((tx) => put(tx, 'a'))).resolves.toBeDefined()
    })

    it('fails alone among a thousand at once', async () => {
      const store = await open()
      const numbers = Array.from({ length: 1000 }, (_, index) => index)
      const isBad = (number: number) => number % 7 === 3
      const toName = (number: number) => String(number).padStart(4, '0')
      const writes = numbers.map((number) =>
        store.write(async (tx) => {
          await put(tx, toName(number))
          if (isBad(number)) throw new Error(toName(number))
          return number
        }),
      )
      const settled = await Promise.allSettled(writes)
      const expected = numbers.map((number) =>
        isBad(number)
          ? { status: 'rejected', reason: new Error(toName(number)) }
          : { status: 'fulfilled', value: number },
      )
      expect(settled).toEqual(expected)
      const kept = numbers.filter((number) => !isBad(number)).map(toName)
      await expect(values(store)).resolves.toEqual(kept)
    })

    it('loses no update of two hundred that read and write the same row', async () => {
      const store = await open({ busyLimitMs: 15_000 })
      const row = { id: 'a', created_at: 0, updated_at: 0, name: '', description: '', user_token_cutoff: null }
      await store.write((tx) => tx.insertInto('application').values(row).execute())
      const increment = () =>
        store.write(async (tx) => {
          const { updated_at } = await tx.selectFrom('application').select('updated_at').executeTakeFirstOrThrow()
          await tx
            .updateTable('application')
            .set({ updated_at: updated_at + 1 })
            .execute()
        })
      await Promise.all(Array.from({ length: 200 }, increment))
      const { updated_at } = await store.read.selectFrom('application').select('updated_at').executeTakeFirstOrThrow()
      expect(updated_at).toBe(200)
    })

    it('decides by what no other write can change meanwhile', async () => {
      const store = await open()
      // Each may be put while there are fewer than two: without isolation both databases would end with more.
      const putIfFew = (value: string) =>
        store.write(async (tx) => {
          const rows = await tx.selectFrom('device_tags').select('value').execute()
          if (rows.length < 2) await put(tx, value)
        })
      await Promise.allSettled(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(putIfFew))
      await expect(values(store)).resolves.toHaveLength(2)
    })

    it('is not kept when a statement failed, even if its work caught the error', async () => {
      const store = await open()
      const write = store.write(async (tx) => {
        await put(tx, 'a')
        await put(tx, 'a').catch(() => {})
      })
      await expect(write).rejects.toEqual(withCode('STORE_CONSTRAINT'))
      await expect(values(store)).resolves.toEqual([])
    })

    it('refuses a statement after one that failed', async () => {
      const store = await open()
      let second: unknown
      const write = store.write(async (tx) => {
        await put(tx, 'a')
        await put(tx, 'a').catch(() => {})
        second = await put(tx, 'b').catch((error: unknown) => error)
      })
      await expect(write).rejects.toEqual(withCode('STORE_CONSTRAINT'))
      expect(second).toEqual(withCode('STORE_CONSTRAINT'))
    })

    it.each(['resolved', 'rejected'])('refuses a statement once its work has %s', async (how) => {
      const store = await open()
      let escaped: Transaction | undefined
      const write = store.write(async (tx) => {
        escaped = tx
        if (how === 'rejected') throw new Error('no')
      })
      await write.catch(() => {})
      if (!escaped) throw new Error('the work did not run')
      await expect(put(escaped, 'a')).rejects.toEqual(withCode('STORE_TRANSACTION_ENDED'))
      await expect(values(store)).resolves.toEqual([])
    })

    it('either fails or keeps a statement that its work did not wait for', async () => {
      const store = await open()
      const write = store.write(async (tx) => {
        put(tx, 'a').catch(() => {})
      })
      const isKept = await write.then(
        () => true,
        (error: unknown) => {
          expect(error).toEqual(withCode('STORE_TRANSACTION_ENDED'))
          return false
        },
      )
      await expect(values(store)).resolves.toEqual(isKept ? ['a'] : [])
    })

    it('is given up when it waits for something other than its queries, and the store lives on', async () => {
      const store = await open({ workLimitMs: 1000 })
      let escaped: Transaction | undefined
      const write = store.write(async (tx) => {
        escaped = tx
        await put(tx, 'a')
        await never
      })
      await expect(write).rejects.toEqual(withCode('STORE_WRITE_STALLED'))
      if (!escaped) throw new Error('the work did not run')
      await expect(put(escaped, 'b')).rejects.toEqual(withCode('STORE_TRANSACTION_ENDED'))
      await store.write((tx) => put(tx, 'c'))
      await expect(values(store)).resolves.toEqual(['c'])
    })

    it('cannot open a transaction of its own', async () => {
      const store = await open()
      await expect(store.write((tx) => tx.transaction().execute(async () => {}))).rejects.toThrow('not supported')
    })

    it('refuses the character that PostgreSQL cannot store', async () => {
      const store = await open()
      await expect(store.write((tx) => put(tx, 'a\0b'))).rejects.toEqual(withCode('STORE_TEXT_NUL'))
    })

    it('refuses a value of another type than its column', async () => {
      const store = await open()
      const write = store.write((tx) => sql`insert into application (id, created_at) values ('a', 'b')`.execute(tx))
      await expect(write).rejects.toEqual(expect.objectContaining({ status: 500 }))
    })

    it('is refused at once when too many wait', async () => {
      const store = await open({ queueLimit: 2, poolSize: 1 })
      const results = await Promise.allSettled(
        ['a', 'b', 'c', 'd', 'e'].map((value) => store.write((tx) => put(tx, value))),
      )
      const refused = results.filter((result) => result.status === 'rejected')
      expect(refused.length).toBeGreaterThanOrEqual(2)
      for (const { reason } of refused) {
        expect(reason).toEqual(
          expect.objectContaining({ code: 'STORE_BUSY', status: 503, headers: { 'retry-after': '1' } }),
        )
      }
      await expect(values(store)).resolves.toHaveLength(5 - refused.length)
    })
  })

  describe('close', () => {
    it('finishes the writes that wait', async () => {
      const store = await open()
      const writes = ['a', 'b', 'c'].map((value) => store.write((tx) => put(tx, value)))
      const closing = store.close()
      await expect(Promise.all(writes)).resolves.toHaveLength(3)
      await closing
    })

    it('refuses what comes after it', async () => {
      const store = await open()
      const closing = store.close()
      await expect(store.write((tx) => put(tx, 'a'))).rejects.toEqual(withCode('STORE_CLOSED'))
      await closing
      await expect(values(store)).rejects.toEqual(withCode('STORE_CLOSED'))
    })

    it('may be called twice', async () => {
      const store = await open()
      await Promise.all([store.close(), store.close()])
      await expect(store.close()).resolves.toBeUndefined()
    })
  })

  describe('read', () => {
    it('does not see a write that has not been committed', async () => {
      const store = await open()
      let seen: unknown
      await store.write(async (tx) => {
        await put(tx, 'a')
        // Not awaited in the write, which awaits its own queries alone.
        seen = values(store)
      })
      await seen
      await expect(values(store)).resolves.toEqual(['a'])
    })

    it('cannot write', async () => {
      const store = await open()
      const write = store.read.insertInto('device_tags').values({ key: 'k', value: 'a', device_id: 'd' }).execute()
      await expect(write).rejects.toEqual(withCode('STORE_READ_CANNOT_WRITE'))
      const text = sql`  Insert into device_tags values ('k', 'a', 'd')`.execute(store.read)
      await expect(text).rejects.toEqual(withCode('STORE_READ_CANNOT_WRITE'))
      await expect(values(store)).resolves.toEqual([])
    })

    it('opens no transaction', async () => {
      const store = await open()
      await expect(store.read.transaction().execute(async () => {})).rejects.toEqual(
        withCode('STORE_READ_CANNOT_WRITE'),
      )
    })

    it('gives the same values on both databases', async () => {
      const store = await open()
      const empty = { user_token_cutoff: null, readme: null, readme_updated_at: null }
      const row = { id: 'a', name: '', description: '{"n":1}', ...empty }
      const times = { created_at: 1_700_000_000_123, updated_at: 2 ** 53 - 1 }
      await store.write(async (tx) => {
        await tx
          .insertInto('application')
          .values({ ...row, ...times })
          .execute()
        for (const value of ['ä', 'Z', 'a', '😀', '_']) await put(tx, value)
      })
      await expect(store.read.selectFrom('application').selectAll().execute()).resolves.toEqual([{ ...row, ...times }])
      await expect(values(store)).resolves.toEqual(['Z', '_', 'a', 'ä', '😀'])
      const summary = store.read
        .selectFrom('device_tags')
        .select((eb) => [
          eb.fn.countAll().as('count'),
          eb.fn.sum(sql<number>`length(value)`).as('length'),
          eb.exists(eb.selectFrom('devices').select('id')).as('hasDevices'),
          sql<number>`(1 = 1)`.as('isTrue'),
        ])
      await expect(summary.execute()).resolves.toEqual([{ count: 5, length: 5, hasDevices: 0, isTrue: 1 }])
    })

    it('tells how many rows a statement changed', async () => {
      const store = await open()
      const changed = await store.write(async (tx) => {
        for (const value of ['a', 'b']) await put(tx, value)
        return tx.deleteFrom('device_tags').where('key', '=', 'k').executeTakeFirst()
      })
      expect(changed.numDeletedRows).toBe(2n)
    })

    it('says that a query is wrong, and goes on', async () => {
      const store = await open()
      await expect(sql`select nothing from nowhere`.execute(store.read)).rejects.toEqual(withCode('STORE_QUERY_FAILED'))
      await expect(values(store)).resolves.toEqual([])
    })
  })

  it('says which database it is', async () => {
    const { dialect } = await open()
    expect(dialect).toBe(name === 'SQLite' ? 'sqlite' : 'postgres')
  })
})
