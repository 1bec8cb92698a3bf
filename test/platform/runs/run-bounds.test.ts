import { describe, expect, it } from 'vitest'
import type { Watch } from '../../../contracts/watches.ts'
import type { RunBounds } from '../../../platform/runs/run-bounds.ts'
import { failRun, queueRuns, readDueRuns, readFailedRuns } from '../../../platform/runs/triggered-runs.ts'
import { compileWatch } from '../../../platform/runs/watches.ts'
import { stateWatch } from '../state-watch.ts'
import { eachStore } from '../store/databases.ts'
import { openPlatform } from '../test-platform.ts'

const error = { code: 'RUN_FAILED', message: 'It failed.' }
const roomy: RunBounds = { waiting: 1000, failedOfFlow: 100, bytes: 1_000_000 }

eachStore((_name, open) => {
  async function setUp(bounds: Partial<RunBounds>, ...watches: Watch[]) {
    const test = await openPlatform(await open(), { runBounds: { ...roomy, ...bounds } })
    const { platform, clock } = test
    platform.watches.replace(watches.map(compileWatch))
    const queue = (flowId: string, data: unknown = null, dueAt?: number) =>
      queueRuns(
        platform,
        [{ trigger: `${flowId}/0/all`, flowId, begin: { time: 1, data, triggerType: 'webhook' } }],
        dueAt,
      )
    const fail = async (flowId: string, data?: unknown, message = error.message) => {
      clock.ms += 1000
      await queue(flowId, data)
      const [run] = await readDueRuns(platform, 1)
      if (run) await failRun(platform, run.id, 1, { ...error, message })
    }
    const failed = async (flowId: string) =>
      (await readFailedRuns(platform, { flowId, limit: 1000 })).map(({ begin }) => begin.data)
    return { ...test, queue, fail, failed }
  }

  describe('failed runs', () => {
    it('are kept up to a number for each flow, the last ones', async () => {
      const { fail, failed } = await setUp({ failedOfFlow: 2 })
      for (const data of ['a', 'b', 'c']) await fail('noisy', data)
      await fail('quiet', 'x')
      expect(await failed('noisy')).toEqual(['c', 'b'])
      expect(await failed('quiet')).toEqual(['x'])
    })

    it('are kept up to a size of all flows together, and the last one whatever its size', async () => {
      const { fail, failed } = await setUp({ bytes: 1000 })
      await fail('quiet', 'x')
      await fail('noisy', 'ü'.repeat(200))
      await fail('noisy', 'ö'.repeat(200))
      expect(await failed('noisy')).toEqual(['ö'.repeat(200), 'ü'.repeat(200)])
      await fail('noisy', 'z'.repeat(5000))
      expect(await failed('noisy')).toEqual(['z'.repeat(5000)])
      expect(await failed('quiet')).toEqual([])
    })

    it('are kept with the beginning of what a long error says', async () => {
      const { fail, platform } = await setUp({})
      await fail('noisy', 'x', 'a client sent this '.repeat(100_000))
      const [run] = await readFailedRuns(platform, { flowId: 'noisy', limit: 1 })
      expect(run?.error.message).toMatch(/^a client sent this .*… \[cut: 1900000 characters\]$/)
      expect(run?.error.message.length).toBeLessThan(5_000)
    })

    it('are kept for 30 days', async () => {
      const { fail, failed, clock } = await setUp({})
      await fail('noisy', 'old')
      clock.ms += 31 * 86_400_000
      await fail('noisy', 'new')
      expect(await failed('noisy')).toEqual(['new'])
    })
  })

  describe('runs that wait', () => {
    const refused = { code: 'PLATFORM_TOO_MANY_RUNS', status: 503, headers: { 'retry-after': '5' } }

    it('are refused past a number, those that are put off included, until there is room', async () => {
      const { queue, fail, platform, clock } = await setUp({ waiting: 2 })
      await queue('hook')
      await queue('hook', null, clock.ms + 60_000)
      await expect(queue('hook')).rejects.toMatchObject(refused)
      const [run] = await readDueRuns(platform, 1)
      await failRun(platform, run?.id ?? '', 1, error)
      await queue('hook')
      await expect(fail('hook')).rejects.toMatchObject(refused)
    })

    it('are refused past a size', async () => {
      const { queue } = await setUp({ bytes: 1000 })
      await queue('hook', 'a'.repeat(1000))
      await expect(queue('hook')).rejects.toMatchObject(refused)
    })

    it('are not added to by a state, which is refused and not stored; one that starts no run is', async () => {
      const { ok, refused: refusedCall, queue, platform } = await setUp({ waiting: 1 }, stateWatch())
      const attributes = [{ name: 'moisture', dataType: 'number' }]
      const { id: deviceId } = await ok<{ id: string }>('devices.post', { device: { name: 'pot', attributes } })
      await queue('hook')
      const params = { deviceId, deviceState: { data: { moisture: 1 } } }
      expect(await refusedCall('device.sendState', params)).toMatchObject({ statusCode: 503 })
      expect(await ok('device.getState', { deviceId })).toEqual([])
      platform.watches.replace([])
      await ok('device.sendState', params)
      expect(await ok('device.getState', { deviceId })).toMatchObject([{ data: { moisture: 1 } }])
    })
  })
})
