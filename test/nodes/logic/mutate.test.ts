import { describe, expect, test } from 'vitest'
import { mutate } from '../../../nodes/logic/mutate.ts'
import { problemsOf, runNode } from '../run-node.ts'

const yamlOf = (...rules: string[]) => ['type: mutate', 'rules:', ...rules.map((rule) => `  - ${rule}`)].join('\n')

async function follow(rules: readonly string[], data: unknown) {
  const { payload, error } = await runNode({ yaml: yamlOf(...rules), payload: { data } })
  return error === undefined ? payload.data : String(error)
}

describe('mutate', () => {
  test.each<[string, string[], unknown, unknown]>([
    ['sets a text', ['{ set: data.a, to: Hello << data.n >> }'], { n: 'Ada' }, { n: 'Ada', a: 'Hello Ada' }],
    ['keeps types', ['{ set: data.a, to: << data.n >> }'], { n: 5 }, { n: 5, a: 5 }],
    ['sets null', ['{ set: data.a, to: null }'], { a: 1 }, { a: null }],
    [
      'sets a structure',
      ['{ set: data.a.b, to: { n: << data.n >>, gone: << data.gone >>, l: [ 1 ] } }'],
      { n: 5 },
      { n: 5, a: { b: { n: 5, l: [1] } } },
    ],
    ['removes what stood there where the value is missing', ['{ set: data.a, to: << data.gone >> }'], { a: 1 }, {}],
    [
      'sees what earlier rules did',
      ['{ set: data.a, to: 1 }', '{ set: data.b, to: << data.a >> }'],
      {},
      { a: 1, b: 1 },
    ],
    ['moves', ['{ move: data.a, to: data.b.c }'], { a: { x: 1 } }, { b: { c: { x: 1 } } }],
    [
      'moves a value out of where it stands',
      ['{ move: data.a.b, to: data.a }'],
      { a: { b: { c: 1 } } },
      { a: { c: 1 } },
    ],
    ['moves a value below where it stands', ['{ move: data.a, to: data.a.b }'], { a: 1 }, { a: { b: 1 } }],
    ['moves an item of a list', ['{ move: data.l.0, to: data.first }'], { l: [1, 2] }, { l: [2], first: 1 }],
    ['moves nothing over something', ['{ move: data.gone, to: data.a }'], { a: 1 }, {}],
    ['removes a key', ['{ remove: data.a.b }'], { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
    ['removes an item', ['{ remove: data.l.1 }'], { l: [1, 2, 3] }, { l: [1, 3] }],
    ['removes what is not there', ['{ remove: data.a.b.c }', '{ remove: data.l.9 }'], { l: [1] }, { l: [1] }],
    ['reads JSON', ['{ set: data.n, json: << data.text >> }'], { text: ' 20 ' }, { text: ' 20 ', n: 20 }],
    [
      'reads null for what is missing in JSON',
      [
        '{ set: data.o, json: \'{ "a": << jsonEncode data.gone >>, "b": [<<#each data.l>><< jsonEncode ../data.gone >><</each>>] }\' }',
      ],
      { l: [1] },
      { l: [1], o: { a: null, b: [null] } },
    ],
    [
      'sets what a helper gives',
      ['{ set: data.o, to: { last: << last data.l >>, sum: << add 1 2 >>, text: "<< obj a=1 >>!" } }'],
      { l: [1, { b: 2 }] },
      { l: [1, { b: 2 }], o: { last: { b: 2 }, sum: 3, text: '{"a":1}!' } },
    ],
    [
      'builds JSON with blocks and keys of the payload',
      [`{ set: data.o, json: '{ <<#if data.k>><< jsonEncode data.k >>: << jsonEncode data.v >><</if>> }' }`],
      { k: 'a"b', v: ['x'] },
      { k: 'a"b', v: ['x'], o: { 'a"b': ['x'] } },
    ],
  ])('%s', async (_what, rules, data, expected) => {
    expect(await follow(rules, data)).toStrictEqual(expected)
  })

  test('copies: a change of one does not show in the other', async () => {
    const rules = [
      '{ set: data.b, to: << data.a >> }',
      '{ set: data.b.n, to: 2 }',
      '{ set: data.all, to: [ << data >> ] }',
    ]
    expect(await follow(rules, { a: { n: 1 } })).toStrictEqual({
      a: { n: 1 },
      b: { n: 2 },
      all: [{ a: { n: 1 }, b: { n: 2 } }],
    })
  })

  test.each<[string, string, unknown, string]>([
    ['an item past any list', '{ set: data.l.4000000, to: 1 }', { l: [] }, 'Nothing can be written to'],
    ['a name in a list', '{ move: data.x, to: data.l.name }', { x: 1, l: [] }, 'Nothing can be written to'],
    ['the whole payload', '{ remove: "." }', {}, 'it is the whole payload'],
    [
      'text that is no JSON',
      '{ set: data.a, json: "{ << data.x >> }" }',
      { x: 'y' },
      'rules[0].json: The text is not valid JSON',
    ],
    ['JSON of nothing', '{ set: data.a, json: << data.gone >> }', {}, 'rules[0].json: The text is not valid JSON'],
    ['a key to a prototype', '{ set: data.a, json: << data.x >> }', { x: '{"__proto__":{"a":1}}' }, '__proto__'],
    ['a gap in a list', '{ set: data.a, to: [ << data.gone >> ] }', {}, 'a list cannot have a gap'],
  ])('fails the run for %s', async (_what, rule, data, message) => {
    expect(await follow([rule], data)).toContain(message)
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
  })

  test.each([
    [
      '{ set: data.a }',
      'FLOW_WRONG_TYPE',
      'rules[0] must be { set, to }, { set, json }, { move, to } or { remove }, not { set }.',
    ],
    ['{ copy: data.a, to: data.b }', 'FLOW_WRONG_TYPE', 'not { copy, to }'],
    ['{ set: data.a, to: 1, json: "1" }', 'FLOW_WRONG_TYPE', 'not { set, to, json }'],
    ['{ move: data.a }', 'FLOW_MISSING_FIELD', 'rules[0].to is missing'],
    ['{ move: data.a, to: << data.b >> }', 'FLOW_TEMPLATE_SYNTAX', 'in a path'],
    ['{ remove: data.a, too: 1 }', 'FLOW_UNKNOWN_FIELD', 'too'],
    ['{ remove: data.__proto__ }', 'FLOW_UNSAFE_PATH', '__proto__'],
    ['{ set: "data.[constructor].a", to: 1 }', 'FLOW_UNSAFE_PATH', 'constructor'],
    ['{ set: data.a, to: { __proto__: 1 } }', 'FLOW_UNSAFE_PATH', '__proto__'],
    ['{ set: data.a, to: << working.b >> }', 'FLOW_ABSENT_PATH', 'working'],
    ['data.a', 'FLOW_WRONG_TYPE', 'rules[0]'],
  ])('%s does not load', (rule, code, message) => {
    const problems = problemsOf(yamlOf(rule))
    expect(problems.map((problem) => problem.code)).toEqual([code])
    expect(problems[0]?.message).toContain(message)
    expect(problems[0]?.line).toBe(6)
  })

  test('is known by what it writes', () => {
    const read = (path: string) =>
      problemsOf(`${yamlOf('{ set: working.a, to: { b: 1, c: << data.x >> } }', '{ move: data.x, to: working.m }')}
next:
  - type: debug
    message: << ${path} >>`).map(({ code }) => code)
    expect(read('working.a.b')).toEqual([])
    expect(read('working.a.c.d')).toEqual([])
    expect(read('working.m.x')).toEqual([])
    expect(read('working.a.d')).toEqual(['FLOW_ABSENT_PATH'])
  })
})

describe('a MutateNode of an export', () => {
  const set = (valueTemplate: string, valueTemplateType?: string) => ({
    type: 'set',
    destination: 'data.b',
    valueTemplate,
    ...(valueTemplateType ? { valueTemplateType } : {}),
  })
  test.each<[unknown, unknown]>([
    [set('{{data.a}}'), { set: 'data.b', to: '{{data.a}}' }],
    [set('5', 'string'), { set: 'data.b', to: '5' }],
    [set('{ "a": [true] }', 'json'), { set: 'data.b', to: { a: [true] } }],
    [set('{ "a": {{jsonEncode x}} }', 'json'), { set: 'data.b', json: '{ "a": {{jsonEncode x}} }' }],
    [
      { type: 'copy', source: 'data.[a b]', destination: 'data.b' },
      { set: 'data.b', to: '{{data.[a b]}}' },
    ],
    [
      { type: 'move', source: 'data.a', destination: 'data.b' },
      { move: 'data.a', to: 'data.b' },
    ],
    [{ type: 'remove', source: 'data.a' }, { remove: 'data.a' }],
  ])('%j becomes %j', (rule, expected) => {
    expect(mutate.losant?.translate?.({ rules: [rule] })).toEqual({ rules: [expected] })
  })

  test.each([
    [{}, 'no rules'],
    [{ rules: [{ type: 'rename' }] }, 'no counterpart'],
    [{ rules: [{ type: 'copy', destination: 'data.b' }] }, 'no source'],
    [{ rules: [set('{ a: 1 }', 'json')] }, 'not valid JSON'],
  ])('%j says why it cannot be one', (config, message) => {
    expect(() => mutate.losant?.translate?.(config)).toThrow(message)
  })
})
