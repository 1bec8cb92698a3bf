import { describe, expect, test } from 'vitest'
import { jsonDecode } from '../../../nodes/logic/json-decode.ts'
import { jsonEncode } from '../../../nodes/logic/json-encode.ts'
import { problemsOf, runNode } from '../run-node.ts'

const encode = 'type: json-encode\nsource: << data.v >>\nresult: data.r'
const decode = 'type: json-decode\nsource: << data.v >>\nresult: data.r'

describe('json-encode', () => {
  test.each<[unknown, string]>([
    [{ a: [1, 'ä"\n', null, true] }, '{"a":[1,"ä\\"\\n",null,true]}'],
    ['text', '"text"'],
    [0, '0'],
    [null, 'null'],
    [Number.NaN, 'null'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [{ toJSON: 'x', a: undefined }, '{"toJSON":"x"}'],
  ])('%j', async (v, expected) => {
    const { payload, error } = await runNode({ yaml: encode, payload: { data: { v } } })
    expect(error).toBeUndefined()
    expect(payload.data).toEqual({ v, r: expected })
  })

  test('puts the text in place of the value', async () => {
    const yaml = encode.replace('data.r', 'data.v')
    expect((await runNode({ yaml, payload: { data: { v: [1] } } })).payload.data).toEqual({ v: '[1]' })
  })

  test('fails the run for what is nested too deep to be written', async () => {
    let v: unknown = []
    for (let level = 0; level < 100_000; level += 1) v = [v]
    expect(String((await runNode({ yaml: encode, payload: { data: { v } } })).error)).toContain('call stack')
  })
})

describe('json-decode', () => {
  test.each<[string, unknown]>([
    ['{"a":[1,{"b":null}]}', { a: [1, { b: null }] }],
    [' "text" ', 'text'],
    ['0', 0],
    ['null', null],
    ['false', false],
    ['\uFEFF{"id":8202522731445525542}', { id: '8202522731445525542' }],
  ])('%s', async (v, expected) => {
    const { payload, output } = await runNode({ yaml: decode, payload: { data: { v } } })
    expect(output).toBe('then')
    expect(payload.data).toEqual({ v, r: expected })
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'source is missing.'],
    ['null', null, 'source must be a text, not null.'],
    ['a map', { a: 1 }, 'source must be a text, not a map.'],
    ['a number', 5, 'source must be a text, not the number 5.'],
    ['an empty text', '', 'The text is not valid JSON'],
    ['half of a structure', '{"a":', 'The text is not valid JSON'],
    ['what JavaScript alone can read', "{a:'b'}", 'The text is not valid JSON'],
    ['a prototype', '{"__proto__":{"polluted":1}}', 'a key that is not allowed'],
    ['a megabyte of brackets', '['.repeat(1_000_000), 'more than 250000 lists and maps'],
    ['a deep structure', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'deeper than 100'],
  ])('of %s takes else with what is wrong, and without an else fails the run', async (_what, v, message) => {
    const caught = await runNode({ yaml: `${decode}\nelse: end`, payload: { data: { v } } })
    expect(caught.error).toBeUndefined()
    expect(caught.output).toBe('else')
    expect(caught.payload.data).toEqual({ v, r: { error: { message: expect.stringContaining(message) } } })

    const failed = await runNode({ yaml: decode, payload: { data: { v, r: 'before' } } })
    expect(String(failed.error)).toContain(message)
    expect(failed.payload.data).toEqual({ v, r: 'before' })
    expect(({} as { polluted?: 1 }).polluted).toBeUndefined()
  })

  test('leaves the text where it is, and the error elsewhere, where it is told so', async () => {
    const yaml = `${decode.replace('data.r', 'data.v')}\nerrorResult: data.e\nelse: end`
    const { payload } = await runNode({ yaml, payload: { data: { v: 'x' } } })
    expect(payload.data).toEqual({ v: 'x', e: { error: { message: expect.any(String) } } })
  })

  test('is no failure of the data where its result cannot be written', async () => {
    const yaml = `${decode.replace('data.r', 'data.l.name')}\nelse: end`
    const { error } = await runNode({ yaml, payload: { data: { v: '1', l: [] } } })
    expect(String(error)).toContain('Nothing can be written')
  })

  test.each([
    ['type: json-decode\nsource: << data.v >>', 'FLOW_MISSING_FIELD'],
    ['type: json-decode\nresult: data.v', 'FLOW_MISSING_FIELD'],
    [`${decode}\nnext: end`, 'FLOW_UNKNOWN_OUTPUT'],
    [decode.replace('data.v', 'working.v'), 'FLOW_ABSENT_PATH'],
    [`${decode}\nelse: [ { type: debug, message: << data.r.error.type >> } ]`, 'FLOW_ABSENT_PATH'],
  ])('%j does not load', (yaml, code) => {
    expect(problemsOf(yaml).map((problem) => problem.code)).toEqual([code])
  })
})

describe('of an export', () => {
  const paths = { source: 'data.a', destination: 'data.b' }
  const common = { source: '{{data.a}}', result: 'data.b' }

  test('a JsonEncodeNode', () => {
    expect(jsonEncode.losant?.translate?.(paths)).toEqual(common)
  })

  test.each([
    [{}, {}],
    [{ errorBehavior: 'throw', errorPath: '' }, {}],
    [{ errorBehavior: 'payloadPath', errorPath: 'data.e' }, { errorResult: 'data.e' }],
  ])('a JsonDecodeNode with %j', (config, expected) => {
    expect(jsonDecode.losant?.translate?.({ ...paths, ...config })).toEqual({ ...common, ...expected })
  })
})
