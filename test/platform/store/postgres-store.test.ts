/** What PostgreSQL and the network to it can do to the store. */
import { createServer } from 'node:net'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { insertRows } from '../../../platform/store/insert-rows.ts'
import { keepStatement } from '../../../platform/store/kept-statement.ts'
import { openStore, type StoreSettings } from '../../../platform/store/open-store.ts'
import type { Store, Transaction } from '../../../platform/store/store.ts'
import { createPostgresSchema, describePostgres, runOnPostgres } from './databases.ts'

const put = (tx: Transaction, value: string) =>
  tx.insertInto('device_tags').values({ key: 'k', value, device_id: 'd' }).execute()

async function values(store: Store): Promise<string[]> {
  const rows = await store.read.selectFrom('device_tags').select('value').orderBy('value').execute()
  return rows.map((row) => row.value)
}

async function processIdOf(tx: Transaction): Promise<number> {
  const { rows } = await sql<{ id: number }>`select pg_backend_pid() as id`.execute(tx)
  return rows[0]?.id ?? 0
}

const withCode = (code: string, status: number) => expect.objectContaining({ code, status })

describePostgres(() => {
  const stores: Store[] = []
  let place: { readonly url: string; readonly schema: string }

  beforeEach(async () => {
    place = await createPostgresSchema()
  })

  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
    await runOnPostgres(`drop schema ${place.schema} cascade`)
  })

  async function open(settings: Partial<StoreSettings> = {}): Promise<Store> {
    const store = await openStore({ ...settings, url: place.url, file: '' })
    stores.push(store)
    return store
  }

  it('fails a write with 503 whose connection is lost, keeps nothing of it, and lives on', async () => {
    const store = await open({ poolSize: 1 })
    const write = store.write(async (tx) => {
      await put(tx, 'a')
      await runOnPostgres(`select pg_terminate_backend(${await processIdOf(tx)})`)
      await put(tx, 'b')
    })
    await expect(write).rejects.toEqual(withCode('STORE_UNAVAILABLE', 503))
    await store.write((tx) => put(tx, 'c'))
    await expect(values(store)).resolves.toEqual(['c'])
  })

  it('fails a write with 503 whose connection is lost in the middle of a query', async () => {
    const store = await open({ poolSize: 1 })
    const write = store.write((tx) => sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx))
    await expect(write).rejects.toEqual(withCode('STORE_UNAVAILABLE', 503))
    await expect(values(store)).resolves.toEqual([])
  })

  it('does without a connection that was lost while it was idle', async () => {
    const store = await open({ poolSize: 1 })
    const id = await store.write(processIdOf)
    await runOnPostgres(`select pg_terminate_backend(${id}, 5000)`)
    await expect.poll(() => store.write((tx) => put(tx, 'a')).then(() => 'kept')).toBe('kept')
    await expect(values(store)).resolves.toEqual(['a'])
  })

  it('runs a kept statement on the next connection where the one before was lost', async () => {
    const store = await open({ poolSize: 1 })
    const find = keepStatement((db) =>
      sql<{ value: string }>`select value from device_tags where key = ${''}`.compile(db),
    )
    const id = await store.write(async (tx) => {
      await insertRows(tx, 'device_tags', [{ key: 'k', value: 'a', device_id: 'd' }])
      await find(tx, ['k'])
      return processIdOf(tx)
    })
    await runOnPostgres(`select pg_terminate_backend(${id}, 5000)`)
    await expect.poll(() => find(store.read, ['k']).then(({ rows }) => rows)).toEqual([{ value: 'a' }])
  })

  it('runs kept statements again with a write that collided with another', async () => {
    const store = await open()
    const count = keepStatement((db) => sql<{ n: number }>`select count(*) as n from device_tags`.compile(db))
    const tag = (value: string) => [{ key: 'k', value, device_id: 'd' }]
    let attempts = 0
    await store.write(async (tx) => {
      attempts++
      const { rows } = await count(tx, [])
      if (attempts === 1)
        await store.write(async (other) => {
          await count(other, [])
          await insertRows(other, 'device_tags', tag('first'))
        })
      await insertRows(tx, 'device_tags', tag(`after ${rows[0]?.n}`))
    })
    expect([attempts, await values(store)]).toEqual([2, ['after 1', 'first']])
  })

  it('runs the work of a write again that collided with another', async () => {
    const store = await open()
    const row = { id: 'a', created_at: 0, updated_at: 0, name: '', description: '', user_token_cutoff: null }
    await store.write((tx) => tx.insertInto('application').values(row).execute())
    const set = (tx: Transaction, updated_at: number) => tx.updateTable('application').set({ updated_at }).execute()
    let attempts = 0
    await store.write(async (tx) => {
      attempts++
      await tx.selectFrom('application').selectAll().execute()
      if (attempts === 1) await store.write((other) => set(other, 1))
      await set(tx, 2).catch((cause) => {
        throw new Error('not tried again if this were all that is known', { cause })
      })
    })
    expect(attempts).toBe(2)
  })

  it('answers 503 in the end where a write collides each time', async () => {
    const store = await open({ busyLimitMs: 1000 })
    let attempts = 0
    const write = store.write(async () => {
      attempts++
      await sql`do $$ begin raise exception 'collision' using errcode = '40001'; end $$`.execute(store.read)
    })
    await expect(write).rejects.toEqual(withCode('STORE_BUSY', 503))
    expect(attempts).toBeGreaterThan(1)
  })

  it('ends a query that takes too long, and lives on', async () => {
    const store = await open({ workLimitMs: 1000, poolSize: 1 })
    await expect(sql`select pg_sleep(20)`.execute(store.read)).rejects.toEqual(withCode('STORE_BUSY', 503))
    const write = store.write((tx) => sql`select pg_sleep(20)`.execute(tx))
    await expect(write).rejects.toEqual(expect.objectContaining({ code: expect.stringMatching(/BUSY|STALLED/) }))
    await store.write((tx) => put(tx, 'a'))
    await expect(values(store)).resolves.toEqual(['a'])
  })

  it('says so when the server takes no writes', async () => {
    const store = await open()
    const write = store.write(async (tx) => {
      await sql`set transaction read only`.execute(tx)
      await put(tx, 'a')
    })
    await expect(write).rejects.toEqual(withCode('STORE_READ_ONLY', 503))
  })
})

describe('a PostgreSQL that cannot be reached', () => {
  it('is named, without its password', async () => {
    const port = await findFreePort()
    const opening = openStore({ url: `postgres://ada:s3cret@127.0.0.1:${port}/pots`, file: '' })
    await expect(opening).rejects.toMatchObject({
      code: 'STORE_CANNOT_OPEN',
      message: `The store postgres://127.0.0.1:${port}/pots cannot be opened: connect ECONNREFUSED 127.0.0.1:${port}`,
    })
  })

  it('is told from something else that answers', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const opening = openStore({ url: `postgres://ada@127.0.0.1:${port}/pots`, file: '' })
    await expect(opening).rejects.toMatchObject({ code: 'STORE_CANNOT_OPEN' })
    server.close()
  })

  it('is refused when its address is none', async () => {
    await expect(openStore({ url: 'postgres://[', file: '' })).rejects.toMatchObject({ code: 'STORE_CANNOT_OPEN' })
  })
})

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}
