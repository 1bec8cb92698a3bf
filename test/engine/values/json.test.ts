import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxCollections, parseJson } from '../../../engine/values/json.ts'

describe('JSON for a payload', () => {
  it.each([
    ['{"a":[1,"x",null,true]}', { a: [1, 'x', null, true] }],
    [' 5 ', 5],
    ['{"constructor":"builder","prototype":1}', { constructor: 'builder', prototype: 1 }],
    ['\uFEFF{"a":1}', { a: 1 }],
    [`${'['.repeat(100)}${']'.repeat(100)}`, JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)],
  ])('reads %s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  it('takes as many lists and maps as may be, whatever brackets its texts have, and no more', () => {
    const text = (count: number) =>
      `["${'[{'.repeat(maxCollections)}\\"[",${Array.from({ length: count - 1 }, () => '{}').join()}]`
    expect(parseJson(text(maxCollections))).toHaveLength(maxCollections)
    expect(() => parseJson(text(maxCollections + 1))).toThrow(`more than ${maxCollections} lists and maps`)
  })

  it.each([
    ['8202522731445525542', '8202522731445525542'],
    ['-9007199254740993', '-9007199254740993'],
    ['9007199254740992', 9_007_199_254_740_992],
    ['1152921504606847000', 2 ** 60],
    ['100000000000000000000', 1e20],
    ['1e400', '1e400'],
    ['-1.5E+400', '-1.5E+400'],
    ['0.1000000000000000055511151231257827', 0.1],
    ['9007199254740993.5', 9_007_199_254_740_994],
  ])('keeps the digits of a number that would change them: %s', (text, value) => {
    const around = (inner: string) => `{"n":${inner}, "list":[${inner},1], "t":"\\"8202522731445525542,","x":-12}`
    expect(parseJson(around(text))).toEqual({ n: value, list: [value, 1], t: '"8202522731445525542,', x: -12 })
    expect(parseJson(text)).toEqual(value)
  })

  it('changes no number that was one before', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0))
    const value = fc.oneof(
      double,
      fc.maxSafeInteger(),
      fc.string(),
      fc.string({ unit: fc.constantFrom('"', '\\', '7') }),
    )
    fc.assert(
      fc.property(fc.array(value), (list) => {
        const long = [...list, '8202522731445525542']
        const text = JSON.stringify(long).replace(/"8202522731445525542"\]$/, '8202522731445525542]')
        expect(parseJson(text)).toEqual(long)
      }),
    )
  })

  it.each([
    ['', 'not valid JSON'],
    ['\uFEFF\uFEFF{}', 'not valid JSON'],
    ['08202522731445525542', 'not valid JSON'],
    ['undefined', 'not valid JSON'],
    ['{"a":1', 'not valid JSON'],
    ['NaN', 'not valid JSON'],
    ['{"__proto__":{"a":1}}', '__proto__'],
    ['[{"a":{"\\u005f_proto__":5}}]', '__proto__'],
    ['{"constructor":{"prototype":{"a":1}}}', 'not allowed'],
    [`${'['.repeat(101)}${']'.repeat(101)}`, 'deeper than 100'],
    [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'deeper than 100'],
  ])('does not read %.40s', (text, message) => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
    expect(() => parseJson(text)).toThrow(message)
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
  })
})
