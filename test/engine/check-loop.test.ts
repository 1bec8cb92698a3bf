import { describe, expect, it } from 'vitest'
import type { ProblemCode } from '../../engine/source/problem.ts'
import { load, marked, problemsOf } from './fixtures.ts'

const button = (nodes: string) => `name: F\non: { button: go }\nnodes:\n${nodes}`
const endpoint = (nodes: string) => `name: F\non: { endpoint: GET /a }\nnodes:\n${nodes}`
const loop = (body: string, more = '') => `- { id: each, type: loop, over: 2, item: working.i${more}, do: [ ${body} ] }`

type Case = readonly [title: string, code: ProblemCode, flow: string]

const wires: readonly Case[] = [
  [
    'a wire into a loop',
    'FLOW_CROSSES_LOOP',
    button(`- { type: pick, if: << data.a >>, then: ‸inside }\n${loop('{ id: inside, type: step }')}`),
  ],
  [
    'a wire out of a loop',
    'FLOW_CROSSES_LOOP',
    button(`${loop('{ type: step, next: ‸after }')}\n- { id: after, type: step }`),
  ],
  ['a wire back to the loop', 'FLOW_CROSSES_LOOP', button(loop('{ type: step, next: ‸each }'))],
  [
    'a "do" that names a node elsewhere',
    'FLOW_CROSSES_LOOP',
    button('- { type: loop, over: 2, item: working.i, do: ‸body, next: end }\n- { id: body, type: step }'),
  ],
  [
    'a wire from one loop into another',
    'FLOW_CROSSES_LOOP',
    button(`${loop('{ type: step, next: ‸b }')}\n${loop('{ id: b, type: step }').replace('each', 'other')}`),
  ],
  [
    'a trigger that starts within a loop',
    'FLOW_CROSSES_LOOP',
    `name: F\non: { button: go, then: ‸inside }\nnodes:\n${loop('{ id: inside, type: step }')}`,
  ],
  ['a break outside of a loop', 'FLOW_MISPLACED_BREAK', button('- { type: step, next: ‸break }')],
  ['a break after a loop', 'FLOW_MISPLACED_BREAK', button(`${loop('{ type: step }')}\n- { type: step, next: ‸break }`)],
  [
    'a break of a parallel loop',
    'FLOW_MISPLACED_BREAK',
    button(loop('{ type: step, next: ‸break }', ', parallel: true')),
  ],
  [
    'a break as a branch of a split',
    'FLOW_WRONG_TYPE',
    button(loop('{ type: step, next: [ b, ‸break ] }, { id: b, type: step }')),
  ],
  [
    'a cycle within a loop',
    'FLOW_CYCLE',
    button(loop('{ id: a, type: step, next: b }, { id: b, type: step, next: ‸a }')),
  ],
  ['a node that nothing reaches', 'FLOW_UNREACHABLE', button(loop('{ type: step, next: end }, ‸{ type: step }'))],
  [
    'falling into a node of a loop that a wire names',
    'FLOW_FALLS_INTO_TARGET',
    button(loop('{ type: pick, if: << data.a >>, then: b }, { type: step }, ‸{ id: b, type: step }')),
  ],
  ['a wire to no node at all', 'FLOW_UNKNOWN_TARGET', button(loop('{ type: step, next: ‸brek }'))],
  [
    'a body that is no list',
    'FLOW_WRONG_TYPE',
    button('- { type: loop, over: 2, item: working.i, result: working.r, do: ‸5 }'),
  ],
  ['a "do" of a node that is no loop', 'FLOW_UNKNOWN_OUTPUT', button('- { type: step, ‸do: [ { type: step } ] }')],
  [
    'a type that is misspelt, without what follows from it',
    'FLOW_UNKNOWN_NODE',
    button('- { type: ‸lop, over: 2, item: working.i, do: [ { type: step, next: break } ] }'),
  ],
]

const replies: readonly Case[] = [
  [
    'a loop that alone replies, since there may be nothing to go through',
    'FLOW_NO_REPLY',
    endpoint(loop('{ type: reply, next: break }').replace('{', '‸{')),
  ],
  ['a reply in every iteration', 'FLOW_REPLIES_TWICE', endpoint(`${loop('‸{ type: reply }')}\n- type: reply`)],
  [
    'the reply of every iteration that does not break',
    'FLOW_REPLIES_TWICE',
    endpoint(
      `${loop('{ type: pick, if: << data.body >>, then: [ { type: reply, next: break } ], else: [ ‸{ type: reply } ] }')}\n- type: reply`,
    ),
  ],
  [
    'a reply in a loop that comes after another',
    'FLOW_REPLIES_TWICE',
    endpoint(
      `- { type: reply, next: each }\n${loop('{ type: pick, if: << data.body >>, then: [ ‸{ type: reply } ] }')}`,
    ),
  ],
  [
    'a reply in every iteration that comes after another, once',
    'FLOW_REPLIES_TWICE',
    endpoint(`- { type: reply, next: each }\n${loop('‸{ type: reply }')}`),
  ],
  [
    'a reply after a loop that comes after another',
    'FLOW_REPLIES_TWICE',
    endpoint(`- { type: reply, next: each }\n${loop('{ type: step }')}\n- ‸type: reply`),
  ],
]

const set = (path: string, to = '1') => `{ type: set, path: ${path}, to: ${to} }`

const paths: readonly Case[] = [
  ['what no item has', 'FLOW_ABSENT_PATH', button(loop(set('working.a', '<< ‸working.i.valeu >>')))],
  [
    'what no item has, in what is collected',
    'FLOW_ABSENT_PATH',
    button(loop('', ', result: working.r, collect: << ‸working.i.valeu >>')),
  ],
  [
    'a result below the list of results',
    'FLOW_ABSENT_PATH',
    button(`${loop('', ', result: working.r')}\n- ${set('working.b', '<< ‸working.r.name >>')}`),
  ],
  [
    'what nothing has written, though nodes of the loop have written beside it',
    'FLOW_ABSENT_PATH',
    endpoint(`${loop(set('data.a'))}\n- { type: reply, body: << ‸data.b >> }`),
  ],
  [
    'what an earlier iteration of a parallel loop has written',
    'FLOW_ABSENT_PATH',
    endpoint(`${loop(`${set('data.b', '<< ‸data.a >>')}, ${set('data.a')}`, ', parallel: true')}\n- type: reply`),
  ],
  [
    'what iterations of a parallel loop have written, after it',
    'FLOW_ABSENT_PATH',
    button(`${loop(set('working.a'), ', parallel: true')}\n- ${set('working.b', '<< ‸working.a >>')}`),
  ],
]

const ask = '{ type: ask, call: x, result: data.a }'

const sound: readonly (readonly [title: string, flow: string])[] = [
  ['a wire within a loop', button(loop('{ type: pick, if: << data.a >>, then: b, else: b }, { id: b, type: step }'))],
  [
    'a break of a loop within a parallel one',
    button(loop('{ type: loop, over: 2, item: working.j, do: [ { type: step, next: break } ] }', ', parallel: true')),
  ],
  ['a reply that breaks, and one after the loop', endpoint(`${loop('{ type: reply, next: break }')}\n- type: reply`)],
  [
    'a reply in some iterations',
    endpoint(`${loop('{ type: pick, if: << data.body >>, then: [ { type: reply } ] }')}\n- type: reply`),
  ],
  [
    'what an earlier iteration may have written',
    endpoint(`${loop(`${set('data.b', '<< data.a >>')}, ${set('data.a')}`)}\n- type: reply`),
  ],
  [
    'what an iteration may have written, after the loop',
    endpoint(`${loop(set('data.a'))}\n- { type: reply, body: << data.a >> << working.i.value >> }`),
  ],
  [
    'what stood there before the branches of a split put something else in its place',
    endpoint(
      `${loop(`${set('data.a.b')}, { type: step, next: [ [ ${ask} ], [ ${ask} ] ] }`)}\n- { type: reply, body: << data.a.b >> }`,
    ),
  ],
  [
    'in an outer loop what its inner loop may have written before',
    endpoint(
      `${loop(
        `${set('data.b', '<< data.j.value >> << data.a >>')}, { type: loop, over: 2, item: data.j, do: [ ${set('data.a')} ] }`,
      )}\n- type: reply`,
    ),
  ],
  [
    'what an iteration wrote, where it is collected',
    button(loop(set('working.a'), ', parallel: true, result: working.r, collect: << working.a >>')),
  ],
  ['a loop without nodes', button('- { type: loop, over: 2, item: working.i, do: [], result: working.r }')],
]

describe('the check of a loop', () => {
  it.each([...wires, ...replies, ...paths])('finds %s', (_title, code, flow) => {
    const { text, problem } = marked(flow, code)
    expect(problemsOf(text)).toEqual([problem])
  })

  it.each(sound)('lets pass %s', (_title, flow) => {
    expect(problemsOf(flow)).toEqual([])
  })

  it('names both places of a wire that crosses the border, and what to write instead', () => {
    const flow = button(`${loop('{ type: step, next: after }')}\n- { id: after, type: step }`)
    const [problem] = load({ 'flow.yaml': flow }).problems
    expect(problem?.related?.map(({ line, message }) => [line, message])).toEqual([
      [5, 'the node that it leads to'],
      [4, 'the loop'],
    ])
    expect(problem?.hint).toContain('"break"')
  })

  it('knows "break" where it is misspelt within a loop, and no "break" elsewhere', () => {
    const hint = (flow: string) => load({ 'flow.yaml': flow }).problems[0]?.hint
    expect(hint(button(loop('{ type: step, next: brek }')))).toBe('Did you mean "break"?')
    expect(hint(button('- { type: step, next: brek }'))).not.toContain('break')
  })

  it('takes a hundred loops, one within the other', () => {
    const nodes = Array.from({ length: 100 }).reduce<string>(
      (inner, _, n) => `{ type: loop, over: 1, item: working.i${n}, do: [ ${inner} ] }`,
      '{ type: step }',
    )
    expect(problemsOf(button(`- ${nodes}`))).toEqual([])
  })
})
