/** Statements that are built once and run many times, each time with values of their own. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { insertRows } from '../../../platform/store/insert-rows.ts'
import { keepStatement } from '../../../platform/store/kept-statement.ts'
import type { Store, Transaction } from '../../../platform/store/store.ts'
import { eachStore } from './databases.ts'

eachStore((_database, open) => {
  const tag = (value: number) => ({ key: 'k', value: String(value).padStart(4, '0'), device_id: 'd' })
  const read = (store: Store) => store.read.selectFrom('device_tags').selectAll().orderBy('value').execute()

  it.each([[0], [1], [2], [8], [9], [1000]])('inserts %i rows, and as many others after them', async (count) => {
    const store = await open()
    const rows = Array.from({ length: 2 * count }, (_, index) => tag(index))
    await store.write((tx) => insertRows(tx, 'device_tags', rows.slice(0, count)))
    await store.write((tx) => insertRows(tx, 'device_tags', rows.slice(count)))
    expect(await read(store)).toEqual(rows)
  })

  it('inserts into one table from two places that name its columns in another order', async () => {
    const store = await open()
    await store.write((tx) => insertRows(tx, 'device_tags', [{ key: 'a', value: 'b', device_id: 'c' }]))
    await store.write((tx) => insertRows(tx, 'device_tags', [{ device_id: 'f', key: 'd', value: 'e' }]))
    expect(await read(store)).toEqual([
      { key: 'a', value: 'b', device_id: 'c' },
      { key: 'd', value: 'e', device_id: 'f' },
    ])
  })

  it('leaves out rows that stand there where it is asked to, and fails where it is not', async () => {
    const store = await open()
    const rows = [tag(1), tag(2)]
    await store.write((tx) => insertRows(tx, 'device_tags', [tag(1)]))
    await expect(store.write((tx) => insertRows(tx, 'device_tags', rows))).rejects.toMatchObject({
      code: 'STORE_CONSTRAINT',
    })
    await store.write((tx) => insertRows(tx, 'device_tags', rows, { skipsExisting: true }))
    expect(await read(store)).toEqual(rows)
  })

  it('is built once for each number of values up to eight, and gives each run its own rows', async () => {
    const store = await open()
    await store.write((tx) => insertRows(tx, 'device_tags', [1, 2, 3].map(tag)))
    const built: number[] = []
    const findValues = keepStatement((db, count) => {
      built.push(count)
      const values = new Array<string>(count).fill('')
      return sql<{ value: string }>`select value from device_tags
        where value in (${sql.join(values)}) and key = ${''} order by value`.compile(db)
    })
    const find = async (values: readonly string[], key = 'k') => {
      const { rows } = await findValues(store.read, [...values, key], values.length)
      return rows.map((row) => row.value)
    }
    const nine = Array.from({ length: 9 }, (_, index) => tag(index + 2).value)
    expect(await find(['0001'])).toEqual(['0001'])
    expect(await find(['0002'])).toEqual(['0002'])
    expect(await find(['0002'], 'other')).toEqual([])
    expect(await find(['0002', '0003'])).toEqual(['0002', '0003'])
    expect(await find(nine)).toEqual(['0002', '0003'])
    expect(await find(nine)).toEqual(['0002', '0003'])
    expect(built).toEqual([1, 2, 9, 9])
  })

  it('inserts rows that name their columns in another order than the first', async () => {
    const store = await open()
    const rows = [
      { key: 'a', value: 'b', device_id: 'c' },
      { device_id: 'f', value: 'e', key: 'd' },
    ]
    await store.write((tx) => insertRows(tx, 'device_tags', rows))
    expect(await read(store)).toEqual(rows)
  })

  it.each([
    ['all nothing', { name: '', description: '', readme: null, readme_updated_at: null }],
    ['all something', { name: 'Ä 😀 \u2028 \'" ; --', description: '{"n": 1}', readme: '?', readme_updated_at: -1 }],
    ['large', { name: 'a'.repeat(1_000_000), description: '', readme: null, readme_updated_at: 2 ** 53 - 1 }],
  ])('gives back the values that it was given, %s, whatever it ran with before', async (_what, some) => {
    const store = await open()
    const row = { ...some, id: 'a', user_token_cutoff: null, created_at: 0, updated_at: 1_700_000_000_123 }
    const others = { name: 'x', description: 'y', readme: 'z', readme_updated_at: 7 }
    await store.write((tx) => insertRows(tx, 'application', [{ ...row, ...others, id: 'b' }]))
    await store.write((tx) => insertRows(tx, 'application', [row]))
    const { rows } = await readApplication(store.read, ['a'])
    expect(rows).toEqual([row])
  })

  const readApplication = keepStatement((db) => sql`select * from application where id = ${''}`.compile(db))
  const readValues = keepStatement((db) => sql<{ value: string }>`select value from device_tags`.compile(db))
  const valuesOf = async (db: Parameters<typeof readValues>[0]) =>
    (await readValues(db, [])).rows.map(({ value }) => value)

  it('reads in a write what that has written, and outside of it what is committed', async () => {
    const store = await open()
    const lost = store.write(async (tx) => {
      await insertRows(tx, 'device_tags', [tag(1)])
      expect(await valuesOf(tx)).toEqual(['0001'])
      throw new Error('no')
    })
    await expect(lost).rejects.toThrow('no')
    expect(await valuesOf(store.read)).toEqual([])
    expect(await store.write(valuesOf)).toEqual([])
  })

  it('fails alone where it fails in a commit that others share', async () => {
    const store = await open()
    await store.write((tx) => insertRows(tx, 'device_tags', [tag(2)]))
    const results = await Promise.allSettled(
      [[1], [3, 2], [4]].map((numbers) => store.write((tx) => insertRows(tx, 'device_tags', numbers.map(tag)))),
    )
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await valuesOf(store.read)).sort()).toEqual(['0001', '0002', '0004'])
  })

  it('is refused in a write that has ended and by a store that is closed, and runs on the next one', async () => {
    const store = await open()
    let escaped: Transaction | undefined
    await store.write(async (tx) => {
      escaped = tx
    })
    if (!escaped) throw new Error('The work did not run.')
    await expect(valuesOf(escaped)).rejects.toMatchObject({ code: 'STORE_TRANSACTION_ENDED' })
    await store.close()
    await expect(valuesOf(store.read)).rejects.toMatchObject({ code: 'STORE_CLOSED' })
    expect(await valuesOf((await open()).read)).toEqual([])
  })

  it('finishes with the writes that wait while the store closes', async () => {
    const store = await open()
    const writes = [1, 2].map((number) => store.write((tx) => insertRows(tx, 'device_tags', [tag(number)])))
    const closing = store.close()
    await expect(Promise.all(writes)).resolves.toHaveLength(2)
    await closing
  })

  it('gives the columns that the table has now', async () => {
    const store = await open()
    const readAll = keepStatement((db) => sql`select * from device_tags`.compile(db))
    await store.write((tx) => insertRows(tx, 'device_tags', [tag(1)]))
    expect((await readAll(store.read, [])).rows).toEqual([tag(1)])
    await store.write((tx) => sql`alter table device_tags add column note text default 'n'`.execute(tx))
    expect((await readAll(store.read, [])).rows).toEqual([{ ...tag(1), note: 'n' }])
    expect((await store.write((tx) => readAll(tx, []))).rows).toEqual([{ ...tag(1), note: 'n' }])
    await store.write((tx) => insertRows(tx, 'device_tags', [tag(2)]))
    expect(await valuesOf(store.read)).toHaveLength(2)
  })

  it('writes nothing where only reading is allowed', async () => {
    const store = await open()
    const forget = keepStatement((db) => db.deleteFrom('device_tags').where('key', '=', '').compile())
    await store.write((tx) => insertRows(tx, 'device_tags', [tag(1)]))
    await expect(forget(store.read, ['k'])).rejects.toMatchObject({ code: 'STORE_READ_CANNOT_WRITE' })
    expect(await valuesOf(store.read)).toEqual(['0001'])
  })
})
