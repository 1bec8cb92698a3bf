/** `stop` ends the run from wherever it stands. */
import { describe, expect, it } from 'vitest'
import { compile, heldCalls, load, marked, problemsOf, type StartOptions, settle, start } from './fixtures.ts'

function begin(nodes: string, customNodes: Readonly<Record<string, string>> = {}, options: StartOptions = {}) {
  const application = compile({ ...customNodes, 'main.yaml': `name: F\non: { button: go }\nnodes:\n${nodes}` })
  return start(application, { ...options, ...(application.buttons[0] ? { trigger: application.buttons[0] } : {}) })
}

async function run(...args: Parameters<typeof begin>) {
  const started = begin(...args)
  const outcome = await started.done
  return { ...outcome, names: started.names(), visits: started.visits }
}

const answer = { api: async () => ({ result: {} }) }
const stopAtSecond = '{ id: choose, type: pick, if: << working.i.index >> === 1, then: stop }'

describe('stop', () => {
  it('ends the run from inside a loop, and keeps what was written and replied until then', async () => {
    const nodes = `
- id: each
  type: loop
  over: 3
  item: working.i
  do:
    - id: choose
      type: pick
      if: << working.i.index >> === 1
      then: [ { id: no, type: reply, status: 400, body: no, next: stop } ]
- { id: after, type: reply }`
    const { names, payload, reply, error, visits } = await run(nodes)
    expect(names).toEqual(['each', 'choose', 'each', 'choose', 'no', 'each'])
    expect(visits.at(-1)).toMatchObject({ id: 'each', output: 'stop' })
    expect(error).toBeUndefined()
    expect(reply).toMatchObject({ status: 400, body: 'no' })
    expect(payload.working).toMatchObject({ i: { index: 1 } })
  })

  it('ends the run from inside loops in loops, and after a node that waited', async () => {
    const nodes = `
- id: outer
  type: loop
  over: 3
  item: working.a
  do:
    - { id: inner, type: loop, over: 3, item: working.i, do: [ { id: asks, type: ask, call: x }, ${stopAtSecond} ] }
    - { id: between, type: step }
- { id: after, type: step }`
    const { names, error } = await run(nodes, {}, answer)
    expect(error).toBeUndefined()
    expect(names.filter((name) => !['outer', 'inner'].includes(name))).toEqual(['asks', 'choose', 'asks', 'choose'])
  })

  it('ends the run from a parallel loop, whose other iterations visit nothing more', async () => {
    const nodes = `
- { id: each, type: loop, over: 9, item: working.i, parallel: true, do: [ { id: asks, type: ask, call: x }, ${stopAtSecond}, { id: more, type: step } ] }
- { id: after, type: step }`
    const { held, api } = heldCalls()
    const started = begin(nodes, {}, { api })
    expect(held).toHaveLength(5)
    held[1]?.({ result: {} })
    const { error } = await started.done
    for (const answer of held) answer({ result: {} })
    await settle()
    expect(error).toBeUndefined()
    expect(held).toHaveLength(5)
    expect(started.names()).not.toContain('more')
    expect(started.names()).not.toContain('after')
  })

  it('ends a parallel loop that waits for nothing before its next iteration', async () => {
    const nodes = `
- { id: each, type: loop, over: 9, item: working.i, parallel: true, do: [ ${stopAtSecond} ], next: after }
- { id: after, type: step }`
    const { names } = await run(nodes)
    expect(names.filter((name) => name === 'choose')).toHaveLength(2)
    expect(names).not.toContain('after')
  })

  it('ends the other branches of a split', async () => {
    const { held, api } = heldCalls()
    const nodes = `
- { id: both, type: step, next: [ [ { id: asks, type: ask, call: x }, { id: slow, type: step } ], [ { id: quick, type: step, next: stop } ], [ { id: never, type: step } ] ] }`
    const started = begin(nodes, {}, { api })
    const { error } = await started.done
    held[0]?.({ result: {} })
    await settle()
    expect(error).toBeUndefined()
    expect(started.names().filter((name) => ['quick', 'slow', 'never'].includes(name))).toEqual(['quick'])
  })

  it.each([
    ['at once', ''],
    ['after it waited', '\n  - { id: asks, type: ask, call: x }'],
  ])('ends the flow that uses a custom node in a loop, from inside of that %s', async (_when, before) => {
    const guard = `name: guard
on: { custom-node: guard, inputs: { n: {} } }
nodes:${before}
  - { id: choose, type: pick, if: << data.n >> === 1, then: stop }
  - { type: return, value: 1 }
`
    const nodes = `
- id: each
  type: loop
  over: 3
  item: working.i
  do: [ { id: use, type: custom-node, node: guard, with: { n: << working.i.index >> }, result: working.got }, { id: used, type: step } ]
- { id: after, type: step }`
    const { names, error } = await run(nodes, { 'guard.yaml': guard }, answer)
    expect(error).toBeUndefined()
    expect(names.filter((name) => name === 'used')).toHaveLength(1)
    expect(names.filter((name) => name === 'choose')).toHaveLength(2)
    expect(names).not.toContain('after')
  })

  it('is only an end where nothing else goes on', async () => {
    const { names, error } = await run('- { id: one, type: step, next: stop }')
    expect([names, error]).toEqual([['one'], undefined])
  })

  it('leaves the run a success that the error trigger does not hear of', async () => {
    const flow = `name: F
on: [ { button: go }, { error: local, then: handle } ]
nodes:
- { type: loop, over: 2, item: working.i, do: [ { type: step, next: stop } ], next: end }
- { id: handle, type: step }`
    const started = start(compile(flow), {})
    await started.done
    expect(started.names()).not.toContain('handle')
  })
})

const endpoint = (nodes: string) => `name: F\non: { endpoint: GET /a }\nnodes:\n${nodes}`
const button = (nodes: string) => `name: F\non: { button: go }\nnodes:\n${nodes}`
const loop = (body: string, more = '') => `- { id: each, type: loop, over: 2, item: working.i${more}, do: [ ${body} ] }`

describe('what is checked of stop', () => {
  it.each([
    ['a node with that ID', 'FLOW_WRONG_TYPE', button('- { id: ‸stop, type: step }')],
    [
      'a stop as a branch of a split',
      'FLOW_WRONG_TYPE',
      button('- { type: step, next: [ b, ‸stop ] }\n- { id: b, type: step }'),
    ],
    ['a node after it', 'FLOW_UNREACHABLE', button('- { type: step, next: stop }\n- ‸{ type: step }')],
    ['a stop without a reply', 'FLOW_NO_REPLY', endpoint('- { type: step, next: ‸stop }')],
    [
      'a stop in a loop before the reply',
      'FLOW_NO_REPLY',
      endpoint(`${loop('{ type: pick, if: << data.body >>, then: ‸stop }')}\n- type: reply`),
    ],
    [
      'a stop in a loop of a loop before the reply',
      'FLOW_NO_REPLY',
      endpoint(
        `${loop('{ type: loop, over: 2, item: working.j, do: [ { type: pick, if: << data.body >>, then: ‸stop } ] }')}\n- type: reply`,
      ),
    ],
  ] as const)('%s is %s', (_title, code, flow) => {
    const { text, problem } = marked(flow, code)
    expect(problemsOf(text)).toEqual([problem])
  })

  it.each([
    ['a reply that stops, and one after the loop', endpoint(`${loop('{ type: reply, next: stop }')}\n- type: reply`)],
    [
      'the same in a parallel loop',
      endpoint(`${loop('{ type: reply, next: stop }', ', parallel: true')}\n- type: reply`),
    ],
    [
      'a stop after the reply',
      endpoint(`- { type: reply, next: on }\n${loop('{ type: step, next: stop }').replace('each', 'on')}`),
    ],
    ['a stop in a button', button(loop('{ type: step, next: stop }'))],
  ])('%s is sound', (_title, text) => {
    expect(problemsOf(text)).toEqual([])
  })

  it('lets a custom node stop where it has not returned', () => {
    const guard =
      'name: g\non: { custom-node: g }\nnodes:\n- { type: pick, if: << time >>, then: stop }\n- { type: return }\n'
    expect(load({ 'g.yaml': guard }).problems).toEqual([])
  })
})
