/** Runs a suite on every database that the store runs on. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, describe, it } from 'vitest'
import { openStore, openTemporaryStore, type StoreSettings } from '../../../platform/store/open-store.ts'
import type { Store } from '../../../platform/store/store.ts'
import { patienceMs } from '../../patience.ts'

export const postgresUrl = process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/test'

const postgresProblem = await findProblem()

async function findProblem(): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: postgresUrl, connectionTimeoutMillis: patienceMs })
  try {
    await client.connect()
    return undefined
  } catch (error) {
    return error instanceof Error ? `${error.message} ${'code' in error ? error.code : ''}` : String(error)
  } finally {
    await client.end().catch(() => {})
  }
}

export async function runOnPostgres(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** The address of a new, empty schema of its own. Dropped by `runOnPostgres('drop schema NAME cascade')`. */
export async function createPostgresSchema(): Promise<{ readonly url: string; readonly schema: string }> {
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  await runOnPostgres(`create schema ${schema}`)
  const url = new URL(postgresUrl)
  url.searchParams.set('options', `-c search_path=${schema} -c client_min_messages=warning`)
  return { url: url.href, schema }
}

export type OpenStore = (settings?: Partial<StoreSettings>) => Promise<Store>

/**
 * Describes `suite` once for SQLite and once for PostgreSQL. Each `open` gives an empty store with the tables of the program; it is closed after the
 * test. Where no PostgreSQL answers, a skipped test says so.
 */
export function eachStore(suite: (name: 'SQLite' | 'PostgreSQL', open: OpenStore) => void): void {
  describe('on SQLite', () => {
    const closeAfter = closeAfterEach()
    suite('SQLite', async (settings) => closeAfter(await openTemporaryStore(settings)))
  })
  describePostgres(() => {
    const closeAfter = closeAfterEach()
    const createSchema = createSchemas()
    suite('PostgreSQL', async (settings) =>
      closeAfter(await openStore({ ...settings, url: await createSchema(), file: '' })))
  })
}

export type Place = Pick<StoreSettings, 'url' | 'file'>

/** Describes `suite` as `eachStore` does. Each `createPlace` says where a store may be opened that nothing is in yet, not even tables. */
export function eachPlace(suite: (createPlace: () => Promise<Place>) => void): void {
  describe('on SQLite', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'flowpot-test-'))
    afterAll(() => rmSync(folder, { recursive: true }))
    let count = 0
    suite(async () => ({ file: path.join(folder, `${count++}.db`) }))
  })
  describePostgres(() => {
    const createSchema = createSchemas()
    suite(async () => ({ url: await createSchema(), file: '' }))
  })
}

/** Each call creates a schema. All are dropped after the last test of the suite. */
function createSchemas(): () => Promise<string> {
  const schemas: string[] = []
  afterAll(async () => {
    if (schemas.length > 0) await runOnPostgres(schemas.map((schema) => `drop schema ${schema} cascade`).join(';'))
  })
  return async () => {
    const { url, schema } = await createPostgresSchema()
    schemas.push(schema)
    return url
  }
}

/** Describes what holds for PostgreSQL alone. */
export function describePostgres(suite: () => void): void {
  if (postgresProblem === undefined) describe('on PostgreSQL', suite)
  else it.skip(`on PostgreSQL: NOT RUN, since none answers at ${new URL(postgresUrl).host} (${postgresProblem})`)
}

function closeAfterEach(): (store: Store) => Store {
  const stores: Store[] = []
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
  })
  return (store) => {
    stores.push(store)
    return store
  }
}
