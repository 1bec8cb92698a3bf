import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Limits } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import { compile, heldCalls, type StartOptions, settle, start } from './fixtures.ts'

type Files = Readonly<Record<string, string>>

/** Starts a flow of these nodes, beside custom nodes that are given as what stands below `on` and `nodes`. */
function begin(nodes: string, customNodes: Files, options: StartOptions = {}, limits: Partial<Limits> = {}) {
  const files = Object.entries(customNodes).map(([name, text]) => [`${name}.yaml`, customNode(name, text)])
  const flow = `name: Main\non:\n  - button: go\n  - { error: local, then: handle }\nnodes:\n${nodes}\n- { id: handle, type: step }`
  const application = compile({ ...Object.fromEntries(files), 'main.yaml': flow }, limits)
  return start(application, { ...options, ...(application.buttons[0] ? { trigger: application.buttons[0] } : {}) })
}

async function run(...args: Parameters<typeof begin>) {
  const started = begin(...args)
  const outcome = await started.done
  const at = (flow: string) => started.visits.filter((visit) => visit.flow === flow).map(({ nodeName }) => nodeName)
  return { ...outcome, names: started.names(), visits: started.visits, missing: started.missing, at }
}

/** `text` is what stands below `custom-node`, a line without indent, and the nodes. */
function customNode(name: string, text: string): string {
  const [on = '', nodes = ''] = text.split('---\n')
  return `name: ${name}\non:\n  custom-node: ${name}\n${on.replace(/^(?=.)/gm, '  ')}nodes:\n${nodes}`
}

const answer: Services['api'] = async () => ({ result: { id: 1 } })

const echo = 'inputs: { value: {} }\n---\n- { type: return, value: << data.value >> }\n'
const use =
  '- { id: use, type: custom-node, node: echo, with: { value: << data.body >> }, result: working.got, next: end }'

describe('a custom node', () => {
  it('gets what is handed in and gives what it returns', async () => {
    const { payload, names, error } = await run(use, { echo }, { body: { a: [1, 'b', null] } })
    expect(error).toBeUndefined()
    expect(payload.working).toEqual({ got: { a: [1, 'b', null] } })
    expect(names).toEqual(['nodes[0]', 'use'])
  })

  it('is left by the output that its return names', async () => {
    const choose = `inputs: { yes: {} }
outputs: [then, else, other]
---
- type: switch
  value: << data.yes >>
  cases: [ { is: a, then: a }, { is: b, then: b } ]
  default: [ { type: return, output: other } ]
- { id: a, type: return, output: then }
- { id: b, type: return, output: else }
`
    const nodes = `
- id: use
  type: custom-node
  node: choose
  with: { yes: << data.body >> }
  then: one
  else: two
  on: { other: [ { id: three, type: step, next: end } ] }
- { id: one, type: step, next: end }
- { id: two, type: step, next: end }`
    for (const [body, name] of [
      ['a', 'one'],
      ['b', 'two'],
      ['c', 'three'],
    ]) {
      expect((await run(nodes, { choose }, { body })).at('Main')).toEqual(['use', name])
    }
  })

  it('goes on at the next node by an output that no wire names', async () => {
    const found = 'outputs: [found, missing]\n---\n- { type: return, output: found }\n'
    const nodes = `
- { id: use, type: custom-node, node: found, on: { missing: end } }
- { id: below, type: step, next: end }`
    expect((await run(nodes, { found })).at('Main')).toEqual(['use', 'below'])
  })

  it('finds its inputs, the application and itself on its payload, and nothing else of who uses it', async () => {
    const look = 'inputs: { a: {}, b: { default: [2] }, c: {} }\n---\n- { type: return, value: << . >> }\n'
    const nodes = `
- { type: set, path: globals.secret, to: 1 }
- { type: set, path: time, to: never }
- { id: use, type: custom-node, node: look, with: { a: 1, c: << data.gone >> }, result: working.got, next: end }`
    const { payload } = await run(nodes, { look }, { body: 'x' })
    expect(payload.working).toEqual({
      got: {
        time: expect.any(Date),
        data: { a: 1, b: [2] },
        globals: {},
        applicationId: 'application-1',
        applicationName: 'flowpot',
        flowId: 'look',
        flowName: 'look',
        triggerId: 'look/0/look',
        triggerType: 'customNodeStart',
      },
    })
  })

  it('takes the names of inputs as they are', async () => {
    const odd =
      'inputs: { toString: { default: 1 }, hasOwnProperty: {}, valueOf: {} }\n---\n- { type: return, value: << data >> }\n'
    const nodes = '- { type: custom-node, node: odd, with: { valueOf: 2 }, result: working.got, next: end }'
    expect((await run(nodes, { odd })).payload.working).toEqual({ got: { toString: 1, valueOf: 2 } })
  })

  it('begins at the time of the run, whatever stands there by then', async () => {
    const look = '---\n- { type: return, value: << time >> }\n'
    const nodes = `
- { type: set, path: working.began, to: << time >> }
- { type: set, path: time, to: 0 }
- { type: custom-node, node: look, result: working.got, next: end }`
    const { began, got } = (await run(nodes, { look })).payload.working as { began: Date; got: Date }
    expect(got).toEqual(began)
    expect(got).not.toBe(began)
  })

  it('shares nothing with who uses it, in neither direction', async () => {
    const change = `inputs: { list: {}, fixed: { default: { n: 1 } } }
---
- { type: set, path: data.list.added, to: true }
- { type: set, path: data.fixed.n, to: 2 }
- { type: return, value: { one: << data.list >>, two: << data.list >>, fixed: << data.fixed >> } }
`
    const nodes = `
- { id: first, type: custom-node, node: change, with: { list: << data.body >> }, result: working.first }
- { id: second, type: custom-node, node: change, with: { list: << data.body >> }, result: working.second }
- { type: set, path: working.first.one.later, to: true, next: end }`
    const { payload } = await run(nodes, { change }, { body: {} })
    expect(payload.data).toMatchObject({ body: {} })
    expect(payload.working).toMatchObject({ second: { one: { added: true }, fixed: { n: 2 } } })
    expect(payload.working).not.toMatchObject({ second: { one: { later: true } } })
  })

  it('gives null where what it returns is missing, also where something stood before', async () => {
    const nothing = 'inputs: { a: {} }\n---\n- { type: return, value: << data.a >> }\n'
    const nodes = `
- { type: set, path: working.got, to: old }
- { type: custom-node, node: nothing, result: working.got, next: end }`
    expect((await run(nodes, { nothing })).payload.working).toEqual({ got: null })
  })

  it('makes a number of digits, and of nothing else', async () => {
    const number = 'inputs: { n: { type: number } }\n---\n- { type: return, value: << data.n >> }\n'
    const nodes =
      '- { id: use, type: custom-node, node: number, with: { n: << data.body >> }, result: working.n, next: end }'
    expect((await run(nodes, { number }, { body: '12.5' })).payload.working).toEqual({ n: 12.5 })
    for (const body of ['12 ', '0x1', '', 'NaN', true, null, {}]) {
      const { error } = await run(nodes, { number }, { body })
      expect(String(error)).toContain('Main failed at use (main.yaml:6): main.yaml:6:')
      expect(String(error)).toMatch(/\(use\.with\.n\): << data\.body >> gave a value that does not fit/)
    }
  })

  it('fails the run where an input that it requires is missing', async () => {
    const strict = 'inputs: { a: { required: true } }\n---\n- { type: return }\n'
    const nodes = '- { id: use, type: custom-node, node: strict, with: { a: << data.gone >> }, next: end }'
    const { error, at } = await run(nodes, { strict })
    expect(String(error)).toContain('(use.with.a): << data.gone >> is missing, and the node requires it.')
    expect(at('strict')).toEqual([])
  })

  it('waits for its nodes, and goes on once every branch of it has ended', async () => {
    const slow = `---
- type: step
  next: [ [ { type: return, value: first } ], [ { id: asks, type: ask, call: x }, { id: late, type: step } ] ]
`
    const { held, api } = heldCalls()
    const started = begin(
      '- { id: use, type: custom-node, node: slow, result: working.got, next: end }',
      { slow },
      { api },
    )
    expect(started.names()).not.toContain('use')
    held[0]?.({ result: {} })
    const { payload } = await started.done
    expect(started.names().slice(-2)).toEqual(['late', 'use'])
    expect(payload.working).toEqual({ got: 'first' })
  })

  it('uses others, three deep', async () => {
    const wrap = (inner: string) =>
      `inputs: { value: {} }\n---\n- { type: custom-node, node: ${inner}, with: { value: [ << data.value >> ] }, result: working.inner }\n- { type: return, value: << working.inner >> }\n`
    const nodes = '- { type: custom-node, node: outer, with: { value: 1 }, result: working.got, next: end }'
    const { payload } = await run(nodes, { outer: wrap('middle'), middle: wrap('echo'), echo })
    expect(payload.working).toEqual({ got: [[1]] })
  })

  it('is used in a loop, in turn and in parallel', async () => {
    const slow = 'inputs: { value: {} }\n---\n- { type: ask, call: x }\n- { type: return, value: << data.value >> }\n'
    for (const parallel of [false, true]) {
      const nodes = `
- type: loop
  over: << data.body >>
  item: working.item
  parallel: ${parallel}
  do:
    - { type: custom-node, node: slow, with: { value: << working.item.value >> }, result: working.got }
  collect: << working.got >>
  result: working.all
  next: end`
      const { payload } = await run(nodes, { slow }, { body: [1, 2, 3, 4, 5, 6, 7], api: answer })
      expect(payload.working).toMatchObject({ all: [1, 2, 3, 4, 5, 6, 7] })
    }
  })

  it('has loops of its own, whose iterations stand in it', async () => {
    const sum = `inputs: { list: { type: array } }
---
- type: loop
  over: << data.list >>
  item: working.item
  do: [ { type: custom-node, node: echo, with: { value: << working.item.value >> }, result: working.one } ]
  collect: [ << working.one >> ]
  result: working.all
- { type: return, value: << working.all >> }
`
    const nodes = '- { type: custom-node, node: sum, with: { list: [ 1, 2 ] }, result: working.got, next: end }'
    expect((await run(nodes, { sum, echo })).payload.working).toEqual({ got: [[1], [2]] })
  })

  it('is used in each branch of a split apart', async () => {
    const nodes = `
- type: step
  next:
    - [ { type: custom-node, node: echo, with: { value: a }, result: working.a }, { id: a, type: step, next: end } ]
    - [ { type: custom-node, node: echo, with: { value: b }, result: working.b }, { id: b, type: step, next: end } ]`
    const { visits } = await run(nodes, { echo })
    const leaves = visits.filter(({ nodeName }) => ['a', 'b'].includes(nodeName)).map(({ payload }) => payload.working)
    expect(leaves).toEqual([{ a: 'a' }, { b: 'b' }])
  })

  it('lets its user reply after it', async () => {
    const files = {
      'echo.yaml': customNode('echo', echo),
      'main.yaml':
        'name: Main\non: { endpoint: GET /a }\nnodes:\n- { type: custom-node, node: echo, with: { value: 7 }, result: working.got }\n- { type: reply, body: << working.got >> }',
    }
    expect(await start(compile(files)).reply).toMatchObject({ status: 200, body: 7 })
  })
})

describe('a node that fails in a custom node', () => {
  const fails = '---\n- { id: good, type: step }\n- { id: bad, type: fail }\n'
  const outer = '---\n- { id: inner, type: custom-node, node: fails }\n- { type: return }\n'
  const nodes = '- { id: use, type: custom-node, node: outer, next: end }'

  it('fails the run, and its place is said with that of each node that uses it', async () => {
    const { error, failedAt, visits } = await run(nodes, { fails, outer })
    expect(String(error)).toContain(
      'Main failed at use (main.yaml:6) within inner (outer.yaml:5) within bad (fails.yaml:6): it broke',
    )
    expect(failedAt).toEqual({ node: 'use', file: 'main.yaml', line: 6 })
    expect(visits.filter(({ output }) => output === undefined).map(({ nodeName }) => nodeName)).toEqual([
      'bad',
      'inner',
      'use',
    ])
  })

  it("fires the error trigger of the flow that uses it, with that flow's payload", async () => {
    const { visits } = await run(nodes, { fails, outer }, { body: 'mine' })
    const handled = visits.find(({ nodeName }) => nodeName === 'handle')?.payload.data
    expect(handled).toMatchObject({
      errorInfo: { error: { message: 'it broke' }, nodeId: 'use', nodeType: 'custom-node' },
      erroredPayload: { data: { body: 'mine' }, flowId: 'main' },
      replyId: 'reply-1',
    })
  })

  it('stops the loop that it stands in, where that is sequential', async () => {
    const loop = `- { id: each, type: loop, over: 3, item: working.i, do: [ { id: use, type: custom-node, node: outer } ], next: end }`
    const { error, at } = await run(loop, { fails, outer })
    expect(String(error)).toContain('Main failed at use (main.yaml:6) within inner')
    expect(at('fails')).toEqual(['good', 'bad'])
  })

  it('lets the other iterations of a parallel loop come to their end', async () => {
    const some = `inputs: { n: {} }
---
- { type: ask, call: x }
- { id: choose, type: pick, if: << data.n >> === 1, then: [ { type: fail } ] }
- { id: end-of-it, type: return }
`
    const loop = `
- type: loop
  over: 4
  item: working.i
  parallel: true
  do: [ { id: use, type: custom-node, node: some, with: { n: << working.i.index >> } } ]
  next: end`
    const { error, at } = await run(loop, { some }, { api: answer })
    expect(String(error)).toContain('Main failed at use')
    expect(at('some').filter((name) => name === 'end-of-it')).toHaveLength(3)
  })

  it('stops the other branches of the custom node', async () => {
    const split = `---
- type: step
  next: [ [ { id: waits, type: ask, call: x }, { id: never, type: step }, { type: return } ], [ { type: fail } ] ]
`
    const { held, api } = heldCalls()
    const started = begin('- { id: use, type: custom-node, node: split, next: end }', { split }, { api })
    expect(String((await started.done).error)).toContain('it broke')
    held[0]?.({ result: {} })
    await settle()
    expect(started.names()).not.toContain('never')
  })
})

describe('the limits of a run', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('hold for its time: a custom node that waits for ever is stopped', async () => {
    const waits = '---\n- { type: ask, call: x }\n- { id: never, type: return }\n'
    const { held, api } = heldCalls()
    const started = begin(
      '- { id: use, type: custom-node, node: waits, next: end }',
      { waits },
      { api },
      { runTimeoutMs: 50 },
    )
    vi.advanceTimersByTime(50)
    expect(await started.done).toMatchObject({ error: { code: 'RUN_TIMED_OUT', status: 504 } })
    held[0]?.({ result: {} })
    await settle()
    expect(started.names()).not.toContain('never')
  })

  it('hold for the nodes that it visits', async () => {
    const two = '---\n- { type: step }\n- { id: last, type: return }\n'
    const loop = '- { type: loop, over: 100, item: working.i, do: [ { type: custom-node, node: two } ], next: end }'
    const { error } = await run(loop, { two }, {}, { maxVisits: 20 })
    expect(String(error)).toMatch(
      /\(two\.yaml:\d\): The run visited more than 20 nodes\.|\(main\.yaml:6\): The run visited more/,
    )
    const { error: none } = await run(loop, { two }, {}, { maxVisits: 500 })
    expect(none).toBeUndefined()
  })

  it('hold for its own payload', async () => {
    const grows = `---
- type: loop
  over: 40
  item: working.i
  do: [ { type: set, path: "working.all", to: "<< working.all >><< working.all >>x" } ]
- { type: return }
`
    const { error } = await run(
      '- { id: use, type: custom-node, node: grows, next: end }',
      { grows },
      {},
      { maxPayloadBytes: 10_000 },
    )
    expect(String(error)).toContain('The payload grew beyond 10000 bytes.')
  })

  it('hold for the payload that its results come to', async () => {
    const double = 'inputs: { value: {} }\n---\n- { type: return, value: "<< data.value >><< data.value >>" }\n'
    const uses = '- { type: custom-node, node: double, with: { value: << working.all >> }, result: working.all }\n'
    const nodes = `- { type: set, path: working.all, to: abcdefghij }\n${uses.repeat(40)}- { type: step, next: end }`
    const { error, names } = await run(nodes, { double }, {}, { maxPayloadBytes: 10_000 })
    expect(String(error)).toContain('The payload grew beyond 10000 bytes.')
    expect(names.length).toBeLessThan(60)
  })
})

it('is started by itself, with what stands in for its inputs', async () => {
  const application = compile({
    'echo.yaml': customNode(
      'echo',
      'inputs: { value: {}, other: { default: 3 } }\n---\n- { type: return, value: << data >> }\n',
    ),
  })
  const [trigger] = application.triggers
  const { done } = start(application, trigger ? { trigger, body: 1 } : {})
  expect((await done).returned).toEqual({ output: 'next', value: { body: 1, replyId: 'reply-1', other: 3 } })
})
