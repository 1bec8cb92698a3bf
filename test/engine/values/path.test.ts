import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FlowpotError } from '../../../contracts/errors.ts'
import { parsePath, pathOf } from '../../../engine/values/path.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { thrownBy, underlined } from '../thrown-by.ts'

const payload = {
  data: {
    n: 42,
    zero: 0,
    none: null,
    text: 'Hello',
    items: [44, 'Goodbye', { deep: true }],
    'a silly name': 1,
    'a]b': 2,
  },
}

describe('reading a path', () => {
  it.each([
    ['data.n', 42],
    ['data.zero', 0],
    ['data.none', null],
    ['data.items.[1]', 'Goodbye'],
    ['data.items.1', 'Goodbye'],
    ['data.items.[1].[0]', 'G'],
    ['data.items.length', 3],
    ['data.text.length', 5],
    ['data.items.[2].deep', true],
    ['data.items.[8]', undefined],
    ['data.[a silly name]', 1],
    ['data.[a\\]b]', 2],
    ['data.missing.deeper', undefined],
    ['data.n.toFixed', undefined],
    ['data.none.x', undefined],
    ['data.toString', undefined],
    ['data.items.map', undefined],
    ['data.text.trim', undefined],
    ['.', payload],
  ])('%s gives %j', (text, value) => {
    expect(parsePath(text).get(payload)).toBe(value)
  })

  it('writes an index in brackets and leaves a name as it is', () => {
    expect(parsePath('data.items.0.[x].[a b].name').text).toBe('data.items.[0].x.[a b].name')
  })
})

describe('writing a path', () => {
  it.each<[string, Payload, Payload]>([
    ['a.b.c', {}, { a: { b: { c: 1 } } }],
    ['a.b', { a: null }, { a: { b: 1 } }],
    ['a.b', { a: 'text' }, { a: { b: 1 } }],
    ['a.0', {}, { a: { 0: 1 } }],
    ['a.0', { a: [7] }, { a: [1] }],
    ['a.1.b', { a: [7] }, { a: [7, { b: 1 }] }],
    ['toString.x', {}, { toString: { x: 1 } }],
  ])('%s on %j makes %j', (text, before, after) => {
    parsePath(text).set(before, 1)
    expect(before).toEqual(after)
  })

  it.each([
    ['.', { a: 1 }],
    ['a.length', { a: [1] }],
    ['a.name', { a: [1] }],
    ['a.4000000000', { a: [1] }],
  ])('%s on %j is an error of the run', (text, before) => {
    const untouched = structuredClone(before)
    expect(() => parsePath(text).set(before, 1)).toThrow(FlowpotError)
    expect(before).toEqual(untouched)
  })

  it.each<[string, Payload, Payload]>([
    ['a.b', { a: { b: 1, c: 2 } }, { a: { c: 2 } }],
    ['a.0', { a: [1, 2] }, { a: [2] }],
    ['a.b.c', { a: 'text' }, { a: 'text' }],
    ['x.y', {}, {}],
  ])('deleting %s from %j leaves %j', (text, before, after) => {
    parsePath(text).delete(before)
    expect(before).toEqual(after)
  })
})

describe('a text that is no path', () => {
  it.each([
    ['', '', undefined],
    ['a..b', '.', undefined],
    ['a.', '.', undefined],
    ['a[0]', '[', /dot before the bracket/],
    ['a b', ' ', /brackets/],
    ['<< a >>', '<', /without << >>/],
    ['a.[x', '[', undefined],
  ])('%j is refused', (text, wrong, hint) => {
    const error = thrownBy(() => parsePath(text))
    expect(error.code).toBe('FLOW_TEMPLATE_SYNTAX')
    expect(underlined(text, error)).toBe(wrong)
    if (hint) expect(error.hint).toMatch(hint)
  })

  it.each(['__proto__', 'a.constructor.b', 'a.[prototype]', '[__proto__].x'])('%s is unsafe', (text) => {
    const error = thrownBy(() => parsePath(text))
    expect(error.code).toBe('FLOW_UNSAFE_PATH')
    expect(underlined(text, error)).toMatch(/^\[?(__proto__|constructor|prototype)\]?$/)
  })
})

describe('any path', () => {
  const inherited = ['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'length', 'map', '0']
  const segment = fc
    .oneof(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.constantFrom(...inherited))
    .filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name))
  const segments = fc.array(segment, { minLength: 1, maxLength: 5 })

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(segments, (names) => {
        const path = parsePath(pathOf(names).text)
        expect(path.segments).toEqual(names)
        expect(parsePath(path.text).text).toBe(path.text)
      }),
    )
  })

  it('gives what was set, until it is deleted, and touches no prototype', () => {
    const before = inherited.map((name) => Reflect.get(Object.prototype, name))
    fc.assert(
      fc.property(segments, fc.jsonValue(), (names, value) => {
        const path = pathOf(names)
        const target: Payload = {}
        expect(path.get(target)).toBeUndefined()
        path.set(target, value)
        expect(path.get(target)).toBe(value)
        path.delete(target)
        expect(path.get(target)).toBeUndefined()
      }),
    )
    expect(inherited.map((name) => Reflect.get(Object.prototype, name))).toEqual(before)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('throws nothing but a TextSyntaxError when parsed', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab.[]\\0 <{"\n') }), (text) => {
        try {
          expect(parsePath(text).segments.length).toBeGreaterThanOrEqual(0)
        } catch (error) {
          expect(error).toMatchObject({ name: 'TextSyntaxError' })
        }
      }),
    )
  })
})
