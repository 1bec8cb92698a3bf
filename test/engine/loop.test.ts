import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Limits } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import { compile, heldCalls, type StartOptions, settle, start } from './fixtures.ts'

/** Runs a flow of these nodes to its end. */
async function run(nodes: string, options: StartOptions = {}, limits: Partial<Limits> = {}) {
  const started = start(compile(`name: F\non: { button: go }\nnodes:\n${nodes}`, limits), options)
  const outcome = await started.done
  return { ...outcome, names: started.names(), visits: started.visits }
}

const answer: Services['api'] = async () => ({ result: { id: 1 } })

describe('a loop', () => {
  it('goes through its nodes once an item, and each iteration finds what those before it wrote', async () => {
    const nodes = `
- { id: begin, type: set, path: working.text, to: "-" }
- id: each
  type: loop
  over: << data.body >>
  item: working.item
  do:
    - { id: add, type: set, path: working.text, to: "<< working.text >><< working.item.value >>" }
- { id: after, type: step }`
    const { names, visits, payload } = await run(nodes, { body: ['a', 'b'] })
    expect(names).toEqual(['begin', 'each', 'add', 'each', 'add', 'each', 'after'])
    expect(visits.filter(({ id }) => id === 'each').map(({ output }) => output)).toEqual(['do', 'do', 'next'])
    expect(payload.working).toEqual({ text: '-ab', item: { value: 'b', index: 1, last: true } })
  })

  it('waits for an iteration before it begins the next', async () => {
    const { held, api } = heldCalls()
    const nodes =
      '- { id: each, type: loop, over: 2, item: working.i, do: [ { id: asks, type: ask, call: x } ] }\n- { id: z, type: step }'
    const started = start(compile(`name: F\non: { button: go }\nnodes:\n${nodes}`), { api })
    expect(held).toHaveLength(1)
    held[0]?.({ result: {} })
    await settle()
    expect(held).toHaveLength(2)
    expect(started.names()).toEqual(['each', 'asks', 'each'])
    held[1]?.({ result: {} })
    await started.done
    expect(started.names()).toEqual(['each', 'asks', 'each', 'asks', 'each', 'z'])
  })

  it('goes on with the next iteration at "end", and with what comes after it at "break"', async () => {
    const nodes = `
- id: each
  type: loop
  over: << data.body >>
  item: working.item
  do:
    - id: choose
      type: switch
      value: << working.item.value >>
      cases:
        - { is: skip, then: end }
        - { is: stop, then: break }
    - { id: use, type: step }
- { id: after, type: step }`
    const { names } = await run(nodes, { body: ['a', 'skip', 'stop', 'b'] })
    expect(names.filter((name) => name !== 'each')).toEqual(['choose', 'use', 'choose', 'choose', 'after'])
  })

  it('is broken alone, and not the loop around it', async () => {
    const nodes = `
- id: outer
  type: loop
  over: 2
  item: working.a
  do:
    - { id: inner, type: loop, over: 3, item: working.b, do: [ { id: one, type: step, next: break } ] }
    - { id: two, type: step }`
    const { names } = await run(nodes)
    const ofOne = ['outer', 'inner', 'one', 'inner', 'two']
    expect(names).toEqual([...ofOne, ...ofOne, 'outer'])
  })

  it('ends an iteration when every branch of a split has ended, and leaves what they wrote to them', async () => {
    const { held, api } = heldCalls()
    const nodes = `
- id: each
  type: loop
  over: 2
  item: working.i
  do:
    - { type: set, path: working.before, to: << working.i.index >> }
    - id: fork
      type: step
      next:
        - [ { type: ask, call: x, result: working.slow } ]
        - [ { type: set, path: working.quick, to: 1, next: break } ]
- { id: after, type: step }`
    const started = start(compile(`name: F\non: { button: go }\nnodes:\n${nodes}`), { api })
    await settle()
    expect(started.names()).not.toContain('after')
    held[0]?.({ result: {} })
    const { payload } = await started.done
    expect(started.names().filter((name) => name === 'fork')).toHaveLength(1)
    expect(payload.working).toEqual({ i: { value: 0, index: 0, first: true }, before: 0 })
  })

  it('may reply and break: the first reply counts, and the run goes on after the loop', async () => {
    const flow = `name: F
on: { endpoint: GET /a }
nodes:
  - id: each
    type: loop
    over: << data.body >>
    item: working.item
    do:
      - type: pick
        if: << working.item.value >> > 1
        then: [ { id: found, type: reply, body: << working.item.value >>, next: break } ]
  - { id: none, type: reply, status: 404 }`
    const hit = start(compile(flow), { body: [1, 2, 3] })
    expect((await hit.reply).body).toBe(2)
    await hit.done
    expect(hit.names().filter((name) => name === 'found' || name === 'none')).toEqual(['found', 'none'])
    expect((await start(compile(flow), { body: [1] }).reply).status).toBe(404)
  })

  it('keeps what each iteration collected as it was then', async () => {
    const nodes = `
- { type: set, path: working.row, to: {} }
- type: loop
  over: 3
  item: working.i
  do: [ { type: set, path: working.row.n, to: << working.i.value >> } ]
  collect: << working.row >>
  result: working.rows`
    expect((await run(nodes)).payload.working).toMatchObject({ rows: [{ n: 0 }, { n: 1 }, { n: 2 }] })
  })

  it('keeps what the iteration that broke it collected, and none after', async () => {
    const nodes = `
- type: loop
  over: << data.body >>
  item: working.i
  do: [ { type: pick, if: << working.i.index >> == 1, then: break } ]
  collect: << working.i.value >>
  result: working.seen`
    expect((await run(nodes, { body: ['a', 'b', 'c'] })).payload.working).toMatchObject({ seen: ['a', 'b'] })
  })
})

describe('a parallel loop', () => {
  const parallel = (body: string) => `
- id: each
  type: loop
  parallel: true
  over: << data.body >>
  item: working.item
  collect: << working.found >>
  result: working.all
  do:
    ${body}
- { id: after, type: step }`

  it('has five iterations under way, and collects in the order of items', async () => {
    const { held, api } = heldCalls()
    const nodes = parallel('- { type: ask, call: x, result: working.found }')
    const started = start(compile(`name: F\non: { button: go }\nnodes:${nodes}`), { api, body: 'abcdefg' })
    expect(held).toHaveLength(5)
    held[4]?.({ result: 4 })
    held[2]?.({ result: 2 })
    await settle()
    expect(held).toHaveLength(7)
    for (const n of [6, 5, 3, 1, 0]) held[n]?.({ result: n })
    const { payload } = await started.done
    expect(payload.working).toEqual({ all: [0, 1, 2, 3, 4, 5, 6].map((result) => ({ result })) })
  })

  it('gives each iteration a payload and an item of its own', async () => {
    const nodes = parallel(`- { type: set, path: working.item.value.n, to: << working.item.index >> }
    - { type: set, path: working.found, to: << data.body >> }
    - { type: set, path: data.body, to: gone }`)
    const { payload } = await run(nodes, { body: [{}, {}] })
    expect(payload).toMatchObject({ data: { body: [{}, {}] } })
    expect(payload.working).toEqual({
      all: [
        [{}, {}],
        [{}, {}],
      ],
    })
  })

  it('lets every iteration come to its end before it throws what the first to fail threw', async () => {
    const nodes = parallel(`- type: switch
      value: << working.item.value >>
      cases:
        - { is: b, then: [ { id: first, type: fail } ] }
        - { is: d, then: [ { id: second, type: fail } ] }
    - { id: asks, type: ask, call: x }
    - { id: use, type: step }`).replace('  collect: << working.found >>\n', '')
    const { names, error } = await run(nodes, { body: 'abcdefg', api: answer })
    expect(error).toMatchObject({ message: expect.stringContaining('first (flow.yaml:15): it broke') })
    expect(names.filter((name) => name === 'use')).toHaveLength(5)
    expect(names).not.toContain('after')
  })
})

describe('a loop that fails', () => {
  it('stops there, and hands the error triggers the node and the payload of the iteration', async () => {
    const flow = `name: F
on: [ { endpoint: GET /a }, { error: local, then: handler } ]
nodes:
  - id: each
    type: loop
    over: << data.body >>
    item: working.item
    do:
      - id: inner
        type: loop
        over: 1
        item: working.one
        do:
          - { id: look, type: pick, if: << working.item.value >> == "b", then: [ { id: broken, type: fail } ] }
          - { type: ask, call: x }
  - { type: reply, next: end }
  - { id: handler, type: reply, status: 418, body: << data >> }`
    const started = start(compile(flow), { body: ['a', 'b', 'c'], api: answer })
    const reply = await started.reply
    expect(reply).toMatchObject({
      status: 418,
      body: { errorInfo: { nodeId: 'broken', nodeType: 'fail' }, erroredPayload: { working: { item: { index: 1 } } } },
    })
    await started.done
    expect(started.names().filter((name) => name === 'look')).toHaveLength(2)
    const threw = started.visits.filter(({ error }) => error !== undefined).map(({ nodeName }) => nodeName)
    expect(threw).toEqual(['broken', 'inner', 'each'])
  })

  it('stops every other branch of the run', async () => {
    const { held, api } = heldCalls()
    const nodes = `
- id: fork
  type: step
  next:
    - [ { type: ask, call: x }, { id: never, type: step } ]
    - [ { type: loop, over: 2, item: working.i, do: [ { type: ask, call: y }, { type: fail } ] } ]`
    const started = start(compile(`name: F\non: { button: go }\nnodes:\n${nodes}`), { api })
    held[1]?.({ result: {} })
    expect((await started.done).error).toMatchObject({ code: 'RUN_FAILED' })
    held[0]?.({ result: {} })
    await settle()
    expect(started.names()).not.toContain('never')
  })

  it.each([false, true])('stops the other branches of the iteration at once (parallel: %s)', async (parallel) => {
    const { held, api } = heldCalls()
    const nodes = `
- type: loop
  parallel: ${parallel}
  over: 1
  item: working.i
  do:
    - type: step
      next:
        - [ { type: ask, call: x }, { id: never, type: step } ]
        - [ { type: ask, call: y }, { type: fail } ]`
    const started = start(compile(`name: F\non: { button: go }\nnodes:\n${nodes}`), { api })
    held[1]?.({ result: {} })
    expect((await started.done).error).toMatchObject({ code: 'RUN_FAILED' })
    held[0]?.({ result: {} })
    await settle()
    expect(started.names()).not.toContain('never')
  })

  it('leaves the branches that come after the one that failed alone', async () => {
    const nodes = `
- type: loop
  parallel: true
  over: 2
  item: working.i
  do: [ { type: step, next: [ [ { type: fail } ], [ { id: never, type: step } ] ] } ]`
    expect((await run(nodes)).names).not.toContain('never')
    const inSplit = '- type: step\n  next: [ [ { type: fail } ], [ { id: never, type: step } ] ]'
    expect((await run(inSplit)).names).not.toContain('never')
  })

  it('follows no branch of an iteration that has failed, while others go on', async () => {
    const { held, api } = heldCalls()
    const nodes = `
- type: loop
  parallel: true
  over: 2
  item: working.i
  do:
    - id: fork
      type: step
      next:
        - [ { type: ask, call: x }, { id: later, type: step } ]
        - [ { type: pick, if: << working.i.index >> == 0, then: [ { type: fail } ] } ]`
    const started = start(compile(`name: F\non: { button: go }\nnodes:\n${nodes}`), { api })
    held[0]?.({ result: {} })
    await settle()
    held[1]?.({ result: {} })
    expect((await started.done).error).toMatchObject({ code: 'RUN_FAILED' })
    expect(started.names().filter((name) => name === 'later')).toHaveLength(1)
  })

  it.each([
    ['item', 'data.body.x', 'not an index of the list'],
    ['collect', 'working.i', 'a list cannot have a gap'],
  ])('at its own %s names itself', async (_field, item, message) => {
    const nodes = `
- id: each
  type: loop
  over: << data.body >>
  item: ${item}
  collect: [ << data.missing >> ]
  result: working.all`
    const { error } = await run(nodes, { body: [1] })
    expect(error).toMatchObject({ message: expect.stringContaining('each (flow.yaml:5)') })
    expect(error).toMatchObject({ message: expect.stringContaining(message) })
  })
})

describe('the limits of a run', () => {
  it('count every iteration and every node of it as a visit', async () => {
    const empty = '- { type: loop, over: 101, item: working.i, result: working.all }'
    expect((await run(empty, {}, { maxVisits: 101 })).error).toMatchObject({ code: 'RUN_FAILED' })
    expect((await run(empty, {}, { maxVisits: 102 })).error).toBeUndefined()
    const full = '- { type: loop, parallel: true, over: 50, item: working.i, do: [ { type: step }, { type: step } ] }'
    expect((await run(full, {}, { maxVisits: 150 })).error).toMatchObject({
      message: expect.stringContaining('more than 150 nodes'),
    })
    expect((await run(full, {}, { maxVisits: 151 })).error).toBeUndefined()
  })

  it.each([false, true])(
    'refuse a loop that is sure to exceed them before it does anything (parallel: %s)',
    async (parallel) => {
      const loop = (rest: string) =>
        `- { id: each, type: loop, parallel: ${parallel}, over: 60, item: working.i, ${rest} }`
      const over = await run(loop('do: [ { id: body, type: step } ]'), {}, { maxVisits: 120 })
      expect(over.error).toMatchObject({ message: expect.stringContaining('more than 120 nodes') })
      expect(over.names).not.toContain('body')
      expect((await run(loop('do: [ { id: body, type: step } ]'), {}, { maxVisits: 121 })).error).toBeUndefined()
      if (parallel) return
      // It may end long before.
      const mayBreak = 'do: [ { id: body, type: pick, if: << working.i.value >> === 3, then: break } ]'
      const broken = await run(loop(mayBreak), {}, { maxVisits: 100 })
      expect([broken.error, broken.names.includes('body')]).toEqual([undefined, true])
    },
  )

  it('let others have their turn after every few milliseconds of a parallel loop, not after those of each lane', async () => {
    const fake = vi.spyOn(performance, 'now')
    onTestFinished(() => fake.mockRestore())
    let ms = 0
    fake.mockImplementation(() => ms)
    let iterations = 0
    let turns = 0
    const flow = compile(`name: F
on: { button: go }
nodes:
  - { type: loop, parallel: true, over: 20, item: working.i, do: [ { type: set, path: working.at, to: << currentDateTime >> } ] }`)
    const clock = {
      now: () => {
        iterations++
        // Longer than one turn may be.
        ms += 11
        return 0
      },
    }
    const started = start(flow, { clock })
    const count = () => {
      turns++
      if (iterations < 20) setImmediate(count)
    }
    setImmediate(count)
    await started.done
    // Each lane begins in the first of them.
    expect(turns).toBeGreaterThanOrEqual(14)
  })

  it.each([
    ['that wait for nothing', '{ id: body, type: set, path: working.n, to: << working.i.value >> }'],
    ['that wait', '{ id: body, type: ask, call: x }'],
  ])('leave room for twenty thousand iterations %s', async (_title, node) => {
    const nodes = `- { type: loop, over: 20000, item: working.i, do: [ ${node} ] }`
    const { names, error } = await run(nodes, { api: answer }, { maxVisits: 50_000 })
    expect(error).toBeUndefined()
    expect(names.filter((name) => name === 'body')).toHaveLength(20_000)
  })

  it('end a loop that runs out of time, though it never waits', async () => {
    const nodes = '- { type: loop, over: 262144, item: working.i, do: [ { type: step }, { type: step } ] }'
    const { error, visits } = await run(nodes, {}, { maxVisits: 10_000_000, runTimeoutMs: 20 })
    expect(error).toMatchObject({ code: 'RUN_TIMED_OUT' })
    const visited = visits.length
    await settle()
    // The loop itself is still told that it failed.
    expect(visits.length - visited).toBeLessThanOrEqual(1)
  })

  it.each([false, true])('end a loop whose payload grows without end (which waits: %s)', async (waits) => {
    const nodes = `
- { type: set, path: working.x, to: 1 }
- type: loop
  over: 1000
  item: working.i
  do:
    - { type: set, path: working.x, to: { a: << working.x >>, b: << working.x >> } }
    ${waits ? '- { type: ask, call: x }' : ''}
- { id: after, type: step }`
    const { error, names } = await run(nodes, { api: answer }, { maxPayloadBytes: 10_000 })
    expect(error).toMatchObject({ message: expect.stringContaining('beyond 10000 bytes') })
    expect(names).not.toContain('after')
  })

  it.each([false, true])('hold for what a loop collects (parallel: %s)', async (parallel) => {
    const nodes = `
- { type: loop, parallel: ${parallel}, over: 1000, item: working.i, collect: << data.body >>, result: working.all }`
    const { error, names } = await run(nodes, { body: 'x'.repeat(1000) }, { maxPayloadBytes: 10_000 })
    expect(error).toMatchObject({ message: expect.stringContaining('beyond 10000 bytes') })
    expect(names.length).toBeLessThan(20)
  })
})

describe('a loop, while time stands still', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('has ended before its run lets anything else come between, where none of its nodes waits', () => {
    const nodes = '- { type: loop, over: 99, item: working.i, do: [ { type: step } ] }\n- { id: z, type: step }'
    const { names } = start(compile(`name: F\non: { button: go }\nnodes:\n${nodes}`))
    expect(names().at(-1)).toBe('z')
  })

  it.each([false, true])('begins no further iteration once it is out of time (parallel: %s)', async (parallel) => {
    const { held, api } = heldCalls()
    const nodes = `- { type: loop, over: 9, parallel: ${parallel}, item: working.i, do: [ { type: ask, call: x } ] }`
    const started = start(compile(`name: F\non: { button: go }\nnodes:\n${nodes}`, { runTimeoutMs: 1000 }), { api })
    const begun = held.length
    vi.advanceTimersByTime(1000)
    expect((await started.done).error).toMatchObject({ code: 'RUN_TIMED_OUT' })
    for (const give of held) give({ result: {} })
    await vi.advanceTimersByTimeAsync(100)
    expect(held).toHaveLength(begun)
  })
})
