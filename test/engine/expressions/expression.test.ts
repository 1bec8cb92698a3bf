import { describe, expect, it } from 'vitest'
import { compileExpression } from '../../../engine/expressions/expression.ts'
import { observeMissing } from '../../../engine/values/missing.ts'
import { thrownBy, underlined } from '../thrown-by.ts'

const payload = {
  data: {
    n: 42,
    zero: 0,
    yes: true,
    none: null,
    text: 'Hello',
    digits: '7',
    items: ['a', 20],
    object: { a: 1, b: 2 },
    hostile: { valueOf: 1, toString: 'x' },
    hostileList: [{ toString: null }],
    date: new Date(1000),
    html: '<< data.n >> || true',
  },
}
const evaluate = (source: string) => compileExpression(source).evaluate(payload)

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['<< data.n >> > 20', true],
    ['{{data.n}} > 20 && {{data.zero}} === 0', true],
    ['<<data.n>>>41', true],
    ['<< data.n >>', 42],
    ['<< data.object >>', payload.data.object],
    ['<< data.missing >> === undefined', true],
    ['<< data.missing.deeper >> == null', true],
    ['<< data.text >> === "Hello" && << data.text >> == \'Hello\'', true],
    ['<< data.html >> === true', false],
    ['<< data.text >> && << data.n >>', 42],
    ['<< data.zero >> || << data.text >>', 'Hello'],
    ['<< data.zero >> && << data.text >>', 0],
    ['true || false && false', true],
    ['!<< data.zero >> && !!<< data.n >>', true],
    ['1 + 2 * 3 - 8 / 4 % 3', 5],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['- - 3', 3],
    ['+<< data.digits >>', 7],
    ['1 < 2 == true', true],
    ['1 + "1"', '11'],
    ['"3" * "4"', 12],
    ['<< data.digits >> == 7', true],
    ['<< data.digits >> === 7', false],
    ['<< data.zero >> == false', true],
    ['<< data.none >> == 0', false],
    ['<< data.none >> >= 0', true],
    ['"a" < "b"', true],
    ['<< data.n >> > << data.text >>', false],
    ['<< data.n >> < << data.text >>', false],
    ['<< data.items >> + "!"', 'a,20!'],
    ['<< data.date >> - 1', 999],
    ['<< data.items >> == << data.items >>', true],
    ['<< data.items >> === << data.object >>', false],
    ['.5 + 1e3 + 1.5E-1', 1000.65],
    ['"a\\"b\\n\\u0041\\q"', 'a"b\nAq'],
    ['round(PI) + trunc(E)', 5],
    ['max(1, << data.n >>, 3) + min(2, 1)', 43],
    ['pow(2, 3) + sqrt(16) + abs(-1) + atan2(0, 1)', 13],
    ['length(<< data.items >>) + length("abc") + length(<< data.object >>)', 7],
    ['length(<< data.n >>)', undefined],
    ['includes(<< data.items >>, 20)', true],
    ['sin(0) >= 0.25 * PI && (1 !== undefined || !null)', false],
    ['<< length data.items >> > 1', true],
    ['<< lower data.text >> === "hello"', true],
    ['<< jsonDecode "[1]" >> == 1', true],
    ['<< add data.n (multiply 2 3) >> + 1', 49],
    ['\n << data.n >>\n  > 1 ', true],
  ])('%j gives %j', (source, value) => {
    expect(evaluate(source)).toEqual(value)
  })

  it('leaves out the right side of && and ||', () => {
    const missing: string[] = []
    const observed = structuredClone(payload)
    observeMissing(observed, (path) => missing.push(path))
    compileExpression('<< data.n >> || << data.never >>').evaluate(observed)
    compileExpression('<< data.gone >> && << data.never >>').evaluate(observed)
    expect(missing).toEqual(['data.gone'])
  })

  it('knows what it reads, and where', () => {
    const source = '1 + << data.a >> * {{ upper data.[b c] }}'
    const { reads } = compileExpression(source)
    expect(reads.map(({ path, offset, length }) => [path.text, source.slice(offset, offset + length)])).toEqual([
      ['data.a', 'data.a'],
      ['data.[b c]', 'data.[b c]'],
    ])
  })

  it.each(['+', '-', '*', '/', '%', '^', '<', '<=', '>', '>=', '==', '!=', '===', '!==', '&&', '||'])(
    '%s throws for nothing that a payload can hold',
    (operator) => {
      const names = Object.keys(payload.data)
      for (const left of names) {
        for (const right of names) {
          expect(() => evaluate(`<< data.${left} >> ${operator} << data.${right} >>`)).not.toThrow()
        }
      }
    },
  )

  it.each(['!', '-', '+', 'abs', 'max', 'length'])('%s throws for nothing that a payload can hold', (operator) => {
    for (const name of Object.keys(payload.data))
      expect(() => evaluate(`${operator}(<< data.${name} >>)`)).not.toThrow()
  })
})

describe('an expression that is wrong', () => {
  it.each([
    ['', '', undefined],
    ['1 +', '', undefined],
    ['1 2', '2', undefined],
    ['1 + * 2', '*', undefined],
    ['(1 + 2', '(', undefined],
    ['1 + 2)', ')', undefined],
    ['max(1, 2', '(', undefined],
    ['data.n > 3', 'data.n', /<< data\.n >>/],
    ['1 + items.[0].x', 'items.[0].x', undefined],
    ['tru && 1', 'tru', /true/],
    ['1 + sqr(2)', 'sqr', /sqrt/],
    ['sqrt + 1', 'sqrt', /function/],
    ['pow(1)', 'pow', undefined],
    ['sin()', 'sin', undefined],
    ['a = 1', '=', /===/],
    ['1 & 2', '&', /&&/],
    ['1 ? 2 : 3', '?', /conditional/],
    ["1 + 'abc", "'", undefined],
    ['"{{data.n}}" == 1', '{{', /quotes/],
    ['1 + << data.n', '<<', undefined],
    ['1 + << #if a >>', '<< #if a >>', undefined],
    ['1 + <<! note >>', '<<! note >>', undefined],
  ])('%j points at %j', (source, wrong, hint) => {
    const error = thrownBy(() => compileExpression(source))
    expect(error.code).toMatch(/^FLOW_(EXPRESSION|TEMPLATE)_SYNTAX$/)
    expect(underlined(source, error)).toBe(wrong)
    if (hint) expect(error.hint).toMatch(hint)
  })

  it.each([
    ['1 +\n << uper data.n >>', 'uper', 'FLOW_UNKNOWN_HELPER'],
    ['1 + << data.__proto__.x >>', 'data.__proto__.x', 'FLOW_UNSAFE_PATH'],
    ['1 + << eq 1 2 >>', 'eq', 'FLOW_TEMPLATE_SYNTAX'],
    ['1 + << items[0] >>', 'items[0]', 'FLOW_TEMPLATE_SYNTAX'],
  ])('%j points at %j inside its template', (source, wrong, code) => {
    const error = thrownBy(() => compileExpression(source))
    expect(error.code).toBe(code)
    expect(underlined(source, error)).toBe(wrong)
  })

  it.each([
    ['parentheses', '('.repeat(50_000)],
    ['signs', `${'-'.repeat(50_000)}1`],
    ['powers', `1${'^1'.repeat(50_000)}`],
    ['sums', `1${'+1'.repeat(50_000)}`],
  ])('is refused for its length, not run into the end of the stack: %s', (_, source) => {
    expect(thrownBy(() => compileExpression(source)).message).toMatch(/at most 1000 parts/)
  })

  it('runs at the full length', () => {
    expect(evaluate(`1${'+1'.repeat(499)}`)).toBe(500)
    expect(evaluate(`${'('.repeat(499)}1${')'.repeat(499)}`)).toBe(1)
    expect(evaluate(`${'-'.repeat(998)}1`)).toBe(1)
    expect(evaluate(`1${'^1'.repeat(499)}`)).toBe(1)
  })
})

describe('an expression with names of its own', () => {
  const locals = ['value', 'length', 'data.n']
  it.each<[string, unknown]>([
    ['<< value.a >> + << data.n >>', 47],
    ['<< length >>', 'a helper by that name'],
    ['<< length value.list >>', 2],
    ['<< value.missing >> === undefined', true],
    ['<< value.__defineGetter__ >> === undefined', true],
    ['<< data.value >> === undefined', true],
  ])('%s gives %j', (source, value) => {
    const values = [{ a: 5, list: [1, 2] }, 'a helper by that name', 'not reachable']
    expect(compileExpression(source, locals).evaluate(payload, values)).toEqual(value)
  })

  it('reads of the payload what they do not name', () => {
    const { reads } = compileExpression('<< value.a >> > << data.n >> && << index >>', ['value'])
    expect(reads.map(({ path }) => path.text)).toEqual(['data.n', 'index'])
  })

  it('refuses a path to a prototype below them', () => {
    expect(thrownBy(() => compileExpression('<< value.__proto__ >>', ['value'])).code).toBe('FLOW_UNSAFE_PATH')
  })
})
