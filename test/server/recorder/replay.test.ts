/** A recorded run runs again as it ran, and says where a changed flow runs otherwise. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { compareRuns } from '../../../server/recorder/compare-runs.ts'
import { livelyServices } from './lively-services.ts'
import { load, recordRun, replayed } from './recorded-run.ts'

const start = 'name: Flow\non: { endpoint: POST /flow }\nnodes:\n'

describe('a recorded run', () => {
  test('of a parallel loop replays equal, however long its calls took', async () => {
    let ms = 0
    const now = vi.spyOn(performance, 'now').mockImplementation(() => ms)
    onTestFinished(() => now.mockRestore())
    const application = load(
      `${start}  - { type: loop, over: 12, item: working.item, parallel: true, do: [ { type: api, call: devices.post, with: { device: { name: Fern } } }, { type: generate-id, result: working.id } ] }\n  - { type: reply }\n`,
    )
    const lively = livelyServices([1])
    const slowly = (call: string) => {
      ms += 50
      return lively.api(call)
    }
    const record = await recordRun(application, {}, { ...lively, api: slowly })
    expect(compareRuns(record, await replayed(application, record))).toBeUndefined()
  })

  test('finds at each reading of the clock what it said then', async () => {
    const application = load(
      `${start}${['a', 'b', 'c'].map((name) => `  - { type: date-time, as: milliseconds, result: working.${name} }\n`).join('')}  - { type: reply, body: << working >> }\n`,
    )
    const record = await recordRun(application, {}, livelyServices())
    const began = Date.parse('2026-05-01T10:00:00Z')
    expect(record.reply).toMatchObject({ body: { a: began + 14, b: began + 21, c: began + 28 } })
    expect(await replayed(application, record)).toMatchObject({ reply: record.reply, time: record.time })
  })

  test('holds nodes, outputs, changes, calls with their answers, the reply', async () => {
    const application = load(
      `${start}  - { id: make, type: api, call: devices.post, with: { device: { name: Fern } }, result: working.device }\n` +
        '  - { type: reply, status: 201, body: { id: << working.device.result.id >> } }\n',
    )
    expect(await recordRun(application, { body: {} }, livelyServices())).toMatchObject({
      flow: 'flow',
      outcome: 'ok',
      time: '2026-05-01T10:00:00.007Z',
      isTraced: true,
      isCut: false,
      isRedacted: false,
      payload: { data: { body: {} }, time: { $date: '2026-05-01T10:00:00.007Z' } },
      visits: [
        {
          node: 'make',
          type: 'api',
          output: 'then',
          line: 4,
          changes: [{ path: 'working', value: { device: { result: { id: 'device-0', nth: 0 } } } }],
        },
        { type: 'reply', changes: [] },
      ],
      calls: [
        {
          visit: 0,
          call: 'devices.post',
          params: { device: { name: 'Fern' } },
          answer: { result: { id: 'device-0', nth: 0 } },
        },
      ],
      reply: { status: 201, body: { id: 'device-0' } },
    })
  })

  test.each([
    [
      'another output',
      'if: << data.body.count >> > 3',
      'if: << data.body.count >> > 9',
      { step: 1, what: 'its output', recorded: 'then', replayed: 'else' },
    ],
    [
      'another parameter',
      'name: Fern',
      'name: Moss',
      { step: 2, what: 'the parameters of its call devices.post at device.name', recorded: 'Fern', replayed: 'Moss' },
    ],
    [
      'another call',
      'call: devices.post',
      'call: experienceGroups.post',
      { step: 2, what: 'its call', recorded: 'devices.post', replayed: 'experienceGroups.post' },
    ],
    [
      'another value on the payload',
      'result: working.device',
      'result: working.pot',
      { step: 2, what: 'the payload at working at device' },
    ],
    [
      'another reply',
      'status: 201',
      'status: 200',
      { step: undefined, what: 'the reply at status', recorded: 201, replayed: 200 },
    ],
  ])('shows where a changed flow first does something else: %s', async (_, before, after, difference) => {
    const text = `${start}  - { id: ask, type: conditional, if: << data.body.count >> > 3, else: [ { type: reply } ] }
  - { id: make, type: api, call: devices.post, with: { device: { name: Fern } }, result: working.device }
  - { type: reply, status: 201 }
`
    expect(text).toContain(before)
    const record = await recordRun(load(text), { body: { count: 7 } }, livelyServices())
    const changed = text
      .replace(before, after)
      .replace(/(experienceGroups\.post, with: )\{ device:/, '$1{ experienceGroup:')
    expect(compareRuns(record, await replayed(load(changed), record))).toMatchObject(difference)
  })

  test('that failed replays to the same failure, and through the flow that handles it', async () => {
    const application = load(`${start}  - { id: bad, type: throw, message: Too dry << data.body.name >> }\n`, {
      'on-error.yaml':
        'name: On error\non: { error: global }\nnodes:\n  - { type: generate-id, result: working.id }\n  - { type: reply, status: 500, body: << data.errorInfo >> }\n',
    })
    const record = await recordRun(application, { body: { name: 'Fern' } }, livelyServices())
    expect(record).toMatchObject({ outcome: 'failed', error: { code: 'RUN_FAILED', node: 'bad', line: 4 } })
    expect(record.visits.map(({ type, error }) => [type, error?.message])).toEqual([
      ['throw', 'Too dry Fern'],
      ['generate-id', undefined],
      ['reply', undefined],
    ])
    expect(compareRuns(record, await replayed(application, record))).toBeUndefined()
  })
})

describe('what is hostile', () => {
  const application = load(
    `${start}  - { type: debug }\n  - { type: mutate, rules: [ { set: working.copy, to: << data >> } ] }\n  - { type: reply, body: ok }\n`,
  )

  test.each([
    [
      'a key __proto__',
      JSON.parse('{ "body": { "__proto__": { "polluted": true }, "constructor": 1, "a.b": 2, "$date": "no date" } }'),
    ],
    ['numbers that are none', { body: [Number.NaN, Number.POSITIVE_INFINITY, -0, undefined, 10n] }],
    ['dates and bytes', { body: { at: new Date(0), bytes: new Uint8Array([1, 255]), never: new Date(Number.NaN) } }],
    ['a circle', circle()],
    ['deep nesting', nested(3000)],
    ['a large text', { body: 'x'.repeat(5_000_000) }],
    ['many keys', { body: Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`key ${index}`, index])) }],
    [
      'many secrets',
      {
        body: {
          password: Array.from({ length: 5000 }, (_, index) => `secret-${index * 7919}`),
          text: 's'.repeat(30_000),
          more: 'secret-'.repeat(4000),
        },
      },
    ],
    ['a large key', { body: { ['-eyJ'.repeat(1_000_000)]: 1 } }],
    ['many nulls', { body: Array.from({ length: 300_000 }, () => null) }],
    ['many values', { body: Array.from({ length: 200_000 }, (_, index) => ({ index })) }],
  ])('is recorded within bounds, and harms nothing: %s', async (_, data) => {
    const record = await recordRun(application, data, livelyServices())
    expect(JSON.stringify(record).length).toBeLessThan(1_500_000)
    expect('polluted' in {}).toBe(false)
    if (!record.isCut) expect(compareRuns(record, await replayed(application, record))).toBeUndefined()
  })
})

function circle(): unknown {
  const body: Record<string, unknown> = {}
  body.self = body
  return { body }
}

function nested(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = { value }
  return value
}
