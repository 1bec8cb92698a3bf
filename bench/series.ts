/** Times queries over the points of one device, on SQLite and on the PostgreSQL that `DATABASE_URL` names. */
import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { sql } from 'kysely'
import pg from 'pg'
import { createPlatform, type Platform } from '../platform/platform.ts'
import { openStore, openTemporaryStore } from '../platform/store/open-store.ts'
import type { Store } from '../platform/store/store.ts'
import { call } from './call.ts'
import { median } from './statistics.ts'

export interface SeriesTimes {
  readonly database: 'SQLite' | 'PostgreSQL'
  readonly points: number
  /** Time of a query for the mean of every five minutes. */
  readonly each: QueryTimes
  /** Time of a query for one mean of all points. */
  readonly whole: QueryTimes
}

export interface QueryTimes {
  readonly medianMs: number
  /** The longest time for which the event loop was blocked. */
  readonly blockedMs: number
}

/** A hundred thousand points a day. */
const stepMs = 864
const fiveMinutesMs = 300_000
/** How many rows one statement inserts; other writes wait for it. */
const rowsPerWrite = 100_000

/** Stores as many points as the largest of `sizes`, then queries the latest points of each size `times` times. */
export async function benchSeries(sizes: readonly number[], times: number): Promise<SeriesTimes[]> {
  const onSqlite = await benchStore('SQLite', await openTemporaryStore(), sizes, times)
  const url = process.env.DATABASE_URL
  return url === undefined ? onSqlite : [...onSqlite, ...(await benchPostgres(url, sizes, times))]
}

async function benchPostgres(url: string, sizes: readonly number[], times: number): Promise<SeriesTimes[]> {
  const schema = `bench_${randomBytes(8).toString('hex')}`
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(`create schema ${schema}`)
    const own = new URL(url)
    own.searchParams.set('options', `-c search_path=${schema} -c client_min_messages=warning`)
    const store = await openStore({ url: own.href, file: '' })
    // Autovacuum would do this in time.
    const tidy = () => client.query(`vacuum analyze ${schema}.device_states`)
    return await benchStore('PostgreSQL', store, sizes, times, tidy)
  } finally {
    await client.query(`drop schema if exists ${schema} cascade`)
    await client.end()
  }
}

async function benchStore(
  database: SeriesTimes['database'],
  store: Store,
  sizes: readonly number[],
  times: number,
  tidy: () => Promise<unknown> = async () => {},
): Promise<SeriesTimes[]> {
  try {
    const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)) }
    const settings = {
      applicationName: 'bench',
      signingKey: randomBytes(32).toString('hex'),
      userTokenTtlSeconds: 1,
      signUpsPerHour: 1,
    }
    const platform = await createPlatform(store, settings, { now: () => Date.now() }, random)
    const device = { name: 'pot', attributes: [{ name: 'moisture', dataType: 'number' }] }
    const { deviceId } = await call<{ deviceId: string }>(platform, 'devices.post', { device })
    const end = Date.now()
    await fill(store, deviceId, Math.max(...sizes), end)
    await tidy()
    const results: SeriesTimes[] = []
    for (const points of sizes) {
      const query = { deviceIds: [deviceId], start: end - points * stepMs, end, aggregation: 'MEAN' }
      const each = await time(platform, { ...query, resolution: fiveMinutesMs }, times)
      results.push({ database, points, each, whole: await time(platform, query, times) })
    }
    return results
  } finally {
    await store.close()
  }
}

async function fill(store: Store, deviceId: string, points: number, end: number): Promise<void> {
  for (let done = 0; done < points; done += rowsPerWrite) {
    const [first, last] = [end - (points - done) * stepMs, Math.min(rowsPerWrite, points - done) - 1]
    await store.write((tx) =>
      sql`insert into device_states (device_id, attribute, time, number)
        with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < ${sql.lit(last)})
        select ${deviceId}, 'moisture', ${sql.lit(first)} + n * ${sql.lit(stepMs)}, (n * 7919 % 1000) / 10.0
        from numbers`.execute(tx),
    )
  }
}

async function time(platform: Platform, query: object, times: number): Promise<QueryTimes> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const taken: number[] = []
  delay.enable()
  for (let done = 0; done < times; done++) {
    const startedAt = performance.now()
    await call(platform, 'data.timeSeriesQuery', { query })
    taken.push(performance.now() - startedAt)
  }
  // The delay of a turn of the event loop is recorded in the next one.
  await new Promise((resolve) => setTimeout(resolve, 5))
  delay.disable()
  return { medianMs: median(taken), blockedMs: delay.max / 1e6 }
}
