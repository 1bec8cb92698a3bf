import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../engine/values/json.ts'

describe('JSON for a payload', () => {
  it.each([
    ['{"a":[1,"x",null,true]}', { a: [1, 'x', null, true] }],
    [' 5 ', 5],
    ['{"constructor":"builder","prototype":1}', { constructor: 'builder', prototype: 1 }],
    [`${'['.repeat(100)}${']'.repeat(100)}`, JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)],
  ])('reads %s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  it.each([
    ['', 'no JSON'],
    ['undefined', 'no JSON'],
    ['{"a":1', 'no JSON'],
    ['NaN', 'no JSON'],
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
