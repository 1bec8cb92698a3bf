import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { getValue } from '../../../nodes/data/get-value.ts'
import { storeValue } from '../../../nodes/data/store-value.ts'
import { problemsOf } from '../run-node.ts'
import { nodesOnPlatform } from '../run-on-platform.ts'

const get = 'type: get-value\nresult: data.r'
const store = 'type: store-value\nkey: k'

describe('a storage node that does not load', () => {
  test.each([
    [store, 'FLOW_MISSING_FIELD', 'increment'],
    [`${store}\nvalue: 1\nclear: true`, 'FLOW_UNKNOWN_FIELD', 'combined with value'],
    [`${store}\nincrement: 1\nas: number`, 'FLOW_UNKNOWN_FIELD', 'as needs a value'],
    [`${store}\nincrement: 1\nifAbsent: true\nelse: end`, 'FLOW_UNKNOWN_FIELD', 'ifAbsent needs a value'],
    [`${store}\nclear: true\nttl: 60`, 'FLOW_UNKNOWN_FIELD', 'ttl cannot be combined with clear'],
    [`${store}\nvalue: 1\nttl: 0`, 'FLOW_WRONG_TYPE', 'ttl'],
    [`${store}\nvalue: 1\nttl: 315360001`, 'FLOW_WRONG_TYPE', 'ttl'],
    [`${store}\nvalue: 1\nttl: a minute`, 'FLOW_WRONG_TYPE', 'ttl'],
    [`${store}\nvalue: 1\nelse: end`, 'FLOW_UNKNOWN_OUTPUT', 'else'],
    [`${store}\nincrement: [ 1 ]`, 'FLOW_WRONG_TYPE', 'increment'],
    [`${store}\nclear: false`, 'FLOW_WRONG_TYPE', 'clear'],
    [`${store}\nvalue: 1\nscope: everybody`, 'FLOW_WRONG_TYPE', 'scope'],
    ['type: store-value\nvalue: 1\nkey: ""', 'FLOW_WRONG_TYPE', 'key'],
    ['type: store-value\nvalue: 1', 'FLOW_MISSING_FIELD', 'key'],
    [get, 'FLOW_MISSING_FIELD', 'which value'],
    [`${get}\nall: true\nkey: a`, 'FLOW_UNKNOWN_FIELD', 'combined with all'],
    [`${get}\nall: true\nfallback: a`, 'FLOW_UNKNOWN_FIELD', 'combined with all'],
  ])('%j is %s', (yaml, code, text) => {
    const found = problemsOf(yaml)
    expect(found.map((problem) => problem.code)).toEqual([code])
    expect(JSON.stringify(found)).toContain(text)
  })
})

describe('store-value and get-value', () => {
  test('keep a value of any type for a later run', async () => {
    const { run, result } = await nodesOnPlatform()
    for (const value of [0, '', false, null, [1, [2]], { a: { b: null } }, 'text']) {
      await run(`${store}\nvalue: << data.value >>`, { value })
      expect(await result('type: get-value\nkey: k')).toEqual(value)
    }
  })

  test('keep an apart value for each key, whatever a client puts into it', async () => {
    const { run, result } = await nodesOnPlatform()
    const keys = ['__proto__', 'constructor', 'a\nb', '<< data.id >>', '{{x}}', 'flow:other', 5]
    for (const id of keys) await run('type: store-value\nkey: << data.id >>\nvalue: [ << data.id >> ]', { id })
    for (const id of keys) expect(await result('type: get-value\nkey: << data.id >>', { id })).toEqual([id])
    const all = Object.entries((await result('type: get-value\nall: true')) as object)
    expect(all.map(([key]) => key).sort()).toEqual(keys.map(String).sort())
    expect(Object.prototype).not.toHaveProperty('0')
  })

  test('fall back where nothing is stored, and not where null or false is', async () => {
    const { run, result } = await nodesOnPlatform()
    const read = 'type: get-value\nkey: k\nfallback: << data.instead >>'
    expect(await result(read, { instead: 7 })).toBe(7)
    expect(await result(read)).toBeUndefined()
    await run(`${store}\nvalue: null`)
    expect(await result(read, { instead: 7 })).toBeNull()
    await run(`${store}\nclear: true`)
    expect(await result(read, { instead: 7 })).toBe(7)
  })

  test('share a value with other flows where the scope says so, and only then', async () => {
    const { run, result } = await nodesOnPlatform()
    await run(`${store}\nscope: application\nvalue: 1`)
    expect(await result('type: get-value\nkey: k')).toBeUndefined()
    expect(await result('type: get-value\nkey: k\nscope: application')).toBe(1)
  })

  test('count without losing a run of two hundred at once', async () => {
    const { result } = await nodesOnPlatform()
    const counts = await Promise.all(Array.from({ length: 200 }, () => result(`${store}\nincrement: 1`)))
    expect(new Set(counts).size).toBe(200)
    expect(await result('type: get-value\nkey: k')).toBe(200)
  })

  test.each([
    ['increment: 2', {}, 12],
    ['increment: << data.by >>', { by: '0.5' }, 10.5],
    ['increment: -3', {}, 7],
    ['decrement: 3', {}, 7],
    ['decrement: " 4 "', {}, 6],
    ['value: << data.n >>\nas: number', { n: '1e3' }, 1000],
    ['value: << data.n >>\nas: text', { n: 5 }, '5'],
    ['value: << data.n >>\nas: json', { n: '{"a":[1]}' }, { a: [1] }],
    ['value: << data.n >>\nas: json', { n: [1] }, [1]],
  ])('%s makes of 10 what it says', async (way, data, stored) => {
    const { run, result } = await nodesOnPlatform()
    await run(`${store}\nvalue: 10`)
    expect(await result(`${store}\n${way}`, data)).toEqual(stored)
    expect(await result('type: get-value\nkey: k')).toEqual(stored)
  })

  test.each([
    ['a value that is missing', 'value: << data.none >>', 'the value is missing'],
    ['an amount that is missing', 'increment: << data.none >>', 'increment is not a number'],
    ['an amount that is no number', 'decrement: << data.word >>', 'decrement is not a number'],
    ['an amount of blanks', 'increment: " "', 'increment is not a number'],
    ['text that is no number', 'value: << data.word >>\nas: number', 'value is not a number'],
    ['a list as a number', 'value: [ 1 ]\nas: number', 'value is not a number'],
    ['text that is no JSON', 'value: << data.word >>\nas: json', 'not valid JSON'],
    ['JSON that no payload may hold', 'value: << data.deep >>\nas: json', 'deeper than 100'],
    ['a number past all', 'increment: 1e308', 'Infinity'],
    ['a value that is too large', 'value: << data.large >>', '64 KB'],
  ])('%s fails the run and leaves what was', async (_what, way, message) => {
    const { run, result } = await nodesOnPlatform()
    await run(`${store}\nvalue: 1e308`)
    const data = { word: 'moss', large: 'x'.repeat(70_000), deep: '['.repeat(200) + ']'.repeat(200) }
    await expect(result(`${store}\n${way}`, data)).rejects.toThrow(message)
    expect(await result('type: get-value\nkey: k')).toBe(1e308)
  })

  test.each([
    ['missing', undefined, 'missing'],
    ['empty', '', 'does not fit'],
    ['a map', {}, 'does not fit'],
    ['null', null, 'does not fit'],
    ['of 10 KB', 'x'.repeat(10_240), '255'],
    ['with U+0000', 'a\u0000', 'U+0000'],
  ])('a key that is %s fails the run', async (_what, key, message) => {
    const { result } = await nodesOnPlatform()
    await expect(result('type: store-value\nkey: << data.key >>\nvalue: 1', { key })).rejects.toThrow(message)
    await expect(result('type: get-value\nkey: << data.key >>', { key })).rejects.toThrow(message)
  })

  test('no longer read what has expired, and then fall back', async () => {
    const { run, result, clock } = await nodesOnPlatform()
    await run(`${store}\nvalue: kept\nttl: << data.seconds >>`, { seconds: '60' })
    clock.ms += 59_999
    expect(await result('type: get-value\nkey: k\nfallback: none')).toBe('kept')
    clock.ms += 1
    expect(await result('type: get-value\nkey: k\nfallback: none')).toBe('none')
    expect(await result('type: get-value\nall: true')).toEqual({})
  })

  test('count within a window that begins with its first count', async () => {
    const { result, clock } = await nodesOnPlatform()
    const counted = () => result(`${store}\nincrement: 1\nttl: 60`)
    expect(await counted()).toBe(1)
    clock.ms += 40_000
    expect(await counted()).toBe(2)
    clock.ms += 20_000
    expect(await counted()).toBe(1)
  })

  test('store what is absent once, and give the others what they found', async () => {
    const { run, clock } = await nodesOnPlatform()
    const claim = (by: unknown) =>
      run(`${store}\nvalue: << data.by >>\nifAbsent: true\nttl: 60\nresult: data.found\nelse: end`, { by })
    const runs = await Promise.all(Array.from({ length: 50 }, (_, by) => claim(by)))
    const won = runs.filter(({ output }) => output === 'next')
    expect(won).toHaveLength(1)
    const found = runs.map(({ payload }) => (payload.data as { found?: unknown }).found)
    expect(new Set(found).size).toBe(1)
    clock.ms += 60_000
    expect(await claim('later')).toMatchObject({ output: 'next', payload: { data: { found: 'later' } } })
    // What is stored as null or false is stored.
    await run(`${store}\nvalue: null`)
    expect(await claim('too late')).toMatchObject({ output: 'else', payload: { data: { found: null } } })
  })

  test.each([
    ['missing', undefined, 'ttl is missing'],
    ['text', 'soon', 'does not fit'],
    ['negative', -1, 'does not fit'],
    ['not finite', Number.POSITIVE_INFINITY, 'does not fit'],
    ['beyond all', '999999999999', 'does not fit'],
  ])('a ttl that is %s fails the run and stores nothing', async (_what, ttl, message) => {
    const { result } = await nodesOnPlatform()
    await expect(result(`${store}\nvalue: 1\nttl: << data.ttl >>`, { ttl })).rejects.toThrow(message)
    expect(await result('type: get-value\nkey: k')).toBeUndefined()
  })

  test('fail the run without an else, rather than go on as if the value were new', async () => {
    const { run, result } = await nodesOnPlatform()
    const yaml = `${store}\nvalue: 2\nifAbsent: true`
    await run(yaml)
    await expect(result(yaml)).rejects.toThrow('there is a value under this key already')
  })

  test('put at the result a copy of what they stored', async () => {
    const { run } = await nodesOnPlatform()
    const { payload } = await run(`${store}\nvalue: << data.list >>\nresult: data.copy`, { list: [{ a: 1 }] })
    const { list, copy } = payload.data as { list: object[]; copy: object[] }
    expect(copy).toEqual(list)
    expect(copy[0]).not.toBe(list[0])
  })
})

describe('a storage node of a Losant export', () => {
  const stored = (config: object) => storeValue.losant?.translate?.({ keyName: 'k-{{data.id}}', ...config })
  const read = (config: object) => getValue.losant?.translate?.({ keyName: 'k', valuePath: 'working.v', ...config })

  test.each([
    [
      stored({ valueType: 'path', value: 'data.payload', resultPath: 'working.r' }),
      { key: 'k-{{data.id}}', value: '{{data.payload}}', result: 'working.r' },
    ],
    [stored({ valueType: 'path', valuePath: 'data.a' }), { key: 'k-{{data.id}}', value: '{{data.a}}' }],
    [
      stored({ valueType: 'template', value: 'at {{time}}', resultPath: '' }),
      { key: 'k-{{data.id}}', value: 'at {{time}}', as: 'text' },
    ],
    [stored({ valueType: 'number', value: '{{data.n}}' }), { key: 'k-{{data.id}}', value: '{{data.n}}', as: 'number' }],
    [
      stored({ valueType: 'json', value: '{ "n": {{data.n}} }' }),
      { key: 'k-{{data.id}}', value: '{ "n": {{data.n}} }', as: 'json' },
    ],
    [stored({ valueType: 'incr', value: '1' }), { key: 'k-{{data.id}}', increment: '1' }],
    [stored({ valueType: 'decr', value: '{{data.n}}' }), { key: 'k-{{data.id}}', decrement: '{{data.n}}' }],
    [stored({ valueType: 'clear', value: 'null' }), { key: 'k-{{data.id}}', clear: true }],
  ])('becomes a store-value: %#', (config, expected) => {
    expect(config).toEqual(expected)
    expect(problemsOf(stringify({ type: 'store-value', ...config }).trim())).toEqual([])
  })

  test.each([
    [read({}), { key: 'k', result: 'working.v' }],
    [read({ defaultValueType: 'json', defaultValue: '' }), { key: 'k', result: 'working.v' }],
    [read({ defaultValueType: 'json', defaultValue: '[]' }), { key: 'k', result: 'working.v', fallback: [] }],
    [read({ defaultValueType: 'json', defaultValue: 'null' }), { key: 'k', result: 'working.v', fallback: null }],
    [
      read({ defaultValueType: 'path', defaultValue: 'data.n' }),
      { key: 'k', result: 'working.v', fallback: '{{data.n}}' },
    ],
    [read({ defaultValue: 'none' }), { key: 'k', result: 'working.v', fallback: 'none' }],
    [read({ getAll: true, defaultValue: '{}' }), { all: true, result: 'working.v' }],
  ])('becomes a get-value: %#', (config, expected) => {
    expect(config).toEqual(expected)
    expect(problemsOf(stringify({ type: 'get-value', ...config }).trim())).toEqual([])
  })

  test('is refused where it cannot be one', () => {
    expect(() => stored({ valueType: 'append' })).toThrow('"append"')
    expect(() => read({ defaultValueType: 'json', defaultValue: '{ "a": {{b}} }' })).toThrow('cannot be translated')
  })
})
