import { describe, expect, test } from 'vitest'
import { differencesOf, pathText } from '../../../workbench/testing/differences.ts'
import { AnyValue, Match, Partially } from '../../../workbench/testing/matchers.ts'

const any = new AnyValue()

describe('a value is as expected where', () => {
  test.each<[string, unknown, unknown]>([
    ['it is the same, whatever the order of its keys', { a: 1, b: [null, 'x'] }, { b: [null, 'x'], a: 1 }],
    ['a key is there without a value', { a: 1 }, { a: 1, b: undefined }],
    ['anything may stand there, null too', { a: any, b: any }, { a: null, b: { c: 1 } }],
    ['the pattern is found in a text', new Match('^[0-9a-f]{4}$'), '00ff'],
    ['a part has further keys beside it', new Partially({ a: any }), { a: 1, b: 2 }],
    ['a part of a list is in it in another order', new Partially([3, new Partially({ a: 1 })]), [{ a: 1, b: 2 }, 3, 4]],
  ])('%s', (_, expected, actual) => {
    expect(differencesOf(expected, actual)).toEqual([])
  })
})

describe('a value differs where', () => {
  test.each<[string, unknown, unknown, string, string, string]>([
    ['a leaf does', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, 'a[0].b', '1', '2'],
    ['a type does', { a: 1 }, { a: '1' }, 'a', '1', "'1'"],
    ['a key is missing', { a: 1 }, {}, 'a', '1', 'nothing'],
    ['a key is too many', {}, { a: 1 }, 'a', 'nothing', '1'],
    ['a list is longer', [1], [1, 2], '[1]', 'nothing', '2'],
    ['a list is a map', { a: [] }, { a: {} }, 'a', '[]', '{}'],
    ['nothing is where anything may be', { a: any }, {}, 'a', 'any value', 'nothing'],
    ['a text does not match', new Match('^x'), 'ax', '', 'a text that matches ^x', "'ax'"],
    ['a pattern is held against a number', new Match('1'), 1, '', 'a text that matches 1', '1'],
    ['a part is not there', new Partially({ a: 1 }), { b: 1 }, 'a', '1', 'nothing'],
    ['what lies deeper in a part has more', new Partially({ a: {} }), { a: { b: 1 } }, 'a.b', 'nothing', '1'],
    ['an item of a part is not there', new Partially([2]), [1], '[0]', 'an item 2', 'among [ 1 ]'],
    ['a part is of nothing', new Partially({ a: any }), undefined, '', '{ a: !any } among others', 'nothing'],
    ['a key is one of JavaScript’s own', JSON.parse('{"__proto__":1}'), {}, '__proto__', '1', 'nothing'],
  ])('%s', (_, expected, actual, path, wanted, found) => {
    const differences = differencesOf(expected, actual)
    expect(differences).toMatchObject([{ expected: wanted, actual: found }])
    expect(differences.map((difference) => pathText(difference.path))).toEqual([path])
  })
})
