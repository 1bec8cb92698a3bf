/** Flows that flows start, over the real store and queue. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RunOutcome } from '../../../engine/application.ts'
import type { Services } from '../../../engine/services.ts'
import { readDueRuns, readFailedRuns } from '../../../platform/runs/triggered-runs.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { createServices } from '../../../server/compose/services.ts'
import { createFlowStarter } from '../../../server/compose/start-flow.ts'
import { createTriggers } from '../../../server/triggers/triggers.ts'
import { openPlatform } from '../../platform/test-platform.ts'
import { noEffects } from '../../services.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Each flow has a button, Go. What a `debug` node shows is noted. */
async function setUp(flows: Readonly<Record<string, string>>, atOnce = 4) {
  const store = await openTemporaryStore()
  closing.push(() => store.close())
  const test = await openPlatform(store)
  const { platform } = test
  const sources = Object.entries(flows).map(([id, nodes]) => ({
    file: `${id}.yaml`,
    text: `name: ${id}\non: { button: Go }\n${nodes}`,
  }))
  const { application, problems } = loadSources(sources)
  if (!application) throw new Error(JSON.stringify(problems, null, 2))
  const startFlow = createFlowStarter(platform, () => application)
  const services: Services = createServices(platform, { ...noEffects, startFlow })()
  const seen: unknown[] = []
  const log = (_level: string, _message: string, details?: unknown) => seen.push(details)
  const begin = async () => {
    const triggers = createTriggers({ platform, application: () => application, services, log, atOnce })
    closing.push(() => triggers.stop())
    await triggers.start(application)
    return triggers
  }
  const press = (id: string, data: unknown = {}): Promise<RunOutcome> => {
    const trigger = application.buttons.find(({ flow }) => flow.id === id)
    if (!trigger) throw new Error(`There is no flow ${id}.`)
    return application.start({ trigger, id: 'pressed', applicationId: platform.applicationId, data, services, log })
      .done
  }
  const left = () => store.read.selectFrom('triggered_runs').selectAll().orderBy('id').execute()
  const failed = (flowId: string) => readFailedRuns(platform, { flowId, limit: 10 })
  return { ...test, startFlow, begin, press, left, failed, seen }
}

const start = (flow: string, more = '') =>
  `{ type: workflow-trigger, flow: ${flow}, button: Go, result: working.started${more} }`

describe('a flow that a flow starts', () => {
  const flows = {
    asks: `nodes:\n  - ${start('works', ', data: << data.pot >>')}\n  - { type: mutate, rules: [ { set: data.pot.name, to: changed } ] }\n`,
    works: 'nodes: [ { type: debug, message: << triggerType >> } ]\n',
  }

  it('runs apart from it, with the data as they were, and knows who asked', async () => {
    const { begin, press, left, seen, clock, platform } = await setUp(flows)
    await begin()
    const { payload, error } = await press('asks', { pot: { name: 'Fern' } })
    expect(error).toBeUndefined()
    await expect.poll(left).toEqual([])
    expect(seen).toEqual([
      expect.objectContaining({
        data: { name: 'Fern' },
        time: new Date(clock.ms),
        flowId: 'works',
        applicationId: platform.applicationId,
        triggerId: 'works/0/Go',
        triggerType: 'virtualButton',
        relayId: 'asks',
        relayType: 'flow',
      }),
    ])
    expect(payload).toMatchObject({ working: { started: { runId: expect.stringMatching(/^[0-9a-f]{24}$/) } } })
  })

  it('runs after the next start, if the process ended before', async () => {
    const { begin, press, left, seen } = await setUp(flows)
    const { payload } = await press('asks', { pot: { name: 'Fern' } })
    const [run] = await left()
    expect(payload).toMatchObject({ working: { started: { runId: run?.id } } })
    expect(seen).toEqual([])
    await begin()
    await expect.poll(left).toEqual([])
    expect(seen).toMatchObject([{ data: { name: 'Fern' } }])
  })

  it('that fails is tried again as it says, and leaves the other alone', async () => {
    const { begin, press, failed, clock } = await setUp({
      asks: `nodes: [ ${start('works')} ]\n`,
      works: 'retry: { times: 1, seconds: 0.1 }\nnodes: [ { type: throw, message: Too dry. } ]\n',
    })
    await begin()
    expect((await press('asks')).error).toBeUndefined()
    const failedLater = () => {
      clock.ms += 100
      return failed('works')
    }
    await expect.poll(failedLater).toMatchObject([{ attempts: 2, error: { node: 'nodes[0]' } }])
    expect(await failed('asks')).toEqual([])
  })

  it('runs when it is due, also after the next start, and not before', async () => {
    const { begin, press, left, seen, clock, platform } = await setUp({
      asks: `nodes: [ ${start('works', ', after: 60')} ]\n`,
      works: 'nodes: [ { type: debug } ]\n',
    })
    const early = await begin()
    await press('asks')
    const due = clock.ms + 60_000
    expect(await left()).toMatchObject([{ due_at: due }])
    clock.ms = due - 1
    await early.stop()
    expect(await readDueRuns(platform, 10)).toEqual([])
    expect(seen).toEqual([])
    clock.ms = due
    await begin()
    await expect.poll(left).toEqual([])
    expect(seen).toMatchObject([{ flowId: 'works', time: new Date(due) }])
  })

  it('runs when it is due, without a start between', async () => {
    const { begin, press, left, seen, clock } = await setUp({
      asks: `nodes: [ ${start('works', ', after: 0.1')} ]\n`,
      works: 'nodes: [ { type: debug } ]\n',
    })
    await begin()
    await press('asks')
    expect(await left()).toHaveLength(1)
    clock.ms += 100
    await expect.poll(left).toEqual([])
    expect(seen).toHaveLength(1)
  })

  it('runs one after another, if it says so', async () => {
    const { begin, press, left, seen } = await setUp({
      asks: `nodes:\n  - { type: loop, over: 9, item: working.n, do: [ ${start('works', ', data: << working.n.index >>')} ] }\n`,
      works: 'inOrder: true\nnodes: [ { type: delay, seconds: 0 }, { type: debug, property: data } ]\n',
    })
    await begin()
    expect((await press('asks')).error).toBeUndefined()
    await expect.poll(left).toEqual([])
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })
})

describe('flows that start each other', () => {
  it('come to rest, with an error that says why', async () => {
    const { begin, press, left, failed, seen } = await setUp({
      ping: `nodes: [ { type: debug, property: flowId }, ${start('pong')} ]\n`,
      pong: `nodes: [ { type: debug, property: flowId }, ${start('ping')} ]\n`,
    })
    await begin()
    expect((await press('ping')).error).toBeUndefined()
    await expect.poll(left).toMatchObject([{ due_at: null }])
    expect(seen.filter((shown) => shown === 'ping')).toHaveLength(11)
    expect(seen.filter((shown) => shown === 'pong')).toHaveLength(10)
    expect(await failed('ping')).toMatchObject([
      { error: { node: 'nodes[1]', message: expect.stringContaining('a chain of 20 flows') } },
    ])
  })

  it('may go on, if they take a minute each time', async () => {
    const { startFlow, left, clock } = await setUp({ asks: `nodes: [ ${start('asks')} ]\n` })
    const ask = { flow: 'asks', button: 'Go', data: {}, by: 'asks', depth: 20 }
    await startFlow({ ...ask, dueAt: clock.ms + 60_000 })
    await expect(startFlow({ ...ask, dueAt: clock.ms + 59_999 })).rejects.toThrow('20 flows')
    expect((await left()).map(({ begin }) => JSON.parse(begin))).toMatchObject([{ depth: 0 }])
  })
})

it('A start that the store does not take fails the run that asked', async () => {
  const { press, platform, left } = await setUp({ asks: `nodes: [ ${start('asks')} ]\n` })
  vi.spyOn(platform.store, 'write').mockRejectedValueOnce(new Error('The disk is gone.'))
  const { error, payload } = await press('asks')
  expect(String(error)).toContain('The disk is gone.')
  expect(payload).not.toHaveProperty('working')
  expect(await left()).toEqual([])
})
