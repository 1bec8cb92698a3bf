import Database from 'better-sqlite3'
import { type CompiledQuery, type QueryResult, sql } from 'kysely'
import pg from 'pg'
import { expect, it } from 'vitest'
import { computeSystems } from '../../../platform/state/compute-systems.ts'
import { selectParts } from '../../../platform/state/select-parts.ts'
import { aggregations } from '../../../platform/state/series-query.ts'
import { migrations } from '../../../platform/store/migrations/index.ts'
import { openStore, openTemporaryStore } from '../../../platform/store/open-store.ts'
import { createPostgresSchema, describePostgres, runOnPostgres } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

it('on SQLite every query of points reads one stretch of the primary key an attribute, and none but the points it asks for', async () => {
  const store = await openTemporaryStore()
  const { ok, platform, clock } = await openPlatform(store)
  const attributes = [{ name: 'moisture', dataType: 'number' }]
  const tags = [{ key: 'fleet', value: 'west' }]
  const { id } = await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes, tags } })
  await ok('devices.post', { device: { name: 'other pot', attributes, tags } })
  await ok('device.sendState', { deviceId: id, deviceState: { data: { moisture: 1 } } })
  const { rows } = await sql<{ file: string }>`select file from pragma_database_list where name = 'main'`.execute(
    platform.store.read,
  )
  const database = new Database(String(rows[0]?.file), { readonly: true })
  const plans: string[] = []
  /** Also reading all days of a time zone for each of them. */
  const sorting: string[] = []
  for (const executor of [store.read.getExecutor(), store.scan.getExecutor()]) {
    const { executeQuery } = executor
    executor.executeQuery = <Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>> => {
      const explain = database.prepare<unknown[], { detail: string }>(`explain query plan ${query.sql}`)
      const steps = explain.all(query.parameters).map(({ detail }) => detail)
      plans.push(...steps)
      if (steps.some((step) => /MATERIALIZE parts|TEMP B-TREE|^SCAN t\b/.test(step))) sorting.push(query.sql)
      return executeQuery.call(executor, query) as Promise<QueryResult<Row>>
    }
  }
  const devices = { deviceIds: [id], duration: 86_400_000 }
  await ok('data.timeSeriesQuery', { query: { ...devices, aggregation: 'NONE' } })
  for (const aggregation of [...aggregations, { type: 'TIMEATVALUE', options: { value: 1 } }]) {
    for (const resolution of [{ resolution: 300_000 }, { resolution: 86_400_000, timeZone: 'Europe/Berlin' }, {}]) {
      const query = { ...devices, ...resolution, aggregation }
      await ok('data.timeSeriesQuery', { query })
      await ok('data.timeSeriesQuery', { query: { ...query, deviceTags: tags, acrossDevices: true } })
    }
  }
  await ok('data.lastValueQuery', { query: { deviceTags: tags, attribute: 'moisture' } })
  for (const call of ['getState', 'getCompositeState', 'getCommand', 'getLogEntries']) {
    await ok(`device.${call}`, { deviceId: id })
  }
  const aggregated = (aggregation: string) => {
    const childAttributes = [{ name: 'moisture', mode: 'blacklist', deviceTags: tags }]
    return { name: aggregation, dataType: 'number', system: { aggregation, childAttributes } }
  }
  const device = { name: 'top', deviceClass: 'system', attributes: ['MEAN', 'MEDIAN', 'LAST'].map(aggregated) }
  const { id: parentId } = await ok<{ id: string }>('devices.post', { device })
  await ok('device.patch', { deviceId: id, device: { parentId } })
  clock.ms += 60_000
  await computeSystems(platform)
  expect(plans.filter((step) => /^S\w+ devices USING INDEX devices_computing/.test(step))).toHaveLength(2)
  database.close()
  await store.close()
  const ofPoints = plans.filter((step) => /^(SEARCH|SCAN) [pq]\b/.test(step))
  expect(ofPoints.length).toBeGreaterThan(30)
  for (const step of ofPoints)
    expect(step).toMatch(/^SEARCH [pq] USING PRIMARY KEY \(device_id=\? AND attribute=\? AND time/)
  // Parts come one by one, so that others are served between two.
  expect(plans.filter((step) => step === 'CO-ROUTINE parts').length).toBeGreaterThan(30)
  expect(plans.filter((step) => step === 'CO-ROUTINE ranges')).toHaveLength(3)
  expect(sorting.filter((query) => query.includes('parts('))).toEqual([])
  const tables = ['device_states', 'device_attributes', 'device_commands', 'device_log', 'devices', 'a', 'p', 'q']
  expect(plans.filter((step) => tables.some((table) => new RegExp(`^SCAN ${table}\\b`).test(step)))).toEqual([])
})

describePostgres(() => {
  it('reads numbers over time from the index alone, also where points are older than it', async () => {
    const { url, schema } = await createPostgresSchema()
    const before = migrations.slice(
      0,
      migrations.findIndex(({ name }) => name === '0006-covering-states'),
    )
    const older = await openStore({ url, file: '', migrations: before })
    const point = { device_id: 'd', attribute: 'moisture', time: 1, number: 7, text: null }
    await older.write((tx) =>
      sql`insert into device_states (device_id, attribute, time, number) values ('d', 'moisture', 1, 7)`.execute(tx),
    )
    await older.close()
    const store = await openStore({ url, file: '' })
    expect(await store.read.selectFrom('device_states').selectAll().execute()).toEqual([{ ...point, nth: 0 }])
    const query = selectParts(
      {
        ...{ devices: sql`1 = 1`, attributes: undefined, start: 0, end: 10, resolution: 5 },
        ...{ aggregation: { type: 'MEAN' }, order: 'asc', acrossDevices: true },
      },
      { dialect: 'postgres', pointsAPart: undefined, withSums: true, maxRows: 10 },
    ).compile(store.read)
    await store.close()
    const client = new pg.Client(url)
    await client.connect()
    // Of a table as small as this one the rest would be the cheaper way.
    for (const way of ['seqscan', 'bitmapscan']) await client.query(`set enable_${way} = off`)
    await client.query('vacuum device_states')
    const { rows } = await client.query(`explain ${query.sql}`, [...query.parameters])
    await client.end()
    await runOnPostgres(`drop schema ${schema} cascade`)
    const ofPoints = rows.map((row) => row['QUERY PLAN']).filter((step) => /\bon device_states\b/.test(step))
    expect(ofPoints.length).toBeGreaterThan(1)
    for (const step of ofPoints) expect(step).toContain('Index Only Scan using device_states_pk')
  })
})
