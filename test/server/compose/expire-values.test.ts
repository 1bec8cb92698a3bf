import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createStorage } from '../../../platform/storage/storage.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { startValueExpiry } from '../../../server/compose/expire-values.ts'
import { openPlatform, type TestPlatform } from '../../platform/test-platform.ts'

let test: TestPlatform

beforeEach(async () => {
  test = await openPlatform(await openTemporaryStore())
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await test.platform.store.close()
})

it('deletes what has expired at the start and every minute, by the clock of the platform, until it is stopped', async () => {
  const { platform, clock } = test
  const storage = createStorage(platform)
  const put = (key: string, ttlMs: number) =>
    storage.update({ scope: 'flow:a', key }, () => ({ value: 1, result: undefined, ttlMs }))
  const left = async () => {
    const rows = await platform.store.read.selectFrom('flow_storage').select('key').orderBy('key').execute()
    return rows.map(({ key }) => key)
  }
  await put('first', 1000)
  await put('second', 2000)
  await put('third', 3000)
  clock.ms += 1000
  const stop = startValueExpiry(platform)
  await expect.poll(left).toEqual(['second', 'third'])
  clock.ms += 1000
  vi.advanceTimersByTime(60_000)
  await expect.poll(left).toEqual(['third'])
  await stop()
  clock.ms += 1000
  vi.advanceTimersByTime(600_000)
  expect(await left()).toEqual(['third'])
  expect(test.errors).toEqual([])
})
