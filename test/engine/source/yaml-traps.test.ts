import { describe, expect, test } from 'vitest'
import { parseYaml } from '../../../engine/source/yaml-document.ts'

const read = (text: string) => parseYaml({ file: 'flow.yaml', text })
const places = (text: string) => read(text).problems.map(({ line, column }) => `${line}:${column}`)

describe('what YAML tears apart is named, placed, and read as it was meant', () => {
  const cases: readonly {
    text: string
    at: string
    code?: string
    message: RegExp
    hint: string
    value: unknown
  }[] = [
    { text: 'a: item #<< n >>', at: '1:9', message: /comment/, hint: "'item #<< n >>'", value: 'item #<< n >>' },
    { text: 'a: item # << n >>', at: '1:9', message: /comment/, hint: "'item # << n >>'", value: 'item # << n >>' },
    { text: 'a: << x # y >>', at: '1:9', message: /comment/, hint: "'<< x # y >>'", value: '<< x # y >>' },
    { text: 'a: {{ x }}', at: '1:4', message: /map in a map/, hint: 'Write << x >>', value: '{{ x }}' },
    {
      text: 'a: {{ x }} of {{ y }}',
      at: '1:4',
      message: /map in a map/,
      hint: '<< x >> of << y >>',
      value: '{{ x }} of {{ y }}',
    },
    { text: 'a: {{{ x }}}', at: '1:4', message: /map in a map/, hint: "'{{{ x }}}'", value: '{{{ x }}}' },
    {
      text: 'a: {{#if x}}y{{/if}}',
      at: '1:4',
      code: 'FLOW_YAML_SYNTAX',
      message: /map in a map/,
      hint: 'quotes',
      value: '{{#if x}}y{{/if}}',
    },
    { text: 'a: &<< x >>', at: '1:4', message: /anchor/, hint: "'&<< x >>'", value: '&<< x >>' },
    { text: 'a: &n<< x >>', at: '1:4', message: /anchor/, hint: "'&n<< x >>'", value: '&n<< x >>' },
    { text: 'a: !<< x >>', at: '1:4', message: /tag/, hint: "'!<< x >>'", value: '!<< x >>' },
    { text: 'a: !<< x >> && << y >>', at: '1:4', message: /tag/, hint: 'quotes', value: '!<< x >> && << y >>' },
    { text: 'a: *<< x >>', at: '1:4', code: 'FLOW_YAML_SYNTAX', message: /alias/, hint: 'quotes', value: '*<< x >>' },
    {
      text: 'a: Note: << x >>',
      at: '1:4',
      code: 'FLOW_YAML_SYNTAX',
      message: /colon and the space/,
      hint: "'Note: << x >>'",
      value: 'Note: << x >>',
    },
    {
      text: 'a: Note: plain',
      at: '1:4',
      code: 'FLOW_YAML_SYNTAX',
      message: /colon and the space/,
      hint: "'Note: plain'",
      value: 'Note: plain',
    },
    {
      text: "a: 'a' == << x >>",
      at: '1:4',
      code: 'FLOW_YAML_SYNTAX',
      message: /quote/,
      hint: `"'a' == << x >>"`,
      value: "'a' == << x >>",
    },
    {
      text: 'a: "a" == << x >>',
      at: '1:4',
      code: 'FLOW_YAML_SYNTAX',
      message: /quote/,
      hint: `'"a" == << x >>'`,
      value: '"a" == << x >>',
    },
    { text: 'a: "abc', at: '1:4', code: 'FLOW_YAML_SYNTAX', message: /never closed/, hint: 'Close it', value: '"abc' },
    { text: 'a: @x', at: '1:4', code: 'FLOW_YAML_SYNTAX', message: /cannot start/, hint: "'@x'", value: '@x' },
    {
      text: 'a: [ << items.[0] >> ]',
      at: '1:6',
      code: 'FLOW_YAML_SYNTAX',
      message: /bracket/,
      hint: '<< items.0 >>',
      value: ['<< items.[0] >>'],
    },
    {
      text: 'a: [ << join x ", " >> ]',
      at: '1:6',
      code: 'FLOW_YAML_SYNTAX',
      message: /commas, quotes/,
      hint: `'<< join x ", " >>'`,
      value: ['<< join x ", " >>'],
    },
    {
      text: 'a: [ << f x, y >> ]',
      at: '1:6',
      message: /commas, quotes/,
      hint: "'<< f x, y >>'",
      value: ['<< f x, y >>'],
    },
    { text: 'a: [ {{ x }} ]', at: '1:6', message: /map in a map/, hint: '<< x >>', value: ['{{ x }}'] },
    { text: 'a: { b: {{ x }} }', at: '1:9', message: /map in a map/, hint: '<< x >>', value: { b: '{{ x }}' } },
    {
      text: 'a: { endpoint: GET /d/{id} }',
      at: '1:20',
      code: 'FLOW_YAML_SYNTAX',
      message: /braces of \/d\/\{id\}/,
      hint: 'one line each',
      value: { endpoint: 'GET /d/{id}' },
    },
    {
      text: 'a: { endpoint: GET /d/{id}, x: y }',
      at: '1:20',
      code: 'FLOW_YAML_SYNTAX',
      message: /braces/,
      hint: 'quotes',
      value: { endpoint: 'GET /d/{id}', x: 'y' },
    },
    {
      text: 'a:\n  [\n    << b.[0] >>,\n    c\n  ]',
      at: '3:5',
      code: 'FLOW_YAML_SYNTAX',
      message: /bracket/,
      hint: '<< b.0 >>',
      value: ['<< b.[0] >>', 'c'],
    },
    {
      text: 'a: "say \\<< x"',
      at: '1:4',
      code: 'FLOW_YAML_SYNTAX',
      message: /no escape \\</,
      hint: 'Write "say \\\\<< x"',
      value: '"say \\<< x"',
    },
    {
      text: 'a: > << x >>',
      at: '1:4',
      code: 'FLOW_YAML_SYNTAX',
      message: /After > the text begins on the next line/,
      hint: "or put it in quotes: '<< x >>'",
      value: '> << x >>',
    },
    {
      text: 'a: |- some text',
      at: '1:4',
      code: 'FLOW_YAML_SYNTAX',
      message: /After \| the text/,
      hint: "'some text'",
      value: '|- some text',
    },
    { text: 'a: 000000', at: '1:4', message: /the number 0\./, hint: '"000000"', value: '000000' },
    { text: 'a: 007.50', at: '1:4', message: /the number 7\.5/, hint: '"007.50"', value: '007.50' },
    { text: 'a: +4512345678', at: '1:4', message: /number/, hint: 'quotes', value: '+4512345678' },
    { text: 'a: 12345678901234567890', at: '1:4', message: /number/, hint: 'quotes', value: '12345678901234567890' },
    { text: 'a: .nan', at: '1:4', message: /JSON/, hint: 'quotes', value: '.nan' },
    { text: 'a: -.inf', at: '1:4', message: /JSON/, hint: 'quotes', value: '-.inf' },
  ]
  test.each(cases)('$text', ({ text, at, code = 'FLOW_YAML_TRAP', message, hint, value }) => {
    for (const file of [text, text.replaceAll('\n', '\r\n'), `\uFEFF${text}`]) {
      const document = read(`${file}\nb: 1\n`)
      expect(document.problems).toHaveLength(1)
      const [problem] = document.problems
      expect(problem).toMatchObject({
        code,
        severity: 'error',
        file: 'flow.yaml',
        message: expect.stringMatching(message),
      })
      expect(`${problem?.line}:${problem?.column}`).toBe(at)
      expect(problem?.hint).toContain(hint)
      expect(document.value).toEqual({ a: value, b: 1 })
    }
  })
})

describe('a number that is written otherwise', () => {
  test.each([
    ['1.10', 1.1],
    ['3.10', 3.1],
    ['0x1F', 31],
    ['0o17', 15],
    ['65e2', 6500],
    ['.5', 0.5],
    ['1.0', 1],
    ['-0', -0],
    ['1E3', 1000],
  ])('%s is told, and stays the number that it is', (source, value) => {
    const document = read(`a: ${source}\nb: [ ${source} ]\n`)
    expect(document.problems).toMatchObject([
      { code: 'FLOW_YAML_TRAP', severity: 'warning', line: 1, column: 4, hint: expect.stringContaining(`"${source}"`) },
      { code: 'FLOW_YAML_TRAP', severity: 'warning', line: 2, column: 6 },
    ])
    expect(document.value).toEqual({ a: value, b: [value] })
  })

  test.each(['1.1', '-3', '0', '0.5', '1e+21', '"1.10"', '!!float 1.10', '!!str 1.10', '1_000', 'v1.10', '1.2.0'])(
    '%s is not',
    (source) => {
      expect(read(`a: ${source}\n`).problems).toEqual([])
    },
  )
})

test.each(['!!binary aGk=', '!!timestamp 2026-01-01', '!!set { a, b }', '!!omap [ a: 1 ]', '!!pairs [ a: 1 ]'])(
  '%s is told, since JSON has no such value',
  (source) => {
    const [tag = ''] = source.split(' ')
    expect(read(`a: ${source}\n`).problems).toMatchObject([
      {
        code: 'FLOW_YAML_TRAP',
        severity: 'error',
        line: 1,
        column: 4,
        length: tag.length,
        message: expect.stringContaining(tag),
      },
    ])
  },
)

test('a merge key is named, since merge keys are off', () => {
  const { problems } = read('x: &x { a: 1 }\ny:\n  <<: *x\n')
  expect(problems).toMatchObject([
    { code: 'FLOW_YAML_TRAP', line: 3, column: 3, message: expect.stringContaining('Merge keys are not supported') },
  ])
})

test('every trap of a file comes out at once, in its order', () => {
  const text = `a: [ << x.[0] >>, << y.[1] >> ]
n: 007
b: { c: << or x, y >> }
d: Note: << z >>
e: {{ f }}
g: text #<< h >>
`
  const document = read(text)
  expect(places(text)).toEqual(['1:6', '1:19', '2:4', '3:9', '4:4', '5:4', '6:9'])
  expect(document.value).toEqual({
    a: ['<< x.[0] >>', '<< y.[1] >>'],
    n: '007',
    b: { c: '<< or x, y >>' },
    d: 'Note: << z >>',
    e: '{{ f }}',
    g: 'text #<< h >>',
  })
})

test('a template in a comment after a value that stands on its own is a warning', () => {
  const document = read('status: 200 # was << data.status >>\n')
  expect(document.problems).toMatchObject([{ code: 'FLOW_YAML_TRAP', severity: 'warning', line: 1, column: 13 }])
  expect(document.value).toEqual({ status: 200 })
})

test.each([
  'a: << x >>',
  'a: [ << x >>, << y.0 >> ]',
  'a: { b: << x >>, c: text }',
  'a: "item #<< n >>"',
  "a: '{{ x }}'",
  'a: >-\n  Note: << x >> #<< n >> {{ y }}\n  & more',
  'a: << x >> && !<< y >>',
  'a: plain # a comment',
  '# a: item #<< n >>\na: 1',
  'a: # set << x >> here later\n  b',
  'a: 0\nb: -5\nc: 0.5\nd: !!float 1e3\nf: 10',
  'a: &x [1]\nb: *x',
  'a: x << 3',
  'a: http://example.com/#top',
])('what is sound YAML is left alone: %j', (text) => {
  expect(read(text).problems).toEqual([])
})

test('a trap is named also where it cannot be mended', () => {
  const { problems } = read(`a: ${'x'.repeat(6000)} #<< n >>\nb: 1\n`)
  expect(problems).toMatchObject([{ code: 'FLOW_YAML_TRAP', severity: 'error', line: 1, column: 6005 }])
})
