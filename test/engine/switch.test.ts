import { describe, expect, it } from 'vitest'
import type { ProblemCode } from '../../engine/source/problem.ts'
import { compile, load, marked, problemsOf, start } from './fixtures.ts'

const button = (nodes: string) => `name: F\non: { button: go }\nnodes:\n${nodes}`
const endpoint = (nodes: string) => `name: F\non: { endpoint: GET /a }\nnodes:\n${nodes}`

describe('a switch', () => {
  const flow = button(`
- id: choose
  type: switch
  value: << data.body.kind >>
  cases:
    - is: 5
      then: [ { id: five, type: step } ]
    - { is: "yes", then: [ { id: "no", type: step, next: end } ] }
    - { is: << data.body.expected >>, then: same }
    - { is: "", then: end }
    - is: true
  default: [ { id: other, type: step } ]
- { id: after, type: step, next: end }
- { id: same, type: step }`)

  it.each([
    ['takes a case in place, and goes on after it', { kind: 5 }, ['five', 'after']],
    ['compares text, so that a number equals its digits', { kind: '5' }, ['five', 'after']],
    ['takes the first case that is met', { kind: 'yes', expected: 'yes' }, ['no']],
    ['takes a case whose value is a template', { kind: 'x', expected: 'x' }, ['same']],
    ['ends where the case says so', { kind: '', expected: 'x' }, []],
    ['takes the case of an empty text where the value is missing', { expected: 'x' }, []],
    ['goes on at the next node where a case has no wire', { kind: true, expected: 'x' }, ['after']],
    ['takes the default where no case is met', { kind: 'z', expected: 'x' }, ['other', 'after']],
    ['takes the default for what is no text', { kind: { toString: 1 }, expected: 'x' }, ['other', 'after']],
  ])('%s', async (_title, body, names) => {
    const run = start(compile(flow), { body })
    expect((await run.done).error).toBeUndefined()
    expect(run.names().slice(1)).toEqual(names)
  })

  it('names the way that it took in the trace', async () => {
    const run = start(compile(flow), { body: { kind: 'yes' } })
    await run.done
    expect(run.visits[0]).toMatchObject({ id: 'choose', output: 'cases[1]' })
  })

  it('fails where the value of a case that it comes to is missing', async () => {
    const { error } = await start(compile(flow), { body: { kind: 'z' } }).done
    expect(error).toMatchObject({ message: expect.stringContaining('flow.yaml:12:13 (choose.cases[2].is)') })
  })

  it('goes on at the next node where it has no default', async () => {
    const nodes = '- { type: switch, value: << data.body >>, cases: [ { is: a, then: end } ] }\n- { id: z, type: step }'
    const run = start(compile(button(nodes)), { body: 'b' })
    await run.done
    expect(run.names().at(-1)).toBe('z')
  })
})

const choose = (cases: string, more = '') => `- { type: switch, value: << data.body >>, cases: [ ${cases} ]${more} }`

describe('the check of a switch', () => {
  const cases: readonly (readonly [title: string, code: ProblemCode, flow: string])[] = [
    ['no cases', 'FLOW_MISSING_FIELD', button('- ‸{ type: switch, value: << data.body >> }')],
    ['an empty list of cases', 'FLOW_WRONG_TYPE', button(choose('').replace('[', '‸['))],
    ['cases that are no list', 'FLOW_WRONG_TYPE', button(choose('').replace('[  ]', '‸{ is: a }'))],
    ['a case that is no map', 'FLOW_WRONG_TYPE', button(choose('‸a'))],
    ['a case without a value to meet', 'FLOW_MISSING_FIELD', button(choose('‸{ then: end }'))],
    ['a field that a case does not have', 'FLOW_UNKNOWN_FIELD', button(choose('{ is: a, ‸esle: end }'))],
    ['a case that leads nowhere', 'FLOW_WRONG_TYPE', button(choose('{ is: a, ‸then: }'))],
    ['a case that leads to no node', 'FLOW_UNKNOWN_TARGET', button(choose('{ is: a, then: ‸b }'))],
    ['a case that breaks no loop', 'FLOW_MISPLACED_BREAK', button(choose('{ is: a, then: ‸break }'))],
    ['two cases of one value', 'FLOW_CASE_NEVER_MATCHES', button(choose('{ is: 5 }, { is: b }, { is: ‸"5" }'))],
    ['a case of nothing', 'FLOW_CASE_NEVER_MATCHES', button(choose('{ ‸is: }'))],
    ['a case of a list', 'FLOW_CASE_NEVER_MATCHES', button(choose('{ is: ‸[ a, b ] }'))],
    [
      'a value that never changes',
      'FLOW_CASE_NEVER_MATCHES',
      button(choose('{ is: a }').replace('<< data.body >>', '‸data.body')),
    ],
    ['a way out that it does not have', 'FLOW_UNKNOWN_OUTPUT', button(choose('{ is: a }', ', ‸else: end'))],
    ['cases of another node', 'FLOW_UNKNOWN_OUTPUT', button('- { type: step, ‸cases: [ { is: a } ] }')],
    [
      'a way through a case that ends without a reply',
      'FLOW_NO_REPLY',
      endpoint(`${choose('{ is: a, then: ‸end }')}\n- type: reply`),
    ],
    [
      'a switch without a default that ends without a reply',
      'FLOW_NO_REPLY',
      endpoint(choose('{ is: a, then: [ { type: reply } ] }').replace('{', '‸{')),
    ],
    [
      'a cycle through a case',
      'FLOW_CYCLE',
      button(`- { id: a, type: step, next: b }\n${choose('{ is: a, then: ‸a }', ', id: b')}`),
    ],
    [
      'a path that nothing has written, in a case',
      'FLOW_ABSENT_PATH',
      endpoint(`${choose('{ is: << ‸data.expected >>, then: [ { type: reply } ] }')}\n- type: reply`),
    ],
    ['a template that does not close, in a case', 'FLOW_TEMPLATE_SYNTAX', button(choose('{ is: "‸<< a" }'))],
  ]

  it.each(cases)('finds %s', (_title, code, flow) => {
    const { text, problem } = marked(flow, code)
    expect(problemsOf(text)).toEqual([problem])
  })

  it('lists the ways out that a switch with these cases has', () => {
    const [problem] = load({ 'flow.yaml': button(choose('{ is: a }, { is: b }', ', next: end')) }).problems
    expect(problem?.hint).toBe('Its outputs are: "default", "cases[0]", "cases[1]".')
  })

  it('finds what is wrong in the branch of a case, at its place', () => {
    const nodes = choose('{ is: a, then: [ { type: set, path: data.x, to: 1 }, { type: stp } ] }')
    const { problems } = load({ 'flow.yaml': button(nodes) })
    expect(problems).toMatchObject([{ code: 'FLOW_UNKNOWN_NODE', line: 4, column: nodes.indexOf('stp') + 1 }])
  })
})
