import { describe, expect, test } from 'vitest'
import { array } from '../../../nodes/logic/array/array.ts'
import { problemsOf, runNode } from '../run-node.ts'

const yamlOf = (operation: string, fields = '') =>
  `type: array\noperation: ${operation}\nsource: << data.l >>\nresult: data.r\n${fields}`.trimEnd()

async function run(operation: string, fields: string, data: object) {
  const { payload, error } = await runNode({ yaml: yamlOf(operation, fields), payload: { data } })
  if (error !== undefined) throw error
  return payload.data as { r?: unknown; removed?: unknown; l?: unknown }
}

const pots = [
  { name: 'Moss', kind: { id: 'b' }, n: 2 },
  { name: 'Fern', kind: { id: 'a' }, n: 10 },
  { name: 'Ivy', kind: { id: 'b' } },
]
const [moss, fern, ivy] = pots

describe('array', () => {
  test.each<[string, string, unknown, unknown]>([
    ['compact', '', [0, 1, false, 2, '', 3, null, Number.NaN], [1, 2, 3]],
    ['concat', 'value: [ 4 ]', [1, 2], [1, 2, 4]],
    ['concat', 'value: 4', [1, 2], [1, 2, 4]],
    ['concat', 'value: << data.gone >>', [1], [1]],
    ['deduplicate', '', [0, 1, '1', 1, 2, 2, Number.NaN, Number.NaN], [0, 1, '1', 2, Number.NaN]],
    ['deduplicateBy', 'by: kind.id', pots, [moss, fern]],
    ['filter', 'where: << value.n >> > 5', pots, [fern]],
    ['filter', 'where: << value >> > << data.limit >> && << index >> < << length array >> - 1', [9, 1, 8, 9], [9, 8]],
    ['filter', 'where: << payload.data.limit >> == << value >>', [5, 3], [5]],
    ['filter', 'where: true', [1, 2], [1, 2]],
    ['flatten', '', [1, [2, [3], 4], [5]], [1, 2, 3, 4, 5]],
    ['groupBy', 'by: kind.id', pots, { b: [moss, ivy], a: [fern] }],
    ['groupBy', 'by: n', pots, { 2: [moss], 10: [fern], '': [ivy] }],
    ['indexOf', 'value: b', ['a', 'b', 'b'], 1],
    ['indexOf', 'value: "5"', [5], -1],
    ['indexOf', 'value: << data.gone >>', [null, undefined], -1],
    ['insertAt', 'value: x\nindex: 1', [1, 2], [1, 'x', 2]],
    ['insertAt', 'value: x\nindex: -1', [1, 2], [1, 'x', 2]],
    ['insertAt', 'value: x\nindex: 4000000000', [1, 2], [1, 2, 'x']],
    ['keyBy', 'by: kind.id', pots, { b: ivy, a: fern }],
    ['length', '', [1, 2, 3], 3],
    ['lookupAt', 'index: 1', [1, 2, 3], 2],
    ['lookupAt', 'index: "-1"', [1, 2, 3], 3],
    ['lookupAt', 'index: 3', [1, 2, 3], undefined],
    ['push', 'value: { a: << data.limit >> }', [1], [1, { a: 5 }]],
    ['push', 'value: null', [], [null]],
    ['reverse', '', [1, 2, 3], [3, 2, 1]],
    ['slice', 'start: 1\nend: 3', [0, 1, 2, 3], [1, 2]],
    ['slice', 'start: -2', [0, 1, 2, 3], [2, 3]],
    ['slice', 'start: << data.gone >>', [0, 1], [0, 1]],
    ['sort', '', [10, 9, 1], [1, 9, 10]],
    ['sort', 'order: descending', ['b', 'a', 'c'], ['c', 'b', 'a']],
    ['sort', '', [true, 'a', null, 2, 'B', {}, -1, false], [-1, 2, 'B', 'a', false, true, null, {}]],
    ['sort', 'order: descending', [1, null, 2], [2, 1, null]],
    ['sortBy', 'by: name', pots, [fern, ivy, moss]],
    ['sortBy', 'by: n\norder: descending', pots, [fern, moss, ivy]],
    ['sortBy', 'by: kind.id', pots, [fern, moss, ivy]],
    ['sum', '', [1, 2.5, '4', null, { a: 1 }], 3.5],
    ['sum', '', [], 0],
    ['unshift', 'value: x', [1], ['x', 1]],
  ])('%s (%s) of %j is %j', async (operation, fields, l, expected) => {
    const data = await run(operation, fields, { l, limit: 5 })
    expect(data.r).toEqual(expected)
    expect(data.l).toEqual(l)
  })

  test.each<[string, string, unknown[], unknown[], unknown]>([
    ['pop', '', [1, 2], [1], 2],
    ['pop', '', [], [], undefined],
    ['shift', '', [1, 2], [2], 1],
    ['removeAt', 'index: 1', [1, 2, 3], [1, 3], 2],
    ['removeAt', 'index: -1', [1, 2, 3], [1, 2], 3],
    ['removeAt', 'index: 3', [1, 2, 3], [1, 2, 3], undefined],
    ['removeAt', 'index: -4', [1, 2, 3], [1, 2, 3], undefined],
    ['replaceAt', 'index: 0\nvalue: x', [1, 2], ['x', 2], 1],
    ['replaceAt', 'index: -1\nvalue: x', [1, 2], [1, 'x'], 2],
    ['replaceAt', 'index: 4\nvalue: x', [1, 2], [1, 2, null, null, 'x'], undefined],
  ])('%s (%s) of %j is %j, and what it takes out is %j', async (operation, fields, l, expected, removed) => {
    const data = await run(operation, `${fields}\nremoved: data.removed`, { l, removed: 'before' })
    expect(data.r).toEqual(expected)
    expect(data.removed).toEqual(removed)
    expect((await run(operation, fields, { l })).r).toEqual(expected)
  })

  test.each<[string, string, unknown, unknown]>([
    ['push', 'value: 1', undefined, [1]],
    ['push', 'value: 1', null, [1]],
    ['length', '', undefined, 0],
    ['length', '', 'abc', 3],
    ['reverse', '', 'abc', 'cba'],
    ['push', 'value: d', 'abc', 'abcd'],
    ['filter', 'where: << value >> > "a"', 'abc', ['b', 'c']],
    ['pop', '', '🪴🌵', '🪴'],
  ])('%s of what is no list: %s of %j is %j', async (operation, fields, l, expected) => {
    expect((await run(operation, fields, { l })).r).toEqual(expected)
  })

  test('changes a list in its own place, and elsewhere makes copies', async () => {
    const inPlace = yamlOf('push', 'value: << data.l >>').replace('data.r', 'data.l')
    const { payload } = await runNode({ yaml: inPlace, payload: { data: { l: [1] } } })
    expect(payload.data).toEqual({ l: [1, [1]] })

    const { l, r } = (await run('reverse', '', { l: [{ a: 1 }] })) as { l: [object]; r: [object] }
    expect(r).toEqual(l)
    expect(r[0]).not.toBe(l[0])
  })

  test.each<[string, string, object, string]>([
    ['length', '', { l: { length: 5 } }, 'source must be a list, not a map.'],
    ['length', '', { l: 5 }, 'source must be a list, not the number 5.'],
    ['push', 'value: << data.gone >>', { l: [] }, 'value is missing.'],
    ['lookupAt', 'index: << data.i >>', { l: [], i: 'x' }, 'does not fit'],
    ['lookupAt', 'index: << data.i >>', { l: [], i: 1.5 }, 'does not fit'],
    ['lookupAt', 'index: << data.gone >>', { l: [1] }, 'index is missing.'],
    ['replaceAt', 'value: 1\nindex: 4000000000', { l: [] }, 'index 4000000000 is past'],
    ['replaceAt', 'value: 1\nindex: -3', { l: [1] }, 'before the beginning'],
    ['groupBy', 'by: k', { l: [{ k: '__proto__' }] }, '"__proto__" cannot be a key'],
    ['keyBy', 'by: k', { l: [{ k: ['__proto__'] }] }, '"__proto__" cannot be a key'],
  ])('%s (%s) of %j fails the run', async (operation, fields, data, message) => {
    await expect(run(operation, fields, data)).rejects.toThrow(message)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('groups by a name that every object inherits', async () => {
    const l = [{ k: 'constructor' }, { k: 'toString' }]
    expect((await run('groupBy', 'by: k', { l })).r).toEqual({ constructor: [l[0]], toString: [l[1]] })
  })

  test.each([
    [yamlOf('filtr'), 'FLOW_WRONG_TYPE', 'must be one of'],
    [yamlOf('filter'), 'FLOW_MISSING_FIELD', 'filter needs where'],
    [yamlOf('filter', 'where: << item.a >>'), 'FLOW_ABSENT_PATH', 'item'],
    [yamlOf('filter', 'where: << value.__proto__ >>'), 'FLOW_UNSAFE_PATH', '__proto__'],
    [yamlOf('filter', 'where: << value > 3'), 'FLOW_TEMPLATE_SYNTAX', ''],
    [yamlOf('insertAt', 'index: 0'), 'FLOW_MISSING_FIELD', 'insertAt needs value'],
    [yamlOf('pop', 'index: 0'), 'FLOW_UNKNOWN_FIELD', 'pop takes no index'],
    [yamlOf('lookupAt', 'index: first'), 'FLOW_WRONG_TYPE', 'an integer'],
    [yamlOf('sort', 'order: up'), 'FLOW_WRONG_TYPE', 'ascending'],
    [yamlOf('sortBy', 'by: constructor.name'), 'FLOW_UNSAFE_PATH', 'constructor'],
  ])('%j does not load', (yaml, code, message) => {
    const problems = problemsOf(yaml)
    expect(problems.map((problem) => problem.code)).toEqual([code])
    expect(problems[0]?.message).toContain(message)
  })
})

describe('an ArrayNode of an export', () => {
  const paths = { sourceArrayPath: 'data.l', destArrayPath: 'data.d' }
  const common = { source: '{{data.l}}' }
  test.each([
    [
      { type: 'push', inputTemplate: '{{data.a}}' },
      { operation: 'push', value: '{{data.a}}', result: 'data.d' },
    ],
    [{ type: 'compact' }, { operation: 'compact', result: 'data.d' }],
    [
      { type: 'filter', inputTemplate: '{{value}} > 1', outputPath: 'data.o' },
      { operation: 'filter', where: '{{value}} > 1', result: 'data.o' },
    ],
    [
      { type: 'sortBy', inputTemplate: 'name', order: 'descending', outputPath: 'data.o' },
      { operation: 'sortBy', by: 'name', order: 'descending', result: 'data.o' },
    ],
    [
      { type: 'slice', inputTemplate: '1', indexTemplate: '-1' },
      { operation: 'slice', start: '1', end: '-1', result: 'data.d' },
    ],
    [
      { type: 'pop', outputPath: 'data.o' },
      { operation: 'pop', removed: 'data.o', result: 'data.d' },
    ],
    [
      { type: 'lookupAt', indexTemplate: '{{data.i}}', outputPath: 'data.o' },
      { operation: 'lookupAt', index: '{{data.i}}', result: 'data.o' },
    ],
  ])('%j becomes %j', (rule, expected) => {
    expect(array.losant?.translate?.({ ...paths, rules: [rule] })).toEqual({ ...common, ...expected })
  })

  test('changes its source where it names no other place', () => {
    const translated = array.losant?.translate?.({ sourceArrayPath: 'data.l', rules: [{ type: 'reverse' }] })
    expect(translated).toEqual({ ...common, operation: 'reverse', result: 'data.l' })
  })

  test.each([
    [{ ...paths }, 'one rule'],
    [{ ...paths, rules: [{ type: 'compact' }, { type: 'reverse' }] }, 'one rule'],
    [{ rules: [{ type: 'compact' }] }, 'no sourceArrayPath'],
    [{ ...paths, rules: [{ type: 'sum' }] }, 'no outputPath'],
  ])('%j says why it cannot be one', (config, message) => {
    expect(() => array.losant?.translate?.(config)).toThrow(message)
  })
})
