import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { load, problemsOf } from './fixtures.ts'

const withNodes = (nodes: string, on = '{ endpoint: GET /a }') => `name: F\non: ${on}\nnodes:\n${nodes}`

describe('check', () => {
  const cases: readonly [title: string, flow: string, problems: readonly string[]][] = [
    ['an unknown node type', withNodes('- type: repli'), ['4:9 FLOW_UNKNOWN_NODE']],
    [
      'an unknown node type, and not the wire that names the node',
      withNodes('- { type: step, next: a }\n- { id: a, type: repli }'),
      ['5:18 FLOW_UNKNOWN_NODE'],
    ],
    [
      'an unknown trigger, and not what would count for it',
      'name: F\ninOrder: true\non: { buton: a }\nnodes: [ { type: step } ]',
      ['3:5 FLOW_UNKNOWN_TRIGGER'],
    ],
    ['a node without a type', withNodes('- id: a'), ['4:3 FLOW_MISSING_FIELD']],
    ['a node that is no map', withNodes('- reply'), ['4:3 FLOW_WRONG_TYPE']],
    ['an unknown field', withNodes('- type: reply\n  bdy: 1'), ['5:3 FLOW_UNKNOWN_FIELD']],
    [
      'a missing field',
      withNodes('- { type: pick, then: [ { type: reply } ], else: [ { type: reply } ] }'),
      ['4:3 FLOW_MISSING_FIELD'],
    ],
    ['a literal of the wrong type', withNodes('- type: reply\n  status: 99'), ['5:11 FLOW_WRONG_TYPE']],
    ['digits where a status is asked', withNodes("- type: reply\n  status: '201'"), []],
    [
      'a template where none is taken',
      withNodes('- type: ask\n  call: << data.body >>\n- type: reply'),
      ['5:9 FLOW_WRONG_TYPE'],
    ],
    ['a template that does not close', withNodes('- type: reply\n  body: a << b'), ['5:11 FLOW_TEMPLATE_SYNTAX']],
    [
      'an unknown target',
      withNodes('- { id: a, type: step, next: b }\n- { id: bb, type: reply }'),
      ['4:30 FLOW_UNKNOWN_TARGET'],
    ],
    ['an ID used twice', withNodes('- { id: a, type: step }\n- { id: a, type: reply }'), ['5:9 FLOW_DUPLICATE_ID']],
    [
      'an output that the type does not have',
      withNodes('- { type: step, then: end }\n- type: reply'),
      ['4:17 FLOW_UNKNOWN_OUTPUT'],
    ],
    ['a word of the format as an ID', withNodes('- { id: end, type: reply }'), ['4:9 FLOW_WRONG_TYPE']],
    [
      'a cycle',
      withNodes(
        '- { id: a, type: step, next: b }\n- { id: b, type: pick, if: << data.body >>, then: a, else: [ { type: reply } ] }',
      ),
      ['5:51 FLOW_CYCLE'],
    ],
    ['nodes that nothing reaches', withNodes('- type: reply\n- type: step\n- type: reply'), ['5:3 FLOW_UNREACHABLE']],
    [
      'a way that ends without a reply',
      withNodes('- type: pick\n  if: << data.body >>\n  then: [ { type: reply } ]'),
      ['4:3 FLOW_NO_REPLY'],
    ],
    ['an endpoint whose flow has no node', 'name: F\non: { endpoint: GET /a }\nnodes: []', ['2:5 FLOW_NO_REPLY']],
    ['a throw in place of a reply', withNodes('- type: fail'), []],
    [
      'a reply in one branch of a split',
      withNodes('- type: step\n  next: [ [ { type: step } ], [ { type: reply } ] ]'),
      [],
    ],
    [
      'two replies on one way',
      withNodes('- { type: reply, next: b }\n- { id: b, type: reply }'),
      ['5:3 FLOW_REPLIES_TWICE'],
    ],
    [
      'two branches that both reply',
      withNodes('- type: step\n  next: [ [ { type: reply } ], [ { type: reply } ] ]'),
      ['5:34 FLOW_REPLIES_TWICE'],
    ],
    [
      'a path that nothing has written',
      withNodes('- type: reply\n  body: Hi << working.name >>'),
      ['5:15 FLOW_ABSENT_PATH'],
    ],
    [
      'a path that one of two ways has written',
      withNodes(
        '- { type: pick, if: << data.body >>, then: [ { type: set, path: working.a, to: 1 } ] }\n- { type: reply, body: << working.a >> }',
      ),
      [],
    ],
    [
      'the result of the other output',
      withNodes(
        '- type: ask\n  call: x\n  result: data.r\n  else: [ { type: reply, body: << data.r.result.id >> } ]\n- type: reply',
      ),
      ['7:35 FLOW_ABSENT_PATH'],
    ],
    [
      'a path beside the one that was written',
      withNodes('- { type: set, path: working.list, to: 1 }\n- { type: reply, body: << working.lst >> }'),
      ['5:27 FLOW_ABSENT_PATH'],
    ],
    [
      'no path beside one that was written into what the client sent',
      withNodes('- { type: set, path: data.body.list, to: 1 }\n- { type: reply, body: << data.body.lst >> }'),
      [],
    ],
    ['a path below a text', withNodes('- { type: reply, body: << flowId.x >> }'), ['4:27 FLOW_ABSENT_PATH']],
    ['no trigger that is known', withNodes('- type: reply', '{ endpont: GET /a }'), ['2:5 FLOW_UNKNOWN_TRIGGER']],
    [
      'a trigger of two types',
      withNodes('- type: reply', '{ endpoint: GET /a, button: b }'),
      ['2:5 FLOW_UNKNOWN_TRIGGER'],
    ],
    ['no nodes', 'name: F\non: { endpoint: GET /a }', ['1:1 FLOW_MISSING_FIELD']],
    ['a file that is no map', '- a', ['1:1 FLOW_WRONG_TYPE']],
    [
      'a wire without a value',
      withNodes('- type: pick\n  if: "true"\n  then:\n- type: reply'),
      ['6:3 FLOW_WRONG_TYPE'],
    ],
    ['a template as a key', withNodes('- type: reply\n  body: { << data.body >>: 1 }'), ['5:11 FLOW_WRONG_TYPE']],
    [
      'a result path that is none',
      withNodes('- type: ask\n  call: x\n  result: data..r\n- { type: reply, body: << data.r >> }'),
      ['6:16 FLOW_TEMPLATE_SYNTAX'],
    ],
    [
      'a result path that would pollute',
      withNodes('- type: ask\n  call: x\n  result: data.__proto__.r\n- type: reply'),
      ['6:16 FLOW_UNSAFE_PATH'],
    ],
    ['a key that would pollute', withNodes('- type: reply\n  body: { constructor: 1 }'), ['5:11 FLOW_UNSAFE_PATH']],
  ]

  it.each(cases)('finds %s', (_title, flow, problems) => {
    expect(problemsOf(flow)).toEqual(problems.map((problem) => `flow.yaml:${problem}`))
  })

  it('reports every problem of every file at once', () => {
    const files = {
      'a.yaml': withNodes('- type: repli'),
      'b.yaml': 'name: [',
      'application.yaml': 'nme: x',
    }
    const codes = load(files).problems.map(({ file, code }) => `${file} ${code}`)
    expect(codes).toContain('a.yaml FLOW_UNKNOWN_NODE')
    expect(codes).toContain('b.yaml FLOW_YAML_SYNTAX')
    expect(codes).toContain('application.yaml APPLICATION_INVALID')
  })

  it('names both files of two routes that conflict, and both of a name used twice', () => {
    const { problems, application } = load({
      'a.yaml': withNodes('- type: reply'),
      'b.yaml': withNodes('- type: reply'),
    })
    expect(application).toBeUndefined()
    expect(problems.map(({ code, file, related }) => [code, file, related?.[0]?.file])).toEqual([
      ['FLOW_DUPLICATE_NAME', 'b.yaml', 'a.yaml'],
      ['FLOW_ROUTE_CONFLICT', 'b.yaml', 'a.yaml'],
    ])
  })

  it('refuses two files that differ in their ending alone', () => {
    const b = withNodes('- type: reply').replace('name: F', 'name: G').replace('/a', '/b')
    const { problems } = load({ 'a.yaml': withNodes('- type: reply'), 'a.yml': b })
    expect(problems.map(({ code, file }) => [code, file])).toEqual([['FLOW_DUPLICATE_NAME', 'a.yml']])
  })

  it('knows the globals of the application', () => {
    const files = {
      'application.yaml': 'name: x\nglobals: { mail: { from: a } }',
      'f.yaml': withNodes('- { type: reply, body: "<< globals.mail.from >> << globals.mail.form >>" }'),
    }
    const problems = load(files).problems
    expect(problems.map(({ code, hint }) => [code, hint])).toEqual([['FLOW_ABSENT_PATH', 'Did you mean "from"?']])
  })

  it('takes a hundred conditions in a row without counting every way through them', () => {
    const nodes = Array.from(
      { length: 100 },
      (_, n) => `- { type: pick, if: << data.body >>, then: [ { type: set, path: working.n${n}, to: 1 } ] }`,
    )
    expect(problemsOf(withNodes([...nodes, '- type: reply'].join('\n')))).toEqual([])
  })

  it('never throws, whatever stands in the place of a flow', () => {
    const yaml = fc.json().map((json) => `name: F\non: { endpoint: GET /a }\nnodes: [ ${json} ]`)
    fc.assert(
      fc.property(fc.oneof(yaml, fc.json(), fc.string()), (text) => {
        const { problems } = load({ 'flow.yaml': text })
        const lines = text.split(/\r\n|\r|\n/).length
        for (const { line, column } of problems) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines)
          expect(column).toBeGreaterThanOrEqual(1)
        }
      }),
    )
  })
})
