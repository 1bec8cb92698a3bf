import { describe, expect, it } from 'vitest'
import { compileTemplate } from '../../../engine/templates/template.ts'
import { observeMissing } from '../../../engine/values/missing.ts'
import { thrownBy, underlined } from '../thrown-by.ts'

const payload = {
  data: {
    n: 4,
    zero: 0,
    no: false,
    none: null,
    text: 'Hi <b>',
    items: [
      { name: 'x', tags: ['p', 'q'] },
      { name: 'y', tags: [] },
    ],
    object: { a: 1, b: 2 },
    hostile: { toString: 1, valueOf: 'x', toHTML: 'y', toJSON: 1 },
  },
}
const text = (source: string) => compileTemplate(source).text(payload)

describe('a string that is exactly one path', () => {
  it.each([
    ['<< data.n >>', 4],
    ['{{data.n}}', 4],
    ['{{{ data.n }}}', 4],
    ['<<< data.n >>>', 4],
    ['<<~ data.n ~>>', 4],
    ['<< this.data.none >>', null],
    ['<< data.items.0.tags.[1] >>', 'q'],
    ['<< data.items.[0].tags >>', payload.data.items[0]?.tags],
    ['<< data.missing.deeper >>', undefined],
    ['<< . >>', payload],
  ])('%s gives the value with its type', (source, value) => {
    expect(compileTemplate(source).value(payload)).toBe(value)
  })

  it.each(['<< data.n >> ', 'x<< data.n >>', '<< currentDateTime >>', '<< @root.data.n >>', '<<data.n>><<data.n>>'])(
    '%j is not one, and gives text',
    (source) => {
      const template = compileTemplate(source)
      expect(template.exactPath).toBeUndefined()
      expect(template.value(payload)).toBeTypeOf('string')
    },
  )

  it('gives its text when asked for text', () => {
    expect(compileTemplate('<< data.n >>').text(payload)).toBe('4')
  })
})

describe('a string that is exactly one helper', () => {
  const value = (source: string, options = {}) => compileTemplate(source, options).value(payload)
  it.each([
    ['<< jsonDecode "{\\"a\\":[1]}" >>', { a: [1] }],
    ['<< last data.items >>', { name: 'y', tags: [] }],
    ['{{ obj a=data.n }}', { a: 4 }],
    ['<< array data.n "x" >>', [4, 'x']],
    ['<< merge data.object (obj b=3) >>', { a: 1, b: 3 }],
    ['<< lookup data "object" >>', { a: 1, b: 2 }],
    ['<< defaultTo data.missing data.n >>', 4],
    ['<< add data.n 1 >>', 5],
    ['<< add data.text 1 >>', 'NaN'],
    ['<< last data.missing >>', undefined],
    ['<< upper data.missing >>', ''],
    ['<< upper data.object >>', '{"A":1,"B":2}'],
    ['<< encodeBase64 data.object >>', btoa('{"a":1,"b":2}')],
    [' << last data.items >>', ' {"name":"y","tags":[]}'],
  ])('%j gives the value %j', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })

  it('gives text where HTML is escaped', () => {
    expect(value('<< obj a="<" >>', { escapeHtml: true })).toBe('{&quot;a&quot;:&quot;&lt;&quot;}')
    expect(compileTemplate('<< last data.items >>').reads).toHaveLength(1)
  })
})

describe('text round templates', () => {
  it.each([
    ['<< data.missing >><< data.none >>|<< data.zero >>|<< data.no >>', '|0|false'],
    ['<< data.object >> << data.items >>', '{"a":1,"b":2} [{"name":"x","tags":["p","q"]},{"name":"y","tags":[]}]'],
    ['<< data.hostile >>', '{"toString":1,"valueOf":"x","toHTML":"y","toJSON":1}'],
    ['{"n":{<< data.n >>}}', '{"n":{4}}'],
    ['{"n":{{data.n}}}', '{"n":4}'],
    ['{ << data.n >> }}>> \\ 7', '{ 4 }}>> \\ 7'],
    ['\\<< data.n >> \\{{x}} \\<<< y', '<< data.n >> {{x}} <<< y'],
    ['\\\\<< data.n >>', '\\4'],
    ['a<<! a comment with }} and " >>b', 'ab'],
    ['a<<!-- << data.n >> --~>>  b', 'ab'],
    ['a  <<~ data.n ~>>  b', 'a4b'],
    ['<< data.[text] >>', 'Hi <b>'],
    ['a\0b<< data.n >>', 'a\0b4'],
  ])('%j gives %j', (source, result) => {
    expect(text(source)).toBe(result)
  })

  it('is a literal without a template, its backslashes before openings gone', () => {
    expect(compileTemplate('plain')).toMatchObject({ isLiteral: true })
    expect(compileTemplate('\\<< a')).toMatchObject({ isLiteral: true })
    expect(compileTemplate('\\<< a').value(payload)).toBe('<< a')
    expect(compileTemplate('<< a >>')).toMatchObject({ isLiteral: false })
  })
})

describe('blocks', () => {
  it.each([
    ['<<#if data.n>>a<<else>>b<</if>>', 'a'],
    ['<< #if data.zero >>a<< else if data.n >>b<< /if >>', 'b'],
    ['<<#if data.zero includeZero=true>>a<</if>>', 'a'],
    ['<<#unless data.none>>a<</unless>>', 'a'],
    ['<<^if data.none>>a<</if>>', 'a'],
    ['<<#each data.items>><<@index>><<name>><<#if @last>>.<<else>>,<</if>><</each>>', '0x,1y.'],
    ['<<#each data.items>><<#each tags>><<../name>><<@../index>><<this>> <<else>>-<</each>><</each>>', 'x0p x0q -'],
    ['<<#each data.items as |item i|>><<i>><<item.name>><</each>>', '0x1y'],
    ['<<#each data.object>><<@key>>=<<this>>;<</each>>', 'a=1;b=2;'],
    ['<<#each data.none>>a<<else>>b<</each>>', 'b'],
    ['<<#with data.object>><<a>><<../data.n>><<@root.data.n>><</with>>', '144'],
    ['<<#data.items>><<name>><</data.items>>', 'xy'],
    ['<<#data.none>>a<<^>>b<</data.none>>', 'b'],
    ['<<#eq (lower data.text) "hi <b>">>a<</eq>>', 'a'],
    ['<<#each data.items>>\n<<name>>\n<</each>>\n', 'x\ny\n'],
    ['<<#each data.object>><<toString>><<constructors>><</each>>', ''],
  ])('%j gives %j', (source, result) => {
    expect(text(source)).toBe(result)
  })
})

describe('HTML', () => {
  it('is escaped only where it is asked for, and not in three braces nor from jsonEncode', () => {
    const source = '<< data.text >>|<<< data.text >>>|<<& data.text >>|<< jsonEncode data.text >>|<< upper data.text >>'
    expect(text(source)).toBe('Hi <b>|Hi <b>|Hi <b>|"Hi <b>"|HI <B>')
    const escaped = compileTemplate(source, { escapeHtml: true })
    expect(escaped.text(payload)).toBe('Hi &lt;b&gt;|Hi <b>|Hi <b>|"Hi \\u003cb\\u003e"|HI &lt;B&gt;')
  })

  it('is not broken out of by jsonEncode, be it in a script or in an attribute', () => {
    const hostile = { 'a<!--': '</script><script>alert(1)</script>', b: "' onload='x' &quot;", c: '\u2028\u2029 x=y' }
    const json = compileTemplate('<< jsonEncode data >>', { escapeHtml: true }).text({ data: hostile })
    expect(json).not.toMatch(/[<>&'=\u2028\u2029]/)
    expect(JSON.parse(json)).toEqual(hostile)
    expect(compileTemplate('<<< jsonEncode data.b >>>', { escapeHtml: true }).text({ data: hostile })).toContain("'x'")
  })

  it('is escaped in a string that is exactly one path, too, which then is text', () => {
    expect(compileTemplate('<< data.text >>', { escapeHtml: true }).value(payload)).toBe('Hi &lt;b&gt;')
    expect(compileTemplate('<< data.n >>', { escapeHtml: true }).value(payload)).toBe('4')
  })
})

describe('what a template reads', () => {
  it('is known at load, with where it stands, but for what is relative to a block', () => {
    const source =
      'é\n<< data.a >> {{#each data.items}}{{name}}{{../data.b}}{{@root.q}}{{/each}} << upper (lower data.0.c) x=data.d >>'
    const { reads } = compileTemplate(source)
    expect(reads.map(({ path }) => path.text)).toEqual(['data.a', 'data.items', 'data.b', 'data.[0].c', 'data.d'])
    expect(reads.map(({ offset, length }) => source.slice(offset, offset + length))).toEqual([
      'data.a',
      'data.items',
      '../data.b',
      'data.0.c',
      'data.d',
    ])
  })

  it('is reported where it is missing, to whoever observes that payload', () => {
    const observed = structuredClone(payload)
    const missing: string[] = []
    observeMissing(observed, (path) => missing.push(path))
    for (const source of [
      '<< data.gone >>',
      'x << data.n >><< data.none >>',
      '<<#if data.no>><< data.never >><</if>>',
      '<< upper data.away >>',
    ]) {
      const template = compileTemplate(source)
      template.value(observed)
      template.value(payload)
    }
    expect(missing).toEqual(['data.gone', 'data.away'])
  })
})

describe('a template that is wrong', () => {
  it.each([
    ['ab << c', '<<', 'FLOW_TEMPLATE_SYNTAX', /\\<</],
    ['<< a }}', '<<', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['{{{ a }}', '{{{', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ["<< don't >>", "'", 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << >>', '>>', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << 12 >>', '12', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['\n\nx << items[0] >>', 'items[0]', 'FLOW_TEMPLATE_SYNTAX', /items\.\[0\]/],
    ['x << a | upper >>', '|', 'FLOW_TEMPLATE_SYNTAX', /pipes/],
    ['x << a > b >>', '>', 'FLOW_TEMPLATE_SYNTAX', /Operators/],
    ['x << a && b >>', '&&', 'FLOW_TEMPLATE_SYNTAX', /Operators/],
    ['x << #if a >>y', '<<', 'FLOW_TEMPLATE_SYNTAX', /\/if/],
    ['x << #if a >>y<< /each >>', '<< /each >>', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << /if >>', '<< /if >>', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << else >>', '<< else >>', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << if a >>', 'if', 'FLOW_TEMPLATE_SYNTAX', /#if/],
    ['x << #upper a >>y<< /upper >>', 'upper', 'FLOW_TEMPLATE_SYNTAX', /without the #/],
    ['x << #if a b >>y<< /if >>', 'if', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << #match a "(" >>y<< /match >>', 'match', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << > partial >>', '>', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << ../a >>', '../a', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << @nothing >>', '@nothing', 'FLOW_TEMPLATE_SYNTAX', /@index/],
    ['x {{{{raw}}}}', '{{{{', 'FLOW_TEMPLATE_SYNTAX', undefined],
    ['x << uper a >>', 'uper', 'FLOW_UNKNOWN_HELPER', /"upper"/],
    ['x << data.fn a >>', 'data.fn', 'FLOW_UNKNOWN_HELPER', undefined],
    ['x << upper (lowr a) >>', 'lowr', 'FLOW_UNKNOWN_HELPER', /"lower"/],
    ['x << #iff a >>y<< /iff >>', 'iff', 'FLOW_UNKNOWN_HELPER', /"if"/],
    ['x << #uness >>y<< /uness >>', 'uness', 'FLOW_UNKNOWN_HELPER', /"unless"/],
    ['x << constructor a >>', 'constructor', 'FLOW_UNKNOWN_HELPER', undefined],
    ['x << template a >>', 'template', 'FLOW_UNKNOWN_HELPER', undefined],
    ['x << file "a.png" >>', 'file', 'FLOW_UNKNOWN_HELPER', undefined],
    ['x << data.__proto__.y >>', 'data.__proto__.y', 'FLOW_UNSAFE_PATH', undefined],
    ['x << upper data.constructor >>', 'data.constructor', 'FLOW_UNSAFE_PATH', undefined],
    ['<<#each a>><< prototype.x >><</each>>', 'prototype.x', 'FLOW_UNSAFE_PATH', undefined],
    ['<< jsonEncode (obj __proto__=1) >>', 'obj', 'FLOW_UNSAFE_PATH', undefined],
  ])('%j points at %j', (source, wrong, code, hint) => {
    const error = thrownBy(() => compileTemplate(source))
    expect(underlined(source, error)).toBe(wrong)
    expect(error.code).toBe(code)
    expect(error.message).not.toMatch(/[\uFDD0-\uFDEF]|Expecting|Parse error/)
    if (hint) expect(error.hint).toMatch(hint)
  })

  it('is refused, not run into the end of the stack, however deep it nests', () => {
    const deep = 20_000
    const sources = [
      `<< upper ${'(upper '.repeat(deep)}a${')'.repeat(deep)} >>`,
      `${'<<#if a>>'.repeat(deep)}${'<</if>>'.repeat(deep)}`,
      `<<#if a>>${'<<else if b>>'.repeat(deep)}<</if>>`,
    ]
    for (const source of sources) expect(thrownBy(() => compileTemplate(source)).code).toBe('FLOW_TEMPLATE_SYNTAX')
  })
})
