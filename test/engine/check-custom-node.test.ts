/** What loading complains of in custom nodes and in those that use them. */
import { describe, expect, it, test } from 'vitest'
import { describeProblem, load, marked, problemsOf } from './fixtures.ts'

const verify = `name: Verify
on:
  custom-node: verify
  inputs:
    user: { required: true }
    role: { enum: [admin, viewer], default: viewer }
    times: { type: integer, minimum: 1 }
  outputs: [then, else, broken]
nodes:
- { type: return, output: then, value: { by: << data.user.name >>, list: [ 1 ] } }
`

/** What is wrong with a flow that has ‸ where the problem is, beside these files. */
function check(text: string, others: Readonly<Record<string, string>> = {}) {
  const flow = marked(text, 'FLOW_WRONG_TYPE')
  const { problems } = load({ ...others, 'flow.yaml': flow.text })
  const place = flow.problem.split(' ')[0]
  return { problems, place, found: problems.map(describeProblem) }
}

const user = (node: string) =>
  `name: User\non: { button: go }\nnodes:\n- ${node.replaceAll('\n', '\n  ')}\n- { id: below, type: step }\n`

describe('a node that uses a custom node', () => {
  test.each([
    ['type: custom-node\nnode: ‸verfy', 'FLOW_UNKNOWN_CUSTOM_NODE', 'Did you mean "verify"?'],
    ['type: custom-node\nnode: ‸elsewhere', 'FLOW_UNKNOWN_CUSTOM_NODE', 'There are: verify.'],
    ['type: custom-node\nnode: ‸constructor', 'FLOW_UNKNOWN_CUSTOM_NODE', 'There are: verify.'],
    ['type: custom-node\nnode: ‸__proto__', 'FLOW_UNKNOWN_CUSTOM_NODE', 'There are: verify.'],
    ['type: custom-node\nnode: verify\nwith: { user: 1, ‸rol: viewer }', 'FLOW_UNKNOWN_FIELD', 'Did you mean "role"?'],
    [
      'type: custom-node\nnode: verify\nwith: { user: 1, ‸constructor: 1 }',
      'FLOW_UNKNOWN_FIELD',
      'The fields are: user, role, times.',
    ],
    ['type: custom-node\nnode: verify\nwith: { user: 1, role: ‸boss }', 'FLOW_WRONG_TYPE', undefined],
    ['type: custom-node\nnode: verify\nwith: { user: 1, times: ‸often }', 'FLOW_WRONG_TYPE', undefined],
    ['type: custom-node\nnode: verify\nwith: { user: 1, times: ‸0 }', 'FLOW_WRONG_TYPE', undefined],
    [
      'type: custom-node\nnode: verify\nwith: { user: 1 }\n‸next: end',
      'FLOW_UNKNOWN_OUTPUT',
      'Its outputs are: "then", "else", "broken".',
    ],
    [
      'type: custom-node\nnode: verify\nwith: { user: 1 }\non: { ‸brokn: end }',
      'FLOW_UNKNOWN_OUTPUT',
      'Its outputs are: "then", "else", "broken".',
    ],
    [
      'type: custom-node\nnode: verify\nwith: { user: 1 }\non: { ‸constructor: end }',
      'FLOW_UNKNOWN_OUTPUT',
      'Its outputs are: "then", "else", "broken".',
    ],
    [
      'type: custom-node\nnode: verify\nwith: { user: 1 }\non: { ‸then: end }',
      'FLOW_UNKNOWN_OUTPUT',
      'Write "then:" as a key of the node itself.',
    ],
    [
      'type: custom-node\nnode: verify\nwith: { user: 1 }\n‸broken: end',
      'FLOW_UNKNOWN_FIELD',
      'The fields are: node, with, result.',
    ],
    [
      'type: custom-node\nnode: ‸<< data.x >>',
      'FLOW_WRONG_TYPE',
      'Its value must be known when the flow loads, so write it out.',
    ],
  ])('is told what is wrong with %j', (node, code, hint) => {
    const { problems, place } = check(user(node), { 'verify.yaml': verify })
    const found = problems.filter((problem) => problem.code === code)
    expect(found.map(describeProblem)).toEqual([`${place} ${code}`])
    if (hint !== undefined) expect(found[0]?.hint).toBe(hint)
  })

  it('has to hand in what is required', () => {
    for (const fields of ['', '\nwith: {}', '\nwith: { role: viewer }']) {
      const { problems } = check(user(`type: custom-node\nnode: verify${fields}`), { 'verify.yaml': verify })
      expect(problems.map(({ code, file }) => [code, file])).toEqual([['FLOW_MISSING_FIELD', 'flow.yaml']])
    }
  })

  it('has to have a map below "on"', () => {
    const { problems } = check(user('type: custom-node\nnode: verify\nwith: { user: 1 }\non: broken'), {
      'verify.yaml': verify,
    })
    expect(problems.map(({ code, line }) => [code, line])).toEqual([['FLOW_WRONG_TYPE', 7]])
  })

  it('may say where the result goes as the custom node says', () => {
    const returns = (result: string, value: string) =>
      `name: R\non: { custom-node: r, result: ${result} }\nnodes: [ { type: return${value} } ]\n`
    const codes = (result: string, field: string, value = ', value: 1') =>
      load({ 'r.yaml': returns(result, value), 'flow.yaml': user(`type: custom-node\nnode: r${field}`) }).problems.map(
        ({ code, file, line }) => `${file}:${line} ${code}`,
      )
    expect(codes('required', '\nresult: data.r')).toEqual([])
    expect(codes('required', '')).toEqual(['flow.yaml:4 FLOW_MISSING_FIELD'])
    expect(codes('none', '', '')).toEqual([])
    expect(codes('none', '\nresult: data.r', '')).toEqual(['flow.yaml:6 FLOW_UNKNOWN_FIELD'])
    expect(codes('none', '')).toEqual(['r.yaml:3 FLOW_UNKNOWN_FIELD'])
  })

  it('is not blamed for a custom node that is broken', () => {
    const broken = verify.replace('required: true', 'required: perhaps')
    const uses = user('type: custom-node\nnode: verify\nwith: { anything: 1 }\nelse: end\non: { broken: end }')
    expect(problemsOf({ 'verify.yaml': broken, 'flow.yaml': uses })).toEqual(['verify.yaml:5:23 FLOW_WRONG_TYPE'])
    const torn = verify.replace('output: then', 'output: none')
    const rightUse = user('type: custom-node\nnode: verify\nwith: { user: 1 }\nelse: end')
    expect(problemsOf({ 'verify.yaml': torn, 'flow.yaml': rightUse })).toEqual([
      'verify.yaml:10:27 FLOW_UNKNOWN_OUTPUT',
    ])
  })

  it('knows what can stand at its result, per output', () => {
    const flow = (path: string) =>
      `name: U\non: { button: go }\nnodes:\n- { type: custom-node, node: verify, with: { user: << data.u >> }, result: working.v }\n- { type: set, path: working.w, to: << working.v.${path} >> }\n`
    const found = (path: string) => problemsOf({ 'a.yaml': flow(path), 'verify.yaml': verify })
    expect(found('by')).toEqual([])
    expect(found('by.first')).toEqual([])
    expect(found('list.0')).toEqual([])
    expect(found('bye')).toEqual(['a.yaml:5:40 FLOW_ABSENT_PATH'])
    expect(found('list.first')).toEqual(['a.yaml:5:40 FLOW_ABSENT_PATH'])
  })

  it('knows it through custom nodes that use others, in whatever order the files come', () => {
    const outer = `name: Outer
on: { custom-node: outer }
nodes:
- { type: custom-node, node: verify, with: { user: 1 }, result: working.v }
- { type: return, value: << working.v >> }
`
    const flow = `name: U\non: { button: go }\nnodes:\n- { type: custom-node, node: outer, result: working.o }\n- { type: set, path: working.w, to: << working.o.bye >> }\n`
    expect(problemsOf({ 'a.yaml': flow, 'b.yaml': outer, 'c.yaml': verify })).toEqual(['a.yaml:5:40 FLOW_ABSENT_PATH'])
  })
})

describe('a custom node', () => {
  const flow = (on: string, nodes = '- { type: return }') => `name: C\non:\n  custom-node: c\n${on}nodes:\n${nodes}\n`

  it('knows its inputs, and that there is nothing else of who uses it', () => {
    const reading = (path: string) =>
      problemsOf(
        flow(
          '  inputs: { name: { type: string }, any: {}, map: { type: object } }\n',
          `- { type: return, value: << ${path} >> }`,
        ),
      )
    for (const path of ['data.name', 'data.any.x.y', 'data.map.x', 'globals', 'time', 'flowName']) {
      expect(reading(path)).toEqual([])
    }
    for (const path of ['data.nam', 'data.name.first', 'experience.user', 'data.body', 'relayId.x', 'working']) {
      expect(reading(path)).toEqual(['flow.yaml:6:29 FLOW_ABSENT_PATH'])
    }
  })

  test.each([
    ['  inputs: { ‸__proto__: {} }\n', 'FLOW_UNSAFE_PATH'],
    ['  inputs: { ‸constructor: {} }\n', 'FLOW_UNSAFE_PATH'],
    ['  inputs: { ‸prototype: {} }\n', 'FLOW_UNSAFE_PATH'],
    ['  inputs: { ‸"a b": {} }\n', 'FLOW_WRONG_TYPE'],
    ['  inputs: { a: { type: ‸text } }\n', 'FLOW_WRONG_TYPE'],
    ['  inputs: { a: { ‸typ: string } }\n', 'FLOW_UNKNOWN_FIELD'],
    ['  inputs: { a: { type: number, default: ‸many } }\n', 'FLOW_WRONG_TYPE'],
    ['  inputs: { a: { enum: [x], default: ‸y } }\n', 'FLOW_WRONG_TYPE'],
    ['  inputs: { a: { pattern: ‸"(" } }\n', 'FLOW_WRONG_TYPE'],
    ['  inputs: { a: { required: true, ‸default: 1 } }\n', 'FLOW_UNKNOWN_FIELD'],
    ['  inputs: { a: { default: ‸<< data.x >> } }\n', 'FLOW_WRONG_TYPE'],
    ['  outputs: [ next, ‸__proto__ ]\n', 'FLOW_WRONG_TYPE'],
    ['  outputs: [ next, ‸constructor ]\n', 'FLOW_WRONG_TYPE'],
    ['  outputs: [ next, ‸do ]\n', 'FLOW_WRONG_TYPE'],
    ['  outputs: [ next, ‸toString ]\n', 'FLOW_WRONG_TYPE'],
    ['  outputs: [ next, ‸end ]\n', 'FLOW_WRONG_TYPE'],
    ['  outputs: [ next, ‸"a b" ]\n', 'FLOW_WRONG_TYPE'],
    ['  outputs: ‸[]\n', 'FLOW_WRONG_TYPE'],
    ['  outputs: ‸[ a, a ]\n', 'FLOW_WRONG_TYPE'],
    ['  result: ‸sometimes\n', 'FLOW_WRONG_TYPE'],
  ])('is told what is wrong with its trigger: %j', (on, code) => {
    const { found, place } = check(flow(on, '- { type: return, output: next }'))
    expect(found).toContain(`${place} ${code}`)
  })

  test.each([
    ['- { type: return, output: ‸els }', 'FLOW_UNKNOWN_OUTPUT', 'Did you mean "else"?'],
    ['- { type: return, output: ‸__proto__ }', 'FLOW_UNKNOWN_OUTPUT', 'Its outputs are: "then", "else".'],
    [
      '- ‸{ type: reply, next: r }\n- { id: r, type: return, output: then }',
      'FLOW_MISPLACED_NODE',
      'Return the contents of the reply, and reply in the flow that uses the node.',
    ],
    [
      '- { type: loop, over: 2, item: data.i, do: [ ‸{ type: return, output: then } ] }\n- { type: return, output: else }',
      'FLOW_MISPLACED_NODE',
      'Say "next: break" here, and return after the loop.',
    ],
    [
      '- { type: pick, if: << data.x >>, else: ‸end }\n- { type: return, output: then }',
      'FLOW_NO_RETURN',
      'Every way from the start of a custom node must reach a return: add one here, or wire this output to one.',
    ],
    [
      '- { type: step, next: [ [ { type: return, output: then } ], [ ‸{ type: return, output: else } ] ] }',
      'FLOW_RETURNS_TWICE',
      'Remove one of the two.',
    ],
    ['- ‸{ type: custom-node, node: c }\n- { type: return, output: then }', 'FLOW_USES_ITSELF', undefined],
  ])('is told what is wrong with its nodes: %j', (nodes, code, hint) => {
    const { problems, place } = check(flow('  outputs: [then, else]\n  inputs: { x: {} }\n', nodes))
    const found = problems.filter((problem) => problem.code === code)
    const at = code === 'FLOW_USES_ITSELF' ? place?.replace(/\d+$/, '30') : place
    expect(found.map(describeProblem)).toEqual([`${at} ${code}`])
    if (hint !== undefined) expect(found[0]?.hint).toBe(hint)
  })

  it('has to say by which of several outputs it returns', () => {
    expect(problemsOf(flow('  outputs: [then, else]\n'))).toEqual(['flow.yaml:6:3 FLOW_MISSING_FIELD'])
  })

  it('has to return at all', () => {
    expect(problemsOf('name: C\non: { custom-node: c }\nnodes: []\n')).toEqual(['flow.yaml:2:5 FLOW_NO_RETURN'])
  })

  it('is started by nothing else', () => {
    const two =
      'name: C\non:\n- custom-node: c\n- button: go\n- { error: local, then: r }\nnodes:\n- { id: r, type: return }\n'
    expect(problemsOf(two)).toEqual(['flow.yaml:4:3 FLOW_MISPLACED_TRIGGER', 'flow.yaml:5:3 FLOW_MISPLACED_TRIGGER'])
  })

  it('alone returns', () => {
    const text = 'name: F\non: { button: go }\nnodes:\n- { type: return }\n'
    expect(problemsOf(text)).toEqual(['flow.yaml:4:3 FLOW_MISPLACED_NODE'])
  })

  it('need not be used', () => {
    expect(problemsOf({ 'verify.yaml': verify })).toEqual([])
  })

  it('has a name that no other has', () => {
    const { problems } = load({ 'a.yaml': verify, 'b.yaml': verify.replace('name: Verify', 'name: Other') })
    expect(problems.map(describeProblem)).toEqual(['b.yaml:3:3 FLOW_DUPLICATE_NAME'])
    expect(problems[0]?.related).toMatchObject([{ file: 'a.yaml', line: 3 }])
  })

  it('does not use itself through others, and every place of the circle is named', () => {
    const uses = (name: string, used: string) =>
      `name: ${name}\non: { custom-node: ${name} }\nnodes:\n- { type: custom-node, node: ${used} }\n- { type: return }\n`
    const { problems, application } = load({
      'a.yaml': uses('a', 'b'),
      'b.yaml': uses('b', 'c'),
      'c.yaml': uses('c', 'a'),
      'd.yaml': uses('d', 'a'),
    })
    expect(application).toBeUndefined()
    expect(problems.map(describeProblem)).toEqual(['c.yaml:4:30 FLOW_USES_ITSELF'])
    expect(problems[0]?.message).toContain('"a" uses "b" uses "c" uses "a"')
    expect(problems[0]?.related?.map(({ file, line }) => `${file}:${line}`)).toEqual(['a.yaml:4', 'b.yaml:4'])
  })

  it('may be one of a chain of three hundred', () => {
    const link = (n: number) =>
      `name: n${n}\non: { custom-node: n${n} }\nnodes:\n${n < 299 ? `- { type: custom-node, node: n${n + 1} }\n` : ''}- { type: return }\n`
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`n${n}.yaml`, link(n)]))
    expect(load(files).problems).toEqual([])
  })
})
