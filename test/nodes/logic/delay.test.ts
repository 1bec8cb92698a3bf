import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { delay } from '../../../nodes/logic/delay.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { quietServices } from '../../services.ts'
import { problemsOf, runNode } from '../run-node.ts'

describe('a delay node', () => {
  test.each([
    [0, 0],
    [0.25, 250],
    ['2', 2000],
    [59, 59_000],
  ])('given %j waits for %i ms', async (seconds, ms) => {
    const waits: number[] = []
    const sleep = async (asked: number) => {
      waits.push(asked)
    }
    const { output } = await runNode({
      yaml: 'type: delay\nseconds: << data.seconds >>',
      payload: { data: { seconds } },
      services: { sleep },
    })
    expect([output, waits]).toEqual(['next', [ms]])
  })

  test.each([-1, 59.5, 'soon', null, '', [1]])('fails the run where it is given %j', async (seconds) => {
    const yaml = 'type: delay\nseconds: << data.seconds >>'
    expect((await runNode({ yaml, payload: { data: { seconds } } })).error).toBeDefined()
  })

  test('ends with the run, whose time does not wait', async () => {
    const text = 'name: F\non: { button: go }\nnodes:\n  - { type: delay, seconds: 59 }\n'
    const { application } = loadSources([{ file: 'f.yaml', text }], { runTimeoutMs: 20 })
    const trigger = application?.buttons[0]
    if (!application || !trigger) throw new Error('It does not load.')
    const waits: Promise<void>[] = []
    const sleep = (ms: number, signal: AbortSignal) => {
      const wait = pause(ms, undefined, { signal })
      waits.push(wait)
      return wait
    }
    const services = quietServices({ sleep })
    const running = application.start({
      trigger,
      id: 'r',
      applicationId: 'a',
      data: {},
      services,
      log: () => undefined,
    })
    expect(await running.done).toMatchObject({ error: { code: 'RUN_TIMED_OUT', status: 504 } })
    await expect(waits[0]).rejects.toMatchObject({ name: 'AbortError' })
  })
})

test.each(['60', '-1', 'soon', 'true'])('A delay node of %s seconds does not load', (seconds) => {
  expect(problemsOf(`type: delay\nseconds: ${seconds}`).map(({ code }) => code)).toEqual(['FLOW_WRONG_TYPE'])
})

test("Losant's DelayNode becomes a delay node", () => {
  expect(delay.losant?.translate?.({ delay: '0.1' })).toEqual({ seconds: 0.1 })
  expect(delay.losant?.translate?.({ delay: '{{data.s}}' })).toEqual({ seconds: '{{data.s}}' })
})
