import { describe, expect, test } from 'vitest'
import { string } from '../../../nodes/logic/string/string.ts'
import { problemsOf, runNode } from '../run-node.ts'

const yamlOf = (operation: string, fields = '') =>
  `type: string\noperation: ${operation}\nsource: << data.s >>\nresult: data.r\n${fields}`.trimEnd()

async function operate(operation: string, fields: string, data: object) {
  const { payload, error } = await runNode({ yaml: yamlOf(operation, fields), payload: { data } })
  return error === undefined ? (payload.data as { r: unknown }).r : String(error)
}

describe('string', () => {
  test.each<[string, string, unknown, unknown]>([
    ['concat', 'strings: [ << data.s >>, "!" ]', 'ab', 'abab!'],
    ['indexOf', 'search: b', 'abab', 1],
    ['indexOf', 'search: b\nstart: 2', 'abab', 3],
    ['indexOf', 'search: x', 'abab', -1],
    ['pad', 'length: 8', 'abc', '  abc   '],
    ['pad', 'length: 8\nfill: _-', 'abc', '_-abc_-_'],
    ['pad', 'length: 2', 'abc', 'abc'],
    ['padStart', 'length: 5\nfill: "0"', 7, '00007'],
    ['padStart', 'length: "5"', 'a', '    a'],
    ['padEnd', 'length: 5\nfill: << data.gone >>', 'a', 'a    '],
    ['replaceAll', 'search: a\nreplacement: $&', 'banana', 'b$&n$&n$&'],
    ['replaceAll', 'search: .', 'a.b.c', 'abc'],
    ['replaceAll', 'search: << data.gone >>\nreplacement: x', 'abc', 'abc'],
    ['replaceFirst', "search: '/'\nreplacement: $1", '/a/b', '$1a/b'],
    ['replaceFirst', 'search: (a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', 'a'.repeat(43).concat('!')],
    ['replaceFirst', 'search: << data.gone >>\nreplacement: x', 'abc', 'abc'],
    ['split', "separator: ','", 'a,,b', ['a', '', 'b']],
    ['split', "separator: ''", 'abc', ['a', 'b', 'c']],
    ['split', 'separator: x', undefined, ['']],
    ['toLower', '', 'ÄB', 'äb'],
    ['toUpper', '', 'äß', 'ÄSS'],
    ['toNumber', '', ' -1.5e3 ', -1500],
    ['toNumber', '', '12 pots', Number.NaN],
    ['toNumber', '', undefined, Number.NaN],
    ['trim', '', ' \n a b \u00a0', 'a b'],
    ['trimStart', '', '  a ', 'a '],
    ['trimEnd', '', ' a  ', ' a'],
    ['truncate', 'length: 5', 'abcdefgh', 'abcde'],
    ['truncate', 'length: 5\nomission: ..', 'abcdefgh', 'abc..'],
    ['truncate', 'length: 8\nomission: ..', 'abcdefgh', 'abcdefgh'],
    ['truncate', 'length: 1\nomission: ...', 'abc', '...'],
    ['truncate', 'length: 0', 'x'.repeat(31), 'x'.repeat(30)],
    ['truncate', 'length: 2', '🪴🌵🌱', '🪴🌵'],
    ['trim', '', { toString: 1 }, '{"toString":1}'],
    ['trim', '', [1, null], '1,'],
  ])('%s (%s) of %j is %j', async (operation, fields, s, expected) => {
    expect(await operate(operation, fields, { s })).toEqual(expected)
  })

  test('reads its arguments from the payload', async () => {
    const fields = 'search: << data.what >>\nreplacement: << data.by >>'
    expect(await operate('replaceAll', fields, { s: 'a-b-c', what: '-', by: 5 })).toBe('a5b5c')
  })

  test.each<[string, string, object, string]>([
    ['padEnd', 'length: << data.n >>', { n: 'x' }, 'does not fit'],
    ['padEnd', 'length: << data.n >>', { n: 1e9 }, 'from 0 to 1000'],
    ['padEnd', 'length: << data.n >>', { n: -1 }, 'from 0 to 1000'],
    ['truncate', 'length: << data.n >>', { n: 2.5 }, 'does not fit'],
    ['padEnd', 'length: << data.n >>', {}, 'length is missing'],
    [
      'replaceAll',
      'search: a\nreplacement: << data.by >>',
      { s: 'a'.repeat(100_000), by: 'b'.repeat(1000) },
      'more than',
    ],
  ])('%s (%s) fails the run', async (operation, fields, data, message) => {
    expect(await operate(operation, fields, { s: 'abc', ...data })).toContain(message)
  })

  test.each([
    [yamlOf('reverse'), 'FLOW_WRONG_TYPE', 'must be one of'],
    [yamlOf('split'), 'FLOW_MISSING_FIELD', 'split needs separator'],
    [yamlOf('trim', 'separator: x'), 'FLOW_UNKNOWN_FIELD', 'trim takes no separator'],
    [yamlOf('pad', 'length: 1001'), 'FLOW_WRONG_TYPE', 'from 0 to 1000'],
    [yamlOf('concat', 'strings: []'), 'FLOW_WRONG_TYPE', 'at least 1'],
    [yamlOf('trim', 'sorce: x'), 'FLOW_UNKNOWN_FIELD', 'sorce'],
    ['type: string\noperation: trim\nresult: data.r', 'FLOW_MISSING_FIELD', 'source'],
  ])('%j does not load', (yaml, code, message) => {
    const problems = problemsOf(yaml)
    expect(problems.map((problem) => problem.code)).toEqual([code])
    expect(problems[0]?.message).toContain(message)
  })

  test('gives a list of texts when it splits, and else one value', () => {
    const reading = (operation: string, path: string) =>
      problemsOf(`${operation}\nnext: [ { type: debug, message: << ${path} >> } ]`).map(({ code }) => code)
    expect(reading(yamlOf('split', 'separator: x'), 'data.r.0')).toEqual([])
    expect(reading(yamlOf('split', 'separator: x'), 'data.r.first')).toEqual(['FLOW_ABSENT_PATH'])
    expect(reading(yamlOf('trim'), 'data.r.name')).toEqual(['FLOW_ABSENT_PATH'])
  })
})

describe('a StringNode of an export', () => {
  test.each([
    ['split', [','], { separator: ',' }],
    ['replaceAll', ['a', ''], { search: 'a' }],
    ['replaceFirst', ['{{data.a}}', 'b'], { search: '{{data.a}}', replacement: 'b' }],
    ['indexOf', ['a', '2'], { search: 'a', start: '2' }],
    ['padEnd', ['30', ''], { length: '30' }],
    ['truncate', ['30', '...'], { length: '30', omission: '...' }],
    ['concat', ['a', '{{b}}'], { strings: ['a', '{{b}}'] }],
    ['trim', undefined, {}],
  ])('%s %j', (method, methodArgs, expected) => {
    const config = { method, methodArgs, sourceData: '{{data.s}}', resultPath: 'data.r' }
    const translated = string.losant?.translate?.(config)
    expect(translated).toEqual({ operation: method, source: '{{data.s}}', result: 'data.r', ...expected })
  })
})
