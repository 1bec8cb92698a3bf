import { describe, expect, test } from 'vitest'
import { csvDecode } from '../../../nodes/logic/csv-decode.ts'
import { csvEncode } from '../../../nodes/logic/csv-encode.ts'
import { problemsOf, runNode } from '../run-node.ts'

const decode = 'type: csv-decode\nsource: << data.v >>\nresult: data.r'
const encode = 'type: csv-encode\nsource: << data.v >>\nresult: data.r'

async function run(yaml: string, data: object) {
  const { payload, output, error } = await runNode({ yaml, payload: { data } })
  return { output, error: error === undefined ? undefined : String(error), r: (payload.data as { r?: unknown }).r }
}

describe('csv-decode', () => {
  test.each<[string, string, string, unknown]>([
    ['the first record for names', '', 'Food,Drink\nTaco,Water\n', [{ Food: 'Taco', Drink: 'Water' }]],
    ['line ends of Windows', '', 'a,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
    ['no line end at its end', '', 'a\n1', [{ a: '1' }]],
    ['quotes', '', 'a,b\n"x, ""y""\nz",', [{ a: 'x, "y"\nz', b: '' }]],
    ['a byte order mark', '', '\uFEFFa\n1', [{ a: '1' }]],
    ['empty lines', '', 'a,b\n\n1,2\n\n', [{ a: '1', b: '2' }]],
    ['names alone', '', 'a,b\n', []],
    ['nothing', '', '', []],
    [
      'line ends that change',
      '',
      'a,b\n1,2\r\n3,4\r5,6\n"x\r\ny",7\n',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
        { a: '5', b: '6' },
        { a: 'x\r\ny', b: '7' },
      ],
    ],
    [
      'values too many and too few',
      'relax: true',
      'a,b\n1,2,\n3\n4,5,6,7',
      [{ a: '1', b: '2' }, { a: '3' }, { a: '4', b: '5' }],
    ],
    ['no quotes', 'quote: ""', 'a,b\n5" pipe,"x"y', [{ a: '5" pipe', b: '"x"y' }]],
    [
      'no record of names',
      'columns: [ a, b ]',
      '1,2\n3,4',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    [
      'names of the payload, and values that lack',
      'columns: << data.names >>\nrelax: << data.relax >>',
      '1\n2,3,4',
      [{ x: '1' }, { x: '2', y: '3' }],
    ],
    ['a name twice', '', 'a,a\n1,2', [{ a: '2' }]],
    ['names that objects inherit', '', 'toString,constructor\n1,2', [{ toString: '1', constructor: '2' }]],
    [
      'other characters',
      "delimiter: ;\nquote: \"'\"\nescape: \\\nrecordDelimiter: '|'",
      "a;b|'x\\';y';2|",
      [{ a: "x';y", b: '2' }],
    ],
    [
      'tabs, and defaults for what is empty',
      'delimiter: "\\t"\nquote: ""\nrecordDelimiter: ""',
      'a\tb\n1\t2',
      [{ a: '1', b: '2' }],
    ],
  ])('reads %s', async (_what, fields, v, expected) => {
    expect(await run(`${decode}\n${fields}`.trimEnd(), { v, names: ['x', 'y'], relax: true })).toEqual({
      output: 'then',
      error: undefined,
      r: expected,
    })
  })

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'source is missing.'],
    ['a list', [['a']], 'source must be a text, not a list.'],
    ['a value too many', 'a\n1,2', 'expect 1, got 2 on line 2'],
    ['a value too few', 'a,b\n1', 'expect 2, got 1 on line 2'],
    ['a quote that is not closed', 'a\n"1', 'Quote Not Closed'],
    ['text after a quote', 'a\n"1"x', 'Invalid Closing Quote'],
    ['a prototype', 'a,__proto__\n1,2', '__proto__'],
    ['millions of values', ','.repeat(1_000_001), 'more than 1000000 values'],
    ['a thousand columns and one', `${'a,'.repeat(1000)}b\n`, 'more than 1000 columns'],
    ['millions of lines', `a${'\n1'.repeat(1_000_001)}`, 'more than 1000000 values'],
  ])('takes else for %s, and without an else fails the run', async (_what, v, message) => {
    const { output, r } = await run(`${decode}\nelse: end`, { v })
    expect(output).toBe('else')
    expect(r).toEqual({ error: { message: expect.stringContaining(message) } })
    expect((await run(decode, { v })).error).toContain(message)
  })

  test.each([
    ['delimiter: << data.d >>', { d: ',,' }, 'does not fit'],
    ['delimiter: << data.d >>', { d: 5 }, 'does not fit'],
    ['delimiter: << data.d >>', { d: '"' }, 'neither the quote nor a line break'],
    ['delimiter: "\\n"', {}, 'neither the quote nor a line break'],
  ])('fails the run for %s with %j', async (field, data, message) => {
    expect((await run(`${decode}\n${field}\nelse: end`, { v: 'a', ...data })).error).toContain(message)
  })
})

test('csv-decode refuses records that do not fit the columns of the flow', async () => {
  const { r } = await run(`${decode}\ncolumns: [ a, b ]\nelse: end`, { v: '1,2\n3' })
  expect(r).toEqual({ error: { message: 'Record 2 has 1 values, and there are 2 columns.' } })
})

test('csv-encode writes no quotes where there are none, and nothing that could not be read again', async () => {
  const yaml = `${encode}\nquote: ""\nelse: end`
  expect((await run(yaml, { v: [{ a: '5" pipe', b: 1 }] })).r).toBe('a,b\n5" pipe,1\n')
  for (const b of ['x,y', 'x\ny', 'x\ry', { c: 1, d: 2 }]) {
    expect((await run(yaml, { v: [{ a: 1, b }] })).r).toEqual({
      error: { message: expect.stringContaining('without quotes') },
    })
  }
})

describe('csv-encode', () => {
  const rows = [
    { name: 'Moss', n: 1, ok: true, at: new Date(0) },
    { n: 2.5, name: 'Fern, "B"\n', ok: false, extra: 1, at: null },
  ]
  test.each<[string, string, unknown, string]>([
    [
      'the keys of the first map',
      '',
      rows,
      'name,n,ok,at\nMoss,1,true,1970-01-01T00:00:00.000Z\n"Fern, ""B""\n",2.5,false,\n',
    ],
    ['the columns that are asked', 'columns: [ n, extra, n ]', rows, 'n,extra,n\n1,,1\n2.5,1,2.5\n'],
    ['the columns that the payload names', 'columns: << data.c >>', rows, 'ok\ntrue\nfalse\n'],
    ['maps and lists as JSON', '', [{ a: { b: 1 }, l: [1] }], 'a,l\n"{""b"":1}",[1]\n'],
    ['no column of what objects inherit', 'columns: [ toString, a.b ]', [{ a: { b: 1 } }], 'toString,a.b\n,\n'],
    ['nothing', '', [], ''],
    ['names alone', 'columns: [ a, b ]', [], 'a,b\n'],
    [
      'other characters',
      'delimiter: ;\nquote: "\'"\nescape: "\'"\nrecordDelimiter: \'|\'',
      [{ a: "x';y", b: 2 }],
      "a;b|'x'';y';2|",
    ],
  ])('writes %s', async (_what, fields, v, expected) => {
    const result = await run(`${encode}\n${fields}`.trimEnd(), { v, c: ['ok'] })
    expect(result).toEqual({ output: 'then', error: undefined, r: expected })
  })

  test.each<[string, string, object, string]>([
    ['nothing', '', {}, 'source is missing.'],
    ['a map', '', { v: { a: 1 } }, 'source must be a list of maps.'],
    ['a list of lists', '', { v: [[1]] }, 'source must be a list of maps.'],
    ['columns that are missing', 'columns: << data.c >>', { v: [{ secret: 1 }] }, 'columns is missing.'],
    [
      'millions of values',
      'columns: << data.c >>',
      { v: Array.from({ length: 1001 }, () => ({})), c: Array.from({ length: 1000 }, () => 'a') },
      'The CSV has more than 1000000 values.',
    ],
  ])('takes else for %s, and without an else fails the run', async (_what, field, data, message) => {
    const yaml = `${encode}\n${field}`.trimEnd()
    const { output, r } = await run(`${yaml}\nelse: end`, data)
    expect(output).toBe('else')
    expect(r).toEqual({ error: { message } })
    expect((await run(yaml, data)).error).toContain(message)
  })

  test('fails the run where the payload names columns that are none', async () => {
    expect((await run(`${encode}\ncolumns: << data.c >>`, { v: [], c: 'a' })).error).toContain('does not fit')
  })
})

test.each([
  [`${decode}\ndelimiter: ab`, 'FLOW_WRONG_TYPE'],
  [`${decode}\ncolumns: []`, 'FLOW_WRONG_TYPE'],
  [`${encode}\ncolumns: a`, 'FLOW_WRONG_TYPE'],
  [`${encode}\nrecordDelimiter: abc`, 'FLOW_WRONG_TYPE'],
])('%j does not load', (yaml, code) => {
  expect(problemsOf(yaml).map((problem) => problem.code)).toEqual([code])
})

describe('of an export', () => {
  const paths = { source: 'data.a', destination: 'data.b' }
  const common = { source: '{{data.a}}', result: 'data.b' }
  const blank = { delimiterTemplate: '', recordDelimiterTemplate: '\n', quoteCharTemplate: '', escapeCharTemplate: '' }
  const given = {
    delimiterTemplate: '{{d}}',
    recordDelimiterTemplate: '|',
    quoteCharTemplate: "'",
    escapeCharTemplate: '\\',
  }
  const ours = { delimiter: '{{d}}', recordDelimiter: '|', quote: "'", escape: '\\' }

  test('a CSVDecodeNode', () => {
    expect(csvDecode.losant?.translate?.({ ...paths, ...blank, stripBom: false })).toEqual(common)
    expect(csvDecode.losant?.translate?.({ ...paths, ...given })).toEqual({ ...common, ...ours })
  })

  test.each([
    [{}, {}],
    [{ headerTemplateType: 'objectKeys' }, {}],
    [{ headerTemplateType: 'stringTemplates', headerTemplate: ['a', '{{b}}'] }, { columns: ['a', '{{b}}'] }],
    [{ headerTemplateType: 'payloadPath', headerTemplate: 'data.c' }, { columns: '{{data.c}}' }],
  ])('a CSVEncodeNode with %j', (config, expected) => {
    expect(csvEncode.losant?.translate?.({ ...paths, ...given, ...config })).toEqual({
      ...common,
      ...ours,
      ...expected,
    })
  })

  test('a CSVEncodeNode with headers of another type says so', () => {
    expect(() => csvEncode.losant?.translate?.({ ...paths, headerTemplateType: 'x' })).toThrow('no counterpart')
  })
})
