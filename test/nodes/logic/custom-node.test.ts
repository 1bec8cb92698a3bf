import { describe, expect, it, test } from 'vitest'
import { customNode } from '../../../nodes/logic/custom-node.ts'
import { returnNode } from '../../../nodes/logic/return.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { quietServices } from '../../services.ts'

type Files = Readonly<Record<string, string>>

function load(files: Files) {
  return loadSources(Object.entries(files).map(([file, text]) => ({ file, text })))
}

/** Presses the button of a flow, again and again with the same store. */
function presser(files: Files) {
  const { application, problems } = load(files)
  if (!application) throw new Error(JSON.stringify(problems, null, 2))
  const services = quietServices()
  return async (button: string, data: unknown = {}) => {
    const trigger = application.buttons.find(({ spec }) => spec.name === button)
    if (!trigger) throw new Error(`There is no button ${button}.`)
    const start = { trigger, id: 'run-1', applicationId: 'application-1', data, services, log: () => undefined }
    const { error, payload } = await application.start(start).done
    if (error) throw error
    return payload.working
  }
}

const count = `name: Count
on: { custom-node: count }
nodes:
  - { type: store-value, key: times, increment: 1, result: working.times }
  - { type: store-value, key: all, scope: application, increment: 1, result: working.all }
  - { type: return, value: { times: << working.times >>, all: << working.all >> } }
`

const twice = (name: string) => `name: ${name}
on: { button: ${name} }
nodes:
  - { id: first, type: custom-node, node: count, result: working.first }
  - { id: second, type: custom-node, node: count, result: working.second }
`

describe('what a custom node stores', () => {
  it('is kept apart for each node that uses it, unless all flows share it', async () => {
    const press = presser({ 'count.yaml': count, 'a.yaml': twice('a'), 'b.yaml': twice('b') })
    expect(await press('a')).toEqual({ first: { times: 1, all: 1 }, second: { times: 1, all: 2 } })
    expect(await press('a')).toEqual({ first: { times: 2, all: 3 }, second: { times: 2, all: 4 } })
    expect(await press('b')).toEqual({ first: { times: 1, all: 5 }, second: { times: 1, all: 6 } })
  })

  it('is kept apart for each use of the custom node that uses it', async () => {
    const outer = `name: Outer
on: { custom-node: outer }
nodes:
  - { id: inner, type: custom-node, node: count, result: working.times }
  - { type: return, value: << working.times.times >> }
`
    const flow = `name: a
on: { button: a }
nodes:
  - { id: first, type: custom-node, node: outer, result: working.first }
  - { id: second, type: custom-node, node: outer, result: working.second }
`
    const press = presser({ 'count.yaml': count, 'outer.yaml': outer, 'a.yaml': flow })
    await press('a')
    expect(await press('a')).toEqual({ first: 2, second: 2 })
  })

  it.each([
    ['{ id: n, type: latch, if: << data.on >> }', '{ type: return }'],
    ['{ id: n, type: throttle, perMs: 1000 }', '{ type: return }'],
    ['{ id: n, type: on-change, value: << data.on >> }', '{ type: return }'],
    ['{ type: get-value, key: x, result: working.x }', '{ type: return }'],
  ])('needs an ID where it is used, as with %s', (node, after) => {
    const remembers = `name: R\non: { custom-node: r, inputs: { on: {} } }\nnodes:\n  - ${node}\n  - ${after}\n`
    const outer =
      'name: O\non: { custom-node: o }\nnodes:\n  - { id: x, type: custom-node, node: r }\n  - { type: return }\n'
    const flow =
      'name: A\non: { button: a }\nnodes:\n  - { type: custom-node, node: r }\n  - { type: custom-node, node: o }\n'
    const { problems } = load({ 'a.yaml': flow, 'o.yaml': outer, 'r.yaml': remembers })
    const asked = problems.filter(({ file }) => file === 'a.yaml')
    expect(asked.map(({ code, line, hint }) => [code, line, hint])).toEqual([
      ['FLOW_MISSING_FIELD', 4, 'Give it one, such as "id: r".'],
      ['FLOW_MISSING_FIELD', 5, 'Give it one, such as "id: o".'],
    ])
  })

  it('needs none where all flows share it', () => {
    const shared = count.replace('key: times,', 'key: times, scope: application,')
    const flow = 'name: A\non: { button: a }\nnodes:\n  - { type: custom-node, node: count }\n'
    expect(load({ 'a.yaml': flow, 'count.yaml': shared }).problems).toEqual([])
  })
})

describe("a node of Losant's", () => {
  test.each([
    [
      {
        customNodeId: 'verify',
        customNodeVersion: 'default',
        fields: [
          { id: 'role', value: 'admin' },
          { id: 'parent', value: '{{data.query.customer}}' },
          { id: 'section', value: '' },
        ],
        isInstance: false,
        resultPath: 'working.results',
      },
      { node: 'verify', with: { role: 'admin', parent: '{{data.query.customer}}' }, result: 'working.results' },
    ],
    [{ customNodeId: 'plain', fields: [], resultPath: '' }, { node: 'plain' }],
  ])('that uses a custom node is translated: %j', (config, expected) => {
    expect(customNode.losant?.translate?.(config)).toEqual(expected)
  })

  it('that is of an instance is refused, with the reason', () => {
    expect(() => customNode.losant?.translate?.({ customNodeId: 'x', isInstance: true })).toThrow('Losant instance')
  })

  test.each([
    [{ branchIndexTemplate: 0, resultSourcePath: 'working.result' }, { value: '{{working.result}}' }],
    [{ branchIndexTemplate: 1, resultSourcePath: '' }, { output: 'then' }],
    [{}, {}],
  ])('that returns is translated: %j', (config, expected) => {
    expect(returnNode.losant?.translate?.(config)).toEqual(expected)
  })

  it('whose way out a template gives is refused', () => {
    expect(() => returnNode.losant?.translate?.({ branchIndexTemplate: '{{working.way}}' })).toThrow(
      'output is a template',
    )
  })
})
