import { describe, expect, test } from 'vitest'
import { math } from '../../../nodes/logic/math.ts'
import { problemsOf, runNode } from '../run-node.ts'

const yamlOf = (...expressions: string[]) =>
  ['type: math', 'statements:', ...expressions.map((text) => `  - { expression: '${text}', result: data.r }`)].join(
    '\n',
  )

async function compute(expression: string, data: object) {
  const { payload, error } = await runNode({ yaml: yamlOf(expression), payload: { data } })
  return error === undefined ? (payload.data as { r: unknown }).r : String(error)
}

describe('math', () => {
  test.each<[string, object, unknown]>([
    ['<< data.a >> * 9 / 5 + 32', { a: 20 }, 68],
    ['sqrt(<< data.a >> ^ 2 + << data.b >> ^ 2)', { a: 3, b: 4 }, 5],
    ['<< data.a >> * 2', { a: '21' }, 42],
    ['<< data.a >> * 2', {}, Number.NaN],
    ['<< data.a >>', {}, Number.NaN],
    ['<< data.a >> / 0', { a: 1 }, Number.POSITIVE_INFINITY],
    ['<< data.a >> * 2', { a: { toString: 1, valueOf: 1 } }, Number.NaN],
    ['<< data.a >> > 3', { a: 4 }, true],
    ['<< data.a >> || 7', { a: null }, 7],
    ['<< lookup data.l data.i >>', { l: [{ x: 1 }], i: 0 }, { x: 1 }],
    ['5', {}, 5],
  ])('%s with %j is %j', async (expression, data, expected) => {
    expect(await compute(expression, data)).toEqual(expected)
  })

  test('computes from top to bottom, in place as well', async () => {
    const yaml = yamlOf('<< data.n >> + 1', '<< data.r >> * 10', 'round(<< data.r >> / 3)')
    expect((await runNode({ yaml, payload: { data: { n: 9 } } })).payload.data).toEqual({ n: 9, r: 33 })
  })

  test('copies what it takes from the payload', async () => {
    const { payload } = await runNode({ yaml: yamlOf('<< data >>'), payload: { data: { a: { b: 1 } } } })
    expect(payload.data).toEqual({ a: { b: 1 }, r: { a: { b: 1 } } })
  })

  test.each([
    [yamlOf('<< data.a >> +'), 'FLOW_EXPRESSION_SYNTAX'],
    [yamlOf('sqroot(<< data.a >>)'), 'FLOW_EXPRESSION_SYNTAX'],
    ['type: math', 'FLOW_MISSING_FIELD'],
    ['type: math\nstatements: [ { expression: 1 } ]', 'FLOW_MISSING_FIELD'],
    ['type: math\nstatements: [ { expression: 1, result: << data.a >> } ]', 'FLOW_TEMPLATE_SYNTAX'],
    ['type: math\nstatements: [ { expression: 1, result: data.prototype } ]', 'FLOW_UNSAFE_PATH'],
    [yamlOf('<< working.r >>'), 'FLOW_ABSENT_PATH'],
  ])('%j does not load', (yaml, code) => {
    expect(problemsOf(yaml).map((problem) => problem.code)).toEqual([code])
  })

  test('is made of a MathNode', () => {
    const statements = [{ expression: '{{data.a}} + 1', resultPath: 'data.b' }]
    expect(math.losant?.translate?.({ statements })).toEqual({
      statements: [{ expression: '{{data.a}} + 1', result: 'data.b' }],
    })
    expect(math.losant?.translate?.({})).toEqual({ statements: [] })
  })
})
