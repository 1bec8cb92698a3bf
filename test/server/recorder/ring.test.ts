/** How much is kept. */
import { describe, expect, test } from 'vitest'
import { keepRuns, listKeptRuns, readKeptRun } from '../../../platform/runs/recorded-runs.ts'
import { createRing, type KeptRun } from '../../../server/recorder/ring.ts'
import { eachStore } from '../../platform/store/databases.ts'

const start = Date.parse('2026-05-01T00:00:00Z')

function run(id: string, flow = 'a', seconds = 0, size = 10): KeptRun {
  const time = new Date(start + seconds * 1000).toISOString()
  return {
    summary: { id, flow, trigger: { id: `${flow}/0`, type: 'endpoint' }, time, ms: 1, outcome: 'failed' },
    json: 'x'.repeat(size),
  }
}

describe('The ring keeps', () => {
  const bounds = { runsOfFlow: 2, bytes: 100, ms: 10_000 }
  const idsOf = (ring: ReturnType<typeof createRing>) => ring.list().map(({ summary }) => summary.id)

  test('the last runs of each flow', () => {
    const ring = createRing(bounds, () => start)
    for (const made of [run('1'), run('2', 'b'), run('3'), run('4')]) ring.add(made)
    expect(idsOf(ring)).toEqual(['2', '3', '4'])
    expect(ring.find('1')).toBeUndefined()
  })

  test('no more bytes than it may, and no run that is larger', () => {
    const ring = createRing({ ...bounds, runsOfFlow: 9 }, () => start)
    for (const id of ['1', '2', '3', '4', '5', '6']) ring.add(run(id))
    expect(idsOf(ring)).toEqual(['2', '3', '4', '5', '6'])
    ring.add(run('7', 'a', 0, 51))
    expect(idsOf(ring)).toEqual(['2', '3', '4', '5', '6'])
  })

  test('no run for longer than it may', () => {
    let now = start
    const ring = createRing(bounds, () => now)
    ring.add(run('1'))
    ring.add(run('2', 'a', 5))
    now += 11_000
    expect(idsOf(ring)).toEqual(['2'])
    expect(ring.find('1')).toBeUndefined()
  })

  test('the last attempt of a run that is tried again', () => {
    const ring = createRing(bounds, () => start)
    ring.add(run('1'))
    ring.add(run('1', 'a', 3))
    expect(ring.list().map(({ summary }) => summary.time)).toEqual(['2026-05-01T00:00:03.000Z'])
  })
})

eachStore((name, open) => {
  const stored = (id: string, flowId: string, seconds: number, record = '{}') => ({
    id,
    flowId,
    time: start + seconds * 1000,
    summary: `"${id}"`,
    record,
  })
  const all = { ms: 1_000_000, limit: 100 }

  test(`The store on ${name} keeps failed runs within their number, size and age`, async () => {
    const store = await open()
    const platform = { store, clock: { now: () => start + 100_000 } }
    const bounds = { runsOfFlow: 2, bytes: 49, ms: 99_000 }
    await keepRuns(platform, [stored('1', 'a', 0), stored('2', 'a', 2), stored('3', 'b', 3)], bounds)
    expect(await listKeptRuns(platform, all)).toEqual(['"3"', '"2"'])
    await keepRuns(platform, [stored('4', 'a', 4), stored('5', 'a', 5), stored('2', 'a', 2)], bounds)
    expect(await listKeptRuns(platform, all)).toEqual(['"5"', '"4"', '"3"'])
    expect(await listKeptRuns(platform, { ...all, flowId: 'a', limit: 1 })).toEqual(['"5"'])
    expect(await listKeptRuns(platform, { ...all, ms: 95_500 })).toEqual(['"5"'])
    await keepRuns(platform, [stored('6', 'c', 6, 'é'.repeat(18))], bounds)
    expect(await listKeptRuns(platform, all)).toEqual(['"6"', '"5"', '"4"'])
    expect(await readKeptRun(platform, '6', 1_000_000)).toBe('é'.repeat(18))
    expect(await readKeptRun(platform, '3', 1_000_000)).toBeUndefined()
    expect(await readKeptRun(platform, '6', 1)).toBeUndefined()
  })
})
