import { describe, expect, test } from 'vitest'
import { object } from '../../../nodes/logic/object/object.ts'
import { problemsOf, runNode } from '../run-node.ts'

const yamlOf = (operation: string, fields = '') =>
  `type: object\noperation: ${operation}\nsource: << data.o >>\nresult: data.r\n${fields}`.trimEnd()

async function run(operation: string, fields: string, data: object) {
  const { payload, error } = await runNode({ yaml: yamlOf(operation, fields), payload: { data } })
  if (error !== undefined) throw error
  return payload.data as { r?: unknown; o?: unknown }
}

/** Names that every object inherits. */
const inherited = { constructor: { a: 1 }, toString: { b: 1 } }

describe('object', () => {
  test.each<[string, string, unknown, unknown]>([
    ['assign', 'with: { b: 4, c: { d: << data.x >> } }', { a: 1, b: 2, c: { e: 1 } }, { a: 1, b: 4, c: { d: 7 } }],
    ['assign', 'with: << data.more >>', { a: 1 }, { a: 1, m: 1 }],
    ['assign', 'with: { a: 1 }', undefined, { a: 1 }],
    ['assign', `json: '{ << jsonEncode data.key >>: << jsonEncode data.x >> }'`, { a: 1 }, { a: 1, 'k"': 7 }],
    [
      'entries',
      '',
      { a: 1, b: [2] },
      [
        ['a', 1],
        ['b', [2]],
      ],
    ],
    ['entries', '', undefined, []],
    ['fromPairs', '', [['a', 1], [2, 'b'], ['a', 3], ['c']], { a: 3, 2: 'b', c: undefined }],
    ['fromPairs', '', undefined, {}],
    ['keys', '', { a: 1, b: 2 }, ['a', 'b']],
    [
      'mergeDeep',
      'with: { a: { c: 2, d: { e: 3 } }, l: [ 9, { y: 2 } ], n: null }',
      { a: { b: 1, c: 1, d: 0 }, l: [1, { x: 1 }, 3], n: { z: 1 } },
      { a: { b: 1, c: 2, d: { e: 3 } }, l: [9, { x: 1, y: 2 }, 3], n: null },
    ],
    ['mergeDeep', 'with: { l: [ 1, 2 ], s: [ 1 ] }', { l: [9], s: { a: 1 } }, { l: [1, 2], s: [1] }],
    ['mergeDeep', 'with: << data.inherited >>', {}, { constructor: { a: 1 }, toString: { b: 1 } }],
    ['omit', 'keys: [ b, toString ]', { a: 1, b: 2 }, { a: 1 }],
    ['omit', 'keys: << data.names >>', { a: 1, b: 2 }, { b: 2 }],
    ['pick', 'keys: [ b, c, toString ]', { a: 1, b: 2 }, { b: 2 }],
    ['pick', `json: '[ << jsonEncode data.key >> ]'`, { 'k"': 1, b: 2 }, { 'k"': 1 }],
    ['values', '', { a: 1, b: [2] }, [1, [2]]],
    ['zipObject', 'keys: [ a, b, c ]', [1, 2], { a: 1, b: 2 }],
    ['zipObject', 'keys: [ a ]', [1, 2], { a: 1 }],
  ])('%s (%s) of %j is %j', async (operation, fields, o, expected) => {
    const data = await run(operation, fields, { o, x: 7, key: 'k"', more: { m: 1 }, names: ['a'], inherited })
    expect(data.r).toEqual(expected)
    expect(data.o).toEqual(o)
  })

  test('changes a map in its own place, and elsewhere makes copies', async () => {
    const { o, r } = (await run('assign', 'with: << data.o >>', { o: { a: { b: 1 } } })) as Record<
      'o' | 'r',
      { a: object }
    >
    expect(r).toEqual(o)
    expect(r.a).not.toBe(o.a)

    const shared = `${yamlOf('mergeDeep', 'with: << data.x >>').replace('data.r', 'data.o')}
next: [ { type: mutate, rules: [ { set: data.o.a.b, to: 2 } ] } ]`
    const data = { o: {}, x: { a: { b: 1 } } }
    expect((await runNode({ yaml: shared, payload: { data } })).payload.data).toEqual({
      o: { a: { b: 2 } },
      x: { a: { b: 1 } },
    })

    const inPlace = yamlOf('assign', 'with: { self: << data.o >> }').replace('data.r', 'data.o')
    const { payload } = await runNode({ yaml: inPlace, payload: { data: { o: { a: 1 } } } })
    expect(payload.data).toEqual({ o: { a: 1, self: { a: 1 } } })
  })

  const poison = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')
  test.each<[string, string, object, string]>([
    ['keys', '', { o: [1] }, 'source must be a map, not a list.'],
    ['pick', 'keys: [ a ]', { o: 'text' }, 'source must be a map, not a text.'],
    ['fromPairs', '', { o: { a: 1 } }, 'source must be a list, not a map.'],
    ['fromPairs', '', { o: [['a', 1], 'b'] }, 'source[1] must be a pair'],
    ['fromPairs', '', { o: [[{}, 1]] }, 'source[0] must be a pair'],
    ['fromPairs', '', { o: [['__proto__', { polluted: true }]] }, '"__proto__" cannot be a key'],
    ['zipObject', 'keys: << data.k >>', { o: [1], k: ['__proto__'] }, '"__proto__" cannot be a key'],
    ['mergeDeep', 'with: << data.poison >>', { o: {}, poison }, '"__proto__" cannot be a key'],
    ['omit', 'keys: << data.gone >>', { o: { a: 1 } }, 'keys is missing.'],
    ['omit', 'keys: << data.k >>', { o: { a: 1 }, k: 'a' }, 'must be a list'],
    ['omit', 'json: "[ 1 ]"', { o: { a: 1 } }, 'keys must be a list of texts.'],
    ['assign', 'with: << data.w >>', { o: {}, w: [1] }, 'does not fit'],
    ['assign', 'json: "[ 1 ]"', { o: {} }, 'with must be a map, not a list.'],
    ['assign', 'json: "{ << data.w >> }"', { o: {}, w: 'x' }, 'json: The text is not valid JSON'],
    ['assign', 'json: << data.w >>', { o: {}, w: '{"__proto__":{"polluted":1}}' }, '__proto__'],
  ])('%s (%s) of %j fails the run', async (operation, fields, data, message) => {
    await expect(run(operation, fields, data)).rejects.toThrow(message)
    expect(({} as { polluted?: true }).polluted).toBeUndefined()
  })

  test('gives a map no other prototype', async () => {
    const { r } = await run('assign', 'with: << data.poison >>', { o: {}, poison })
    expect(Object.getPrototypeOf(r)).toBe(Object.prototype)
    expect(({} as { polluted?: true }).polluted).toBeUndefined()
  })

  test.each([
    [yamlOf('merge'), 'FLOW_WRONG_TYPE', 'must be one of'],
    [yamlOf('assign'), 'FLOW_MISSING_FIELD', 'assign needs with or json'],
    [yamlOf('assign', 'with: {}\njson: "{}"'), 'FLOW_UNKNOWN_FIELD', 'json cannot be combined with with'],
    [yamlOf('keys', 'keys: [ a ]'), 'FLOW_UNKNOWN_FIELD', 'keys takes no keys'],
    [yamlOf('pick', 'keys: a'), 'FLOW_WRONG_TYPE', 'keys must be a list'],
    [yamlOf('assign', 'with: [ a ]'), 'FLOW_WRONG_TYPE', 'with must be an object'],
    [yamlOf('assign', 'json: << data.a'), 'FLOW_TEMPLATE_SYNTAX', ''],
    ['type: object\noperation: keys\nresult: data.r', 'FLOW_MISSING_FIELD', 'source'],
  ])('%j does not load', (yaml, code, message) => {
    const problems = problemsOf(yaml)
    expect(problems.map((problem) => problem.code)).toEqual([code])
    expect(problems[0]?.message).toContain(message)
  })
})

describe('an ObjectNode of an export', () => {
  const paths = { sourcePath: 'data.o', destPath: 'data.d' }
  test.each([
    [
      { type: 'pick', inputTemplate: '["a", "b"]' },
      { operation: 'pick', keys: ['a', 'b'], result: 'data.d' },
    ],
    [
      { type: 'mergeDeep', inputTemplate: ' {{data.x}} ' },
      { operation: 'mergeDeep', with: '{{data.x}}', result: 'data.d' },
    ],
    [
      { type: 'assign', inputTemplate: '{ "a": {{jsonEncode data.x}} }' },
      { operation: 'assign', json: '{ "a": {{jsonEncode data.x}} }', result: 'data.d' },
    ],
    [
      { type: 'omit', inputTemplate: '["{{data.x}}"]' },
      { operation: 'omit', json: '["{{data.x}}"]', result: 'data.d' },
    ],
    [
      { type: 'keys', outputPath: 'data.k' },
      { operation: 'keys', result: 'data.k' },
    ],
  ])('%j becomes %j', (operation, expected) => {
    const translated = object.losant?.translate?.({ ...paths, operations: [operation] })
    expect(translated).toEqual({ source: '{{data.o}}', ...expected })
  })

  test('begins with an empty map where it has no source', () => {
    const operations = [{ type: 'assign', inputTemplate: '{"a":1}' }]
    const translated = object.losant?.translate?.({ destPath: 'data.d', operations })
    expect(translated).toEqual({ operation: 'assign', source: {}, with: { a: 1 }, result: 'data.d' })
  })

  test.each([
    [{ ...paths }, 'one operation'],
    [{ ...paths, operations: [{ type: 'keys' }, { type: 'values' }] }, 'one operation'],
    [{ ...paths, operations: [{ type: 'assign' }] }, 'no inputTemplate'],
    [{ ...paths, operations: [{ type: 'assign', inputTemplate: '{ a }' }] }, 'not valid JSON'],
  ])('%j says why it cannot be one', (config, message) => {
    expect(() => object.losant?.translate?.(config)).toThrow(message)
  })
})
