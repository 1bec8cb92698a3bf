import { describe, expect, test } from 'vitest'
import { loop } from '../../../nodes/logic/loop.ts'
import { problemsOf, runNode } from '../run-node.ts'

const items = (over: unknown, expression = '<< data.over >>') =>
  runNode({
    yaml: `type: loop\nover: ${expression}\nitem: working.item\nresult: working.items`,
    payload: { data: { over } },
  })

describe('what a loop goes through', () => {
  test.each([
    ['a list, with what is null in it', ['a', null], ['a', null]],
    ['a text, by characters', 'a🌱b', ['a', '🌱', 'b']],
    ['a number, so many times', 3, [0, 1, 2]],
    ['a number, rounded up', 1.2, [0, 1]],
    ['a number, without its sign', -2.5, [0, 1]],
    ['nothing, for a number that is none', Number.NaN, []],
    ['nothing, for an empty list', [], []],
    ['nothing, for null', null, []],
    ['nothing, for a boolean', true, []],
    ['nothing, for what is missing', undefined, []],
    ['nothing, for a time', new Date(0), []],
  ])('is %s', async (_title, over, values) => {
    const { payload, error } = await items(over)
    expect(error).toBeUndefined()
    expect(payload.working).toMatchObject({ items: values.map((value, index) => ({ value, index })) })
  })

  test('is a map, by its own keys, whatever they are', async () => {
    const { payload } = await items(JSON.parse('{ "b": 1, "__proto__": 2, "constructor": 3 }'))
    expect(payload.working).toMatchObject({
      items: [
        { key: 'b', value: 1, index: 0, first: true },
        { key: '__proto__', value: 2, index: 1 },
        { key: 'constructor', value: 3, index: 2, last: true },
      ],
    })
  })

  test('says "first" and "last" of one item alone, and of no other', async () => {
    const { payload } = await items(['a', 'b', 'c'])
    expect(payload.working).toMatchObject({
      items: [
        { value: 'a', index: 0, first: true },
        { value: 'b', index: 1 },
        { value: 'c', index: 2, last: true },
      ],
    })
    expect((await items(['a'])).payload.working).toEqual({
      item: { value: 'a', index: 0, first: true, last: true },
      items: [{ value: 'a', index: 0, first: true, last: true }],
    })
  })

  test('is what an expression gives', async () => {
    const { payload } = await items(['a', 'b'], 'length(<< data.over >>) - 1')
    expect(payload.working).toMatchObject({ items: [{ value: 0 }] })
  })

  test.each([
    ['a number', 262_145],
    ['a number without end', Number.POSITIVE_INFINITY],
    ['a text', 'x'.repeat(262_145)],
    ['a list', Array(262_145).fill(0)],
    ['a map', Object.fromEntries(Array.from({ length: 262_145 }, (_, n) => [n, 0]))],
  ])('is refused where it is too long: %s', async (_title, over) => {
    const { error } = await items(over)
    expect(String(error)).toContain('at most 262144')
  })

  test('is what stood there when the loop began, whatever its nodes do to it', async () => {
    const { payload } = await runNode({
      yaml: `type: loop
over: << data.list >>
item: data.list.[1]
collect: << data.list.[1].value >>
result: working.values`,
      payload: { data: { list: ['a', 'b', 'c'] } },
    })
    expect(payload.working).toEqual({ values: ['a', 'b', 'c'] })
  })
})

describe('a loop', () => {
  test('puts an empty list where there was nothing to collect', async () => {
    expect((await items([])).payload.working).toEqual({ items: [] })
  })

  test('puts null for an iteration in which there is nothing to collect', async () => {
    const { payload } = await runNode({
      yaml: `type: loop
over: << data.list >>
item: working.item
collect: << working.item.value.n >>
result: working.all`,
      payload: { data: { list: [{ n: 1 }, {}, { n: 3 }] } },
    })
    expect(payload.working).toMatchObject({ all: [1, null, 3] })
  })

  test.each([
    ['over: true\nitem: working.i\ndo: []\nresult: working.r', 'FLOW_WRONG_TYPE'],
    ['over: 3\nitem: working.i', 'FLOW_MISSING_FIELD'],
    ['over: 3\nitem: working.i\ncollect: 1\ndo: [ { type: debug } ]', 'FLOW_MISSING_FIELD'],
    ['over: 3\ndo: [ { type: debug } ]', 'FLOW_MISSING_FIELD'],
    ['item: working.i\ndo: [ { type: debug } ]', 'FLOW_MISSING_FIELD'],
    ['over: data.items\nitem: working.i\ndo: [ { type: debug } ]', 'FLOW_EXPRESSION_SYNTAX'],
    ['over: 3\nitem: working..i\ndo: [ { type: debug } ]', 'FLOW_TEMPLATE_SYNTAX'],
    ['over: 3\nitem: working.__proto__\ndo: [ { type: debug } ]', 'FLOW_UNSAFE_PATH'],
    ['over: 3\nitem: working.i\nparallel: 1\ndo: [ { type: debug } ]', 'FLOW_WRONG_TYPE'],
  ])('is refused when it is written so: %j', (fields, code) => {
    expect(problemsOf(`type: loop\n${fields}`).map((problem) => problem.code)).toEqual([code])
  })
})

describe("Losant's loop", () => {
  const translate = loop.losant?.translate

  test.each([
    [
      { loopSourcePath: 'working.devices', currentItemPath: 'working.device' },
      { over: '{{working.devices}}', item: 'working.device' },
    ],
    [
      {
        loopSourcePath: 'data.[a key].0',
        currentItemPath: 'current',
        mapResultPath: '',
        mapValuePath: '',
        parallel: false,
      },
      { over: '{{data.[a key].[0]}}', item: 'current' },
    ],
    [
      {
        loopSourcePath: 'data.items',
        currentItemPath: 'working.item',
        mapResultPath: 'data.names',
        mapValuePath: 'working.item.value.name',
        parallel: true,
      },
      {
        over: '{{data.items}}',
        item: 'working.item',
        result: 'data.names',
        collect: '{{working.item.value.name}}',
        parallel: true,
      },
    ],
  ])('is written %j', (config, translated) => {
    expect(translate?.(config)).toEqual(translated)
  })

  test('is refused where it goes through nothing', () => {
    expect(() => translate?.({ loopSourcePath: '', currentItemPath: 'a' })).toThrow('loopSourcePath')
  })
})
