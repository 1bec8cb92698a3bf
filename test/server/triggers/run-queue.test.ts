import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Services } from '../../../engine/services.ts'
import { readFailedRuns } from '../../../platform/runs/triggered-runs.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { createServices } from '../../../server/compose/services.ts'
import { createTriggers } from '../../../server/triggers/triggers.ts'
import { openPlatform } from '../../platform/test-platform.ts'
import { noEffects } from '../../services.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closing.splice(0).reverse()) await close()
})

/** A flow that a device's state starts. It calls `application.get` for each, which is answered by `answer`. */
const flow = (more = '') => `name: Water
${more}
on: { device-state: all }
nodes:
  - type: api
    call: application.get
    with: {}
    result: working.application
`

async function setUp(files: Readonly<Record<string, string>> = { 'water.yaml': flow() }) {
  const store = await openTemporaryStore()
  closing.push(() => store.close())
  const test = await openPlatform(store)
  const { platform } = test
  let { application, watches } = load(files)
  const calls: string[] = []
  const scene = { answer: async () => {} }
  const live = createServices(platform, noEffects)()
  const services: Services = {
    ...live,
    async api(call, params) {
      calls.push(call)
      await scene.answer()
      return live.api(call, params)
    },
  }
  const log = vi.fn()
  const begin = () => {
    const triggers = createTriggers({ platform, application: () => application, services, log, atOnce: 4 })
    triggers.watch(watches)
    closing.push(() => triggers.stop())
    return triggers
  }
  const serve = async (next: Readonly<Record<string, string>>) => {
    ;({ application, watches } = load(next))
  }
  const device = { name: 'pot', attributes: [{ name: 'moisture', dataType: 'number' }] }
  const { id: deviceId } = await test.ok<{ id: string }>('devices.post', { device })
  let moisture = 0
  const report = () => test.ok('device.sendState', { deviceId, deviceState: { data: { moisture: moisture++ } } })
  const left = () => store.read.selectFrom('triggered_runs').selectAll().orderBy('id').execute()
  const failed = () => readFailedRuns(platform, { flowId: 'water', limit: 10 })
  return {
    ...test,
    scene,
    calls,
    log,
    begin,
    serve,
    report,
    left,
    failed,
    start: () => application,
    watches: () => watches,
  }
}

function load(files: Readonly<Record<string, string>>) {
  const { application, problems, watches } = loadSources(Object.entries(files).map(([file, text]) => ({ file, text })))
  if (!application) throw new Error(JSON.stringify(problems, null, 2))
  return { application, watches }
}

describe('a run that a state has started', () => {
  it('is run, and crossed out', async () => {
    const { begin, start, report, calls, left } = await setUp()
    await begin().start(start())
    await report()
    await expect.poll(left).toEqual([])
    expect(calls).toEqual(['application.get'])
  })

  it('is run after the next start, if the process ended before', async () => {
    const { begin, start, report, calls, left } = await setUp()
    const before = begin()
    for (let n = 0; n < 20; n++) await report()
    await before.stop()
    expect(calls).toEqual([])
    expect(await left()).toHaveLength(20)
    await begin().start(start())
    await expect.poll(left).toEqual([])
    expect(calls).toHaveLength(20)
  })

  it('is finished before a stop, and no other one is begun', async () => {
    const { begin, start, report, calls, left, scene } = await setUp()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    scene.answer = () => held
    const triggers = begin()
    await triggers.start(start())
    for (let n = 0; n < 6; n++) await report()
    await expect.poll(() => calls).toHaveLength(4)
    const stopped = triggers.stop()
    release()
    await stopped
    expect(calls).toHaveLength(4)
    expect(await left()).toHaveLength(2)
  })

  it('that fails is shown with node and error', async () => {
    const { begin, start, report, left, failed, scene, ok, clock } = await setUp()
    scene.answer = () => Promise.reject(new Error('The tank is empty.'))
    await begin().start(start())
    await report()
    await expect.poll(failed).toHaveLength(1)
    expect(await left()).toMatchObject([{ due_at: null, attempts: 1, failed_at: clock.ms }])
    expect(await ok('flow.errors', { flowId: 'water' })).toEqual({
      flowId: 'water',
      limit: 25,
      sortDirection: 'desc',
      start: new Date(clock.ms - 30 * 86_400_000).toISOString(),
      end: new Date(clock.ms).toISOString(),
      errors: [
        {
          time: new Date(clock.ms).toISOString(),
          nodeId: 'nodes[0]',
          error: { name: 'RUN_FAILED', message: expect.stringContaining('The tank is empty.') },
          runId: expect.stringMatching(/^[0-9a-f]{24}$/),
          trigger: 'water/0/all',
          attempts: 1,
          file: 'water.yaml',
          line: 5,
        },
      ],
    })
    expect(await ok('flow.errors', { flowId: 'another' })).toMatchObject({ errors: [] })
  })

  it('that fails is tried again as often as its flow says, each time after twice as long', async () => {
    const { begin, start, report, calls, left, failed, scene, clock } = await setUp({
      'water.yaml': flow('retry: { times: 2, seconds: 10 }'),
    })
    scene.answer = () => Promise.reject(new Error('The tank is empty.'))
    const triggers = begin()
    await triggers.start(start())
    await report()
    await expect.poll(left).toMatchObject([{ attempts: 1, due_at: clock.ms + 10_000 }])
    await triggers.stop()
    for (const [ms, attempts, due] of [
      [10_000, 2, 20_000],
      [20_000, 3, null],
    ] as const) {
      clock.ms += ms - 1
      const early = begin()
      await early.start(start())
      await early.stop()
      expect(calls).toHaveLength(attempts - 1)
      clock.ms += 1
      const next = begin()
      await next.start(start())
      const due_at = due === null ? null : clock.ms + due
      await expect.poll(left).toMatchObject([{ attempts, due_at }])
      await next.stop()
    }
    expect(await failed()).toMatchObject([{ attempts: 3 }])
  })

  it('that fails once is well after the next time, without a start between', async () => {
    const { begin, start, report, calls, left, scene, clock } = await setUp({
      'water.yaml': flow('retry: { times: 1, seconds: 0.1 }'),
    })
    scene.answer = () => (calls.length === 1 ? Promise.reject(new Error('Not now.')) : Promise.resolve())
    await begin().start(start())
    await report()
    await expect.poll(() => calls).toHaveLength(1)
    clock.ms += 100
    await expect.poll(left).toEqual([])
    expect(calls).toHaveLength(2)
  })

  it('of a trigger that is no more is shown as failed', async () => {
    const { begin, start, serve, report, failed, calls } = await setUp()
    const triggers = begin()
    await report()
    await serve({ 'other.yaml': flow() })
    await triggers.start(start())
    await expect.poll(failed).toMatchObject([{ error: { code: 'RUN_NO_TRIGGER' } }])
    expect(calls).toEqual([])
  })

  it('is run again where the store did not take its end', async () => {
    const { begin, start, report, left, platform, calls, scene } = await setUp()
    await begin().start(start())
    scene.answer = async () => {
      if (calls.length === 1) vi.spyOn(platform.store, 'write').mockRejectedValueOnce(new Error('The disk is gone.'))
    }
    await report()
    await expect.poll(left).toEqual([])
    expect(calls).toHaveLength(2)
  })
})

describe('after a reload', () => {
  it('the new triggers count', async () => {
    const { begin, start, watches, serve, report, calls, left } = await setUp()
    const triggers = begin()
    await triggers.start(start())
    await serve({ 'water.yaml': flow().replace('device-state: all', 'button: By hand') })
    await triggers.follow(start(), watches())
    await report()
    await triggers.stop()
    expect(await left()).toEqual([])
    expect(calls).toEqual([])
  })
})
