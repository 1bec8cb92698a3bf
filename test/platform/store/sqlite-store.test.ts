/** What SQLite, its file and its disk can do to the store. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, openTemporaryStore, type StoreSettings } from '../../../platform/store/open-store.ts'
import type { Store, Transaction } from '../../../platform/store/store.ts'

let folder: string
let file: string
const stores: Store[] = []

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'flowpot-test-'))
  file = path.join(folder, 'store.db')
})

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()))
  rmSync(folder, { recursive: true })
})

async function open(settings: Partial<StoreSettings> = {}): Promise<Store> {
  const store = await openStore({ durability: 'off', ...settings, file })
  stores.push(store)
  return store
}

const put = (tx: Transaction, value: string) =>
  tx.insertInto('device_tags').values({ key: 'k', value, device_id: 'd' }).execute()

async function values(store: Store): Promise<string[]> {
  const rows = await store.read.selectFrom('device_tags').select('value').orderBy('value').execute()
  return rows.map((row) => row.value)
}

const withCode = (code: string, status: number) => expect.objectContaining({ code, status })

describe('a database that another process has locked', () => {
  function lock(): Database.Database {
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    return other
  }

  it('is written once the lock is released', async () => {
    const store = await open()
    const other = lock()
    const writes = Promise.all(['a', 'b'].map((value) => store.write((tx) => put(tx, value))))
    await new Promise((turn) => setImmediate(turn))
    await expect(values(store)).resolves.toEqual([])
    other.close()
    await writes
    await expect(values(store)).resolves.toEqual(['a', 'b'])
  })

  it('makes writes fail after the limit, blocks nothing meanwhile, and is written later', async () => {
    const store = await open({ busyLimitMs: 100 })
    const other = lock()
    let turns = 0
    let isCounting = true
    const count = () => {
      turns++
      if (isCounting) setImmediate(count)
    }
    count()
    const results = await Promise.allSettled(['a', 'b'].map((value) => store.write((tx) => put(tx, value))))
    isCounting = false
    expect(results.map((result) => result.status === 'rejected' && result.reason)).toEqual([
      withCode('STORE_BUSY', 503),
      withCode('STORE_BUSY', 503),
    ])
    expect(turns).toBeGreaterThan(50)
    other.close()
    await store.write((tx) => put(tx, 'c'))
    await expect(values(store)).resolves.toEqual(['c'])
  })

  it('is read all the while', async () => {
    const store = await open({ busyLimitMs: 0 })
    await store.write((tx) => put(tx, 'a'))
    const other = lock()
    await expect(values(store)).resolves.toEqual(['a'])
    other.close()
  })

  it('cannot be opened', async () => {
    await (await open()).close()
    const other = lock()
    await expect(open({ busyLimitMs: 50 })).rejects.toMatchObject({
      code: 'STORE_CANNOT_OPEN',
      message: `The store ${file} cannot be opened: database is locked`,
    })
    other.close()
  })
})

describe('a database without space', () => {
  it('refuses what does not fit with 503, keeps what does, and lives on', async () => {
    const store = await open()
    await store.write(async (tx) => {
      const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(tx)
      await sql`pragma max_page_count = ${sql.lit((rows[0]?.page_count ?? 0) + 3)}`.execute(tx)
    })
    const results = await Promise.allSettled([
      store.write((tx) => put(tx, 'a')),
      store.write((tx) => put(tx, 'b'.repeat(1_000_000))),
    ])
    expect(results[1]).toEqual({ status: 'rejected', reason: withCode('STORE_FULL', 503) })
    const kept = results[0]?.status === 'fulfilled' ? ['a'] : []
    await expect(values(store)).resolves.toEqual(kept)
    await store.write((tx) => put(tx, 'c'))
    await expect(values(store)).resolves.toEqual([...kept, 'c'])
  })
})

describe('a commit that many writes share', () => {
  it('fails for all of them where SQLite has ended the transaction, and no statement is kept on its own', async () => {
    const store = await open()
    const results = await Promise.allSettled([
      store.write((tx) => put(tx, 'a')),
      store.write(() => Promise.reject(new Error('no'))),
      store.write(async (tx) => {
        await sql`rollback`.execute(tx)
        await put(tx, 'b')
      }),
      store.write((tx) => put(tx, 'c')),
    ])
    expect(results.map((result) => result.status === 'rejected' && result.reason)).toEqual([
      withCode('STORE_UNAVAILABLE', 503),
      withCode('STORE_UNAVAILABLE', 503),
      withCode('STORE_UNAVAILABLE', 503),
      false,
    ])
    await expect(values(store)).resolves.toEqual(['c'])
  })

  it('fails for all of them where it cannot be made, and the next one is made', async () => {
    const migrations = [
      {
        name: 'deferred',
        up: async (db: Parameters<StoreMigration['up']>[0]) => {
          await sql`create table device_tags (key text, value text, device_id text)`.execute(db)
          await sql`create table parents (id integer primary key)`.execute(db)
          const check = sql`deferrable initially deferred`
          await sql`create table children (parent integer references parents (id) ${check})`.execute(db)
        },
      },
    ]
    const store = await open({ migrations })
    const results = await Promise.allSettled([
      store.write((tx) => put(tx, 'a')),
      store.write((tx) => sql`insert into children values (7)`.execute(tx)),
    ])
    expect(results.map((result) => result.status === 'rejected' && result.reason)).toEqual([
      withCode('STORE_UNAVAILABLE', 503),
      withCode('STORE_UNAVAILABLE', 503),
    ])
    await store.write((tx) => put(tx, 'b'))
    await expect(values(store)).resolves.toEqual(['b'])
  })
})

describe('a write inside a write', () => {
  it('is refused with the one around it, nothing of both is kept, and the store lives on', async () => {
    const store = await open()
    let inner: unknown
    const outer = store.write(async (tx) => {
      await put(tx, 'a')
      inner = await store.write((other) => put(other, 'b')).catch((error: unknown) => error)
    })
    await expect(outer).rejects.toEqual(withCode('STORE_WRITE_STALLED', 500))
    expect(inner).toEqual(withCode('STORE_BUSY', 503))
    await store.write((tx) => put(tx, 'c'))
    await expect(values(store)).resolves.toEqual(['c'])
  })

  it('leaves the writes alone that waited before it', async () => {
    const store = await open()
    const nested = () => store.write(() => store.write((tx) => put(tx, 'b')))
    const results = await Promise.allSettled([
      store.write((tx) => put(tx, 'a')),
      nested(),
      nested(),
      store.write((tx) => put(tx, 'c')),
    ])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    await expect(values(store)).resolves.toEqual(['a', 'c'])
  })
})

describe('a scan', () => {
  it('ends when the store closes', async () => {
    const store = await open()
    const endless = sql`with recursive n(n) as (select 1 union all select n + 1 from n)
      select length(hex(zeroblob(1000000 + n))) from n`
    const scan = expect(endless.execute(store.scan)).rejects.toEqual(withCode('STORE_CLOSED', 503))
    await store.write((tx) => put(tx, 'a'))
    await store.close()
    await scan
  })
})

describe('the database file', () => {
  it('is made for its owner alone', async () => {
    const store = await open()
    await store.write((tx) => put(tx, 'a'))
    const modes = readdirSync(folder).map((name) => [name, statSync(path.join(folder, name)).mode & 0o777])
    expect(modes.sort()).toEqual([
      ['store.db', 0o600],
      ['store.db-shm', 0o600],
      ['store.db-wal', 0o600],
    ])
  })

  it('alone holds everything once the store is closed', async () => {
    const store = await open()
    await store.write((tx) => put(tx, 'a'))
    await store.close()
    expect(readdirSync(folder)).toEqual(['store.db'])
    await expect(values(await open())).resolves.toEqual(['a'])
  })

  it('is left as it is when it is no database', async () => {
    writeFileSync(file, 'garbage '.repeat(1000))
    await expect(open()).rejects.toMatchObject({
      code: 'STORE_CANNOT_OPEN',
      message: `The store ${file} cannot be opened: file is not a database`,
    })
    expect(readFileSync(file, 'utf8')).toBe('garbage '.repeat(1000))
  })

  it('cannot be in a folder that does not exist', async () => {
    file = path.join(folder, 'nowhere', 'store.db')
    await expect(open()).rejects.toMatchObject({ code: 'STORE_CANNOT_OPEN', message: expect.stringContaining(file) })
  })

  it('is refused when it cannot be written', async () => {
    await (await open()).close()
    chmodSync(file, 0o444)
    await expect(asOrdinaryUser(open)).rejects.toMatchObject({
      code: 'STORE_CANNOT_OPEN',
      message: `The store ${file} cannot be opened: attempt to write a readonly database`,
    })
  })

  it('makes writes fail with 503 while it cannot be written, and reads go on', async () => {
    const store = await open()
    await store.write((tx) => put(tx, 'a'))
    await store.write((tx) => sql`pragma query_only = on`.execute(tx))
    await expect(store.write((tx) => put(tx, 'b'))).rejects.toEqual(withCode('STORE_READ_ONLY', 503))
    await expect(values(store)).resolves.toEqual(['a'])
  })

  it('has every write that was acknowledged before the process was killed, and half of none', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/platform/store/write-forever.ts', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const acknowledged: string[] = []
    const lines = createInterface(child.stdout)
    lines.on('line', (line) => {
      acknowledged.push(line)
      if (acknowledged.length === 500) child.kill('SIGKILL')
    })
    await Promise.all([once(child, 'close'), once(lines, 'close')])
    expect(acknowledged.length).toBeGreaterThanOrEqual(500)
    const store = await open()
    const tags = await store.read.selectFrom('device_tags').select('device_id').execute()
    const attributes = await store.read.selectFrom('device_attributes').select('device_id').execute()
    expect(tags).toEqual(attributes)
    const kept = new Set(tags.map((row) => row.device_id))
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
  })
})

describe('a temporary store', () => {
  it('is gone once it is closed', async () => {
    const store = await openTemporaryStore()
    const { rows } = await sql<{ file: string }>`pragma database_list`.execute(store.read)
    const temporary = path.dirname(rows[0]?.file ?? '')
    expect(readdirSync(temporary)).toContain('store.db')
    await store.close()
    expect(() => readdirSync(temporary)).toThrow('ENOENT')
  })
})

type StoreMigration = NonNullable<StoreSettings['migrations']>[number]

/** Nothing is read-only for root. */
async function asOrdinaryUser<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act()
  chmodSync(folder, 0o755)
  process.seteuid?.(65534)
  try {
    return await act()
  } finally {
    process.seteuid?.(0)
  }
}
