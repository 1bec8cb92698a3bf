import { describe, expect, it } from 'vitest'
import { compile, problemsOf, start } from './fixtures.ts'

/** The nodes that a flow with these nodes visits, for a body of 1. */
async function wayThrough(nodes: string, body: unknown = 1): Promise<string[]> {
  const run = start(compile(`name: F\non: { button: go }\nnodes:\n${nodes}`), { body })
  await run.done
  return run.names()
}

describe('wiring', () => {
  it('goes on at the next node of the same list', async () => {
    expect(await wayThrough('- { id: a, type: step }\n- { id: b, type: step }')).toEqual(['a', 'b'])
  })

  it('goes where a wire leads, past the nodes between', async () => {
    const nodes = `
- { id: a, type: step, next: c }
- { id: b, type: step, next: end }
- { id: c, type: step, next: end }`
    expect(problemsOf(`name: F\non: { button: go }\nnodes:${nodes}`)).toEqual(['flow.yaml:5:3 FLOW_UNREACHABLE'])
    const twoTriggers = `name: F\non:\n- { button: go }\n- { button: other, then: b }\nnodes:${nodes}`
    const run = start(compile(twoTriggers))
    await run.done
    expect(run.names()).toEqual(['a', 'c'])
  })

  it('takes a branch in place and then goes on where its owner would', async () => {
    const nodes = `
- id: choose
  type: pick
  if: << data.body >> === 1
  then:
    - { id: inside, type: step }
- { id: after, type: step }`
    expect(await wayThrough(nodes)).toEqual(['choose', 'inside', 'after'])
    expect(await wayThrough(nodes, 2)).toEqual(['choose', 'after'])
  })

  it('goes on from a branch within a branch where the outermost owner would', async () => {
    const nodes = `
- id: outer
  type: pick
  if: "true"
  then:
    - id: inner
      type: pick
      if: "true"
      then: [ { id: deep, type: step } ]
- { id: after, type: step }`
    expect(await wayThrough(nodes)).toEqual(['outer', 'inner', 'deep', 'after'])
  })

  it('ends where a wire says end', async () => {
    const nodes = '- { id: a, type: step, next: end }\n- { id: b, type: step }'
    expect(problemsOf(`name: F\non: { button: go }\nnodes:\n${nodes}`)).toEqual(['flow.yaml:5:3 FLOW_UNREACHABLE'])
  })

  it('splits into IDs and lists, ends each branch where it runs out, and gives each a payload of its own', async () => {
    const flow = `
name: F
on: { button: go }
nodes:
  - id: fork
    type: step
    next:
      - [ { id: one, type: set, path: data.n, to: 1 }, { id: look, type: pick, if: << data.m >> } ]
      - two
  - { id: two, type: set, path: data.m, to: 2 }
  - { id: last, type: step }`
    const run = start(compile(flow))
    await run.done
    expect(run.names()).toEqual(['fork', 'one', 'look', 'two', 'last'])
    expect(run.missing).toEqual(['data.m'])
  })

  it('reaches a node from several places', async () => {
    const nodes = `
- id: choose
  type: pick
  if: << data.body >> === 1
  then: shared
  else: [ { id: other, type: step, next: shared } ]
- { id: shared, type: step }`
    expect(await wayThrough(nodes)).toEqual(['choose', 'shared'])
    expect(await wayThrough(nodes, 2)).toEqual(['choose', 'other', 'shared'])
  })

  it('ends a path at a reply, and goes on from one that says next', async () => {
    const ends = `
- { id: choose, type: pick, if: << data.body >>, then: [ { id: r, type: reply } ] }
- { id: after, type: step }`
    expect(await wayThrough(ends)).toEqual(['choose', 'r'])
    expect(await wayThrough('- { id: r, type: reply, next: b }\n- { id: b, type: step }')).toEqual(['r', 'b'])
  })

  it('refuses to fall into a node that a wire names, with both lines', () => {
    const flow = `name: F
on: { button: go }
nodes:
  - { id: a, type: pick, if: << data.body >>, then: c, else: b }
  - { id: b, type: step }
  - { id: c, type: step }`
    expect(problemsOf(flow)).toEqual(['flow.yaml:6:5 FLOW_FALLS_INTO_TARGET'])
    expect(problemsOf(flow.replace('{ id: b, type: step }', '{ id: b, type: step, next: c }'))).toEqual([])
  })

  it('starts at the node that a trigger names', async () => {
    const flow = `name: F
on:
  - { button: first }
  - { button: second, then: b }
nodes:
  - { id: a, type: step, next: b }
  - { id: b, type: step }`
    const application = compile(flow)
    const [, second] = application.buttons
    if (!second) throw new Error('There is no second button.')
    const run = start(application, { trigger: second })
    await run.done
    expect(run.names()).toEqual(['b'])
  })
})
