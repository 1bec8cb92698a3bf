import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { startSystems } from '../../../server/compose/compute-systems.ts'
import { openPlatform, type TestPlatform } from '../../platform/test-platform.ts'

let test: TestPlatform

beforeEach(async () => {
  test = await openPlatform(await openTemporaryStore())
  Object.assign(test.clock, { now: () => Date.now() })
  // The store's turns of the event loop stay real.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.UTC(2026, 0, 2, 3, 4, 5) })
})
afterEach(async () => {
  vi.useRealTimers()
  await test.platform.store.close()
})

async function add(): Promise<string> {
  const system = { aggregation: 'COUNT', childAttributes: [{ name: 'x', mode: 'all' }] }
  const attributes = [{ name: 'count', dataType: 'number', system }]
  const device = { name: 'top', deviceClass: 'system', systemInterval: 10, attributes }
  return (await test.ok<{ id: string }>('devices.post', { device })).id
}

/** The seconds of the states that are there so many seconds later. */
async function secondsAfter(id: string, seconds: number): Promise<number[]> {
  for (let second = 0; second < seconds; second++) {
    await vi.advanceTimersByTimeAsync(1000)
    // A look at the systems is some reads, a scan, a write and a read.
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
  }
  const states = await test.ok<{ time: string }[]>('device.getState', { deviceId: id, limit: 100 })
  return states.map(({ time }) => new Date(time).getSeconds()).reverse()
}

it('computes systems when they are due, those that were made since too, until it is stopped', async () => {
  const stop = startSystems(test.platform)
  const id = await add()
  expect(await secondsAfter(id, 26)).toEqual([10, 20, 30])
  await stop()
  expect(await secondsAfter(id, 60)).toEqual([10, 20, 30])
  const again = startSystems(test.platform)
  expect(await secondsAfter(id, 1)).toEqual([10, 20, 30, 30])
  await again()
})

it('is late where the store did not answer, and goes on', async () => {
  const stop = startSystems(test.platform)
  const id = await add()
  const { read } = test.platform.store
  const executor = vi.spyOn(read, 'getExecutor').mockImplementation(() => {
    throw new Error('the store is away')
  })
  await vi.advanceTimersByTimeAsync(11_000)
  executor.mockRestore()
  expect(test.errors).not.toEqual([])
  expect(await secondsAfter(id, 10)).toEqual([10, 20])
  await stop()
})
