/** Statements that are built once and run many times, each time with values of their own. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { insertRows } from '../../../platform/store/insert-rows.ts'
import { keepStatement } from '../../../platform/store/kept-statement.ts'
import type { Store } from '../../../platform/store/store.ts'
import { eachStore } from './databases.ts'

eachStore((_database, open) => {
  const tag = (value: number) => ({ key: 'k', value: String(value).padStart(3, '0'), device_id: 'd' })
  const read = (store: Store) => store.read.selectFrom('device_tags').selectAll().orderBy('value').execute()

  it.each([[0], [1], [2], [8], [9], [40]])('inserts %i rows, and as many others after them', async (count) => {
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
    expect(await find(['001'])).toEqual(['001'])
    expect(await find(['002'])).toEqual(['002'])
    expect(await find(['002'], 'other')).toEqual([])
    expect(await find(['002', '003'])).toEqual(['002', '003'])
    expect(await find(nine)).toEqual(['002', '003'])
    expect(await find(nine)).toEqual(['002', '003'])
    expect(built).toEqual([1, 2, 9, 9])
  })
})
