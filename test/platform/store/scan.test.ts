/** What reads much, on both databases: others are served meanwhile, and it ends. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Store } from '../../../platform/store/store.ts'
import { eachStore } from './databases.ts'

const withCode = (code: string, status: number) => expect.objectContaining({ code, status })

eachStore((database, open) => {
  const numbers = (most: number, value = sql`n`) => sql<{ value: number }>`
    with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(most)})
    select ${value} as value from numbers`
  /** A row a millisecond for ever, or none at all. */
  const endless = () =>
    database === 'SQLite' ? numbers(1e15, sql`length(hex(zeroblob(1000000 + n)))`) : sql`select pg_sleep(60)`
  const put = (store: Store) =>
    store.write((tx) => tx.insertInto('device_tags').values({ key: 'k', value: 'v', device_id: 'd' }).execute())

  it('gives the rows of a scan, in their order', async () => {
    const store = await open()
    const { rows } = await numbers(3).execute(store.scan)
    expect(rows).toEqual([{ value: 1 }, { value: 2 }, { value: 3 }])
    expect(await store.scan.selectFrom('devices').selectAll().execute()).toEqual([])
  })

  it('serves reads, writes and further scans while one goes on, and ends it at the limit', async () => {
    const store = await open({ workLimitMs: 2000 })
    let isOver = false
    const scan = expect(endless().execute(store.scan)).rejects.toEqual(withCode('STORE_QUERY_TOO_LONG', 503))
    void scan.then(() => {
      isOver = true
    })
    await put(store)
    expect(await store.read.selectFrom('device_tags').select('value').execute()).toEqual([{ value: 'v' }])
    expect((await numbers(2).execute(store.scan)).rows).toHaveLength(2)
    expect(isOver).toBe(false)
    await scan
  })

  it('lets a scan wait while as many run as may', async () => {
    const store = await open({ workLimitMs: 2000, scansAtOnce: 1 })
    const order: string[] = []
    const first = endless()
      .execute(store.scan)
      .catch(() => order.push('first'))
    const second = numbers(1)
      .execute(store.scan)
      .then(() => order.push('second'))
    await Promise.all([first, second])
    expect(order).toEqual(['first', 'second'])
  })

  it('refuses a scan that writes, one that is no SQL, and any once it is closed', async () => {
    const store = await open()
    const insert = store.scan.insertInto('device_tags').values({ key: 'k', value: 'v', device_id: 'd' })
    await expect(insert.execute()).rejects.toEqual(withCode('STORE_READ_CANNOT_WRITE', 500))
    await expect(sql`select nothing from nowhere`.execute(store.scan)).rejects.toEqual(
      withCode('STORE_QUERY_FAILED', 500),
    )
    await expect(sql`select ${'a\0b'} as n`.execute(store.scan)).rejects.toEqual(withCode('STORE_TEXT_NUL', 400))
    await store.close()
    await expect(numbers(1).execute(store.scan)).rejects.toEqual(withCode('STORE_CLOSED', 503))
  })
})
