import { describe, expect, it } from 'vitest'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { endpointFlow, placesOf, problemsOf } from './problems-of.ts'

const guard = 'authenticate, email: << data.body.email >>, password: << data.body.password >>'
const guards = [
  guard,
  `${guard}, result: data.user`,
  'verify-group, user: << data.body.user >>, group: << data.body.group >>',
  'conditional, if: << data.body.a >>',
  'throttle, id: t, perMs: 1000',
]

describe('a node that decides nothing', () => {
  it.each(guards)('is named: type: %s', (node) => {
    const flow = endpointFlow(`- { type: ${node} }\n- type: reply`)
    expect(placesOf(flow)).toEqual(['4:3 FLOW_DECIDES_NOTHING'])
    expect(problemsOf(flow)[0]).toMatchObject({ severity: 'warning', hint: expect.stringContaining('Wire "else"') })
  })

  it.each([
    ['has an else', `- { type: ${guard}, else: [ { type: reply, status: 401 } ] }\n- type: reply`],
    ['has a then', `- { type: ${guard}, then: [ { type: reply } ] }\n- { type: reply, status: 401 }`],
    [
      'only marks those who are signed in',
      `- { type: ${guard}, then: [ { type: mutate, rules: [ { set: working.known, to: true } ] } ] }\n- type: reply`,
    ],
    [
      'leaves the decision to a later node',
      `- { type: ${guard}, result: data.user }
- { type: conditional, if: << data.user >>, else: [ { type: reply, status: 401 } ] }
- type: reply`,
    ],
    [
      'writes what it found',
      '- { type: latch, id: l, if: << data.body.a >>, isLatched: working.on }\n- { type: reply, body: << working.on >> }',
    ],
  ])('is not one that %s', (_, nodes) => {
    expect(placesOf(endpointFlow(nodes))).toEqual([])
  })

  it('is a use of a custom node whose outputs are not wired', () => {
    const custom = `name: V
on: { custom-node: verify, inputs: { token: { } }, outputs: [then, else] }
nodes:
  - { type: conditional, if: << data.token >>, then: [ { type: return, output: then } ] }
  - { type: return, output: else }`
    const using = (wires: string) =>
      endpointFlow(
        `- { type: custom-node, node: verify, with: { token: << data.body.token >> }${wires} }\n- type: reply`,
      )
    const found = (wires: string) =>
      loadSources([
        { file: 'verify.yaml', text: custom },
        { file: 'flow.yaml', text: using(wires) },
      ]).problems.map(({ line, code }) => `${line} ${code}`)
    expect(found('')).toEqual(['4 FLOW_DECIDES_NOTHING'])
    expect(found(', else: [ { type: reply, status: 401 } ]')).toEqual([])
  })
})
