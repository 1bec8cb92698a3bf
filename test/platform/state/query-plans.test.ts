import Database from 'better-sqlite3'
import { type CompiledQuery, type QueryResult, sql } from 'kysely'
import { expect, it } from 'vitest'
import { aggregations } from '../../../platform/state/time-series.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { openPlatform } from '../test-platform.ts'

it('on SQLite every query of points reads one stretch of the primary key an attribute, and none but the points it asks for', async () => {
  const store = await openTemporaryStore()
  const { ok, platform } = await openPlatform(store)
  const attributes = [{ name: 'moisture', dataType: 'number' }]
  const tags = [{ key: 'fleet', value: 'west' }]
  const { id } = await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes, tags } })
  await ok('device.sendState', { deviceId: id, deviceState: { data: { moisture: 1 } } })
  const { rows } = await sql<{ file: string }>`select file from pragma_database_list where name = 'main'`.execute(
    platform.store.read,
  )
  const database = new Database(String(rows[0]?.file), { readonly: true })
  const plans: string[] = []
  const executor = store.read.getExecutor()
  const { executeQuery } = executor
  executor.executeQuery = <Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>> => {
    const steps = database.prepare<unknown[], { detail: string }>(`explain query plan ${query.sql}`)
    plans.push(...steps.all(query.parameters).map(({ detail }) => detail))
    return executeQuery.call(executor, query) as Promise<QueryResult<Row>>
  }
  const devices = { deviceIds: [id], duration: 86_400_000, resolution: 300_000 }
  for (const aggregation of [...aggregations, 'NONE']) {
    await ok('data.timeSeriesQuery', { query: { ...devices, aggregation } })
    if (aggregation === 'NONE') continue
    await ok('data.timeSeriesQuery', { query: { ...devices, aggregation, deviceTags: tags, acrossDevices: true } })
  }
  await ok('data.lastValueQuery', { query: { deviceTags: tags, attribute: 'moisture' } })
  for (const call of ['getState', 'getCompositeState', 'getCommand', 'getLogEntries']) {
    await ok(`device.${call}`, { deviceId: id })
  }
  database.close()
  await store.close()
  const ofPoints = plans.filter((step) => /^(SEARCH|SCAN) [pq]\b/.test(step))
  expect(ofPoints.length).toBeGreaterThan(30)
  for (const step of ofPoints)
    expect(step).toMatch(/^SEARCH [pq] USING PRIMARY KEY \(device_id=\? AND attribute=\? AND time/)
  const tables = ['device_states', 'device_attributes', 'device_commands', 'device_log', 'devices', 'a', 'p', 'q']
  expect(plans.filter((step) => tables.some((table) => new RegExp(`^SCAN ${table}\\b`).test(step)))).toEqual([])
})
