import fc from 'fast-check'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { queryReader } from '../../../server/http/query-params.ts'

const params = Type.Object({
  page: Type.Optional(Type.Integer()),
  ratio: Type.Optional(Type.Number()),
  all: Type.Optional(Type.Boolean()),
  filter: Type.Optional(Type.String()),
  sortDirection: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
  query: Type.Optional(Type.Object({})),
  anything: Type.Optional(Type.Unknown()),
  dataType: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  ids: Type.Optional(Type.Array(Type.Integer())),
  tagFilter: Type.Optional(
    Type.Array(Type.Object({ key: Type.Optional(Type.String()), value: Type.Optional(Type.String()) })),
  ),
})
const read = queryReader(params)

/** As Fastify's parser gives it. */
function parsed(query: string): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null)
  const search = new URLSearchParams(query)
  for (const name of search.keys()) {
    const all = search.getAll(name)
    fields[name] = all.length === 1 ? (all[0] ?? '') : all
  }
  return fields
}

describe('A query', () => {
  test('may give a parameter a thousand items', () => {
    const ofItems = (count: number) => read(parsed('ids[]=1&'.repeat(count)))
    expect(ofItems(1_000)).toEqual({ ids: Array.from({ length: 1_000 }, () => 1) })
    expect(() => ofItems(1_001)).toThrow('ids[] must be of at most 1000 items')
  })

  test.each([
    ['page=2&perPage=x', { page: 2, perPage: 'x' }],
    ['page=-1', { page: -1 }],
    ['ratio=1.5e3', { ratio: 1500 }],
    ['all=true', { all: true }],
    ['all=false', { all: false }],
    ['filter=2', { filter: '2' }],
    ['filter=', { filter: '' }],
    ['filter={"a":1}', { filter: '{"a":1}' }],
    ['sortDirection=desc', { sortDirection: 'desc' }],
    ['query={"$and":[{"name":"a"}]}', { query: { $and: [{ name: 'a' }] } }],
    ['query[name]=a', { query: { name: 'a' } }],
    ['anything={"a":1}', { anything: { a: 1 } }],
    ['anything=plain', { anything: 'plain' }],
    ['dataType=number', { dataType: 'number' }],
    ['dataType=number&dataType=string', { dataType: ['number', 'string'] }],
    ['dataType[0]=number&dataType[1]=string', { dataType: ['number', 'string'] }],
    ['dataType[]=number&dataType[]=string', { dataType: ['number', 'string'] }],
    ['ids=1&ids=2', { ids: [1, 2] }],
    ['ids=1', { ids: [1] }],
    ['ids=[1,2]', { ids: [1, 2] }],
    [
      'tagFilter[0][key]=owner&tagFilter[0][value]=a%5Bb&tagFilter[1][key]=x',
      { tagFilter: [{ key: 'owner', value: 'a[b' }, { key: 'x' }] },
    ],
    ['_actions=false&_links=true&_embedded=true&losantdomain=x', {}],
    ['', {}],
  ])('%s becomes what the schema asks for', (query, expected) => {
    expect(read(parsed(query))).toEqual(expected)
  })

  test.each([
    ['page=two', 'page must be a whole number'],
    ['page=1.5', 'page must be a whole number'],
    ['page=', 'page must be a whole number'],
    ['page=0x10', 'page must be a whole number'],
    ['page= 1', 'page must be a whole number'],
    ['page=1&page=2', 'page must be a whole number'],
    ['page=99999999999999999999', 'page must be a whole number'],
    ['ratio=Infinity', 'ratio must be a number'],
    ['ratio=1e999', 'ratio must be a number'],
    ['all=yes', 'all must be true or false'],
    ['all=1', 'all must be true or false'],
    ['query=name', 'query must be an object as JSON'],
    ['query=1', 'query must be an object as JSON'],
    ['query={"__proto__":{"polluted":1}}', 'query must be an object as JSON'],
    ['query[__proto__][polluted]=1', 'query must be without the key __proto__'],
    ['ids=1&ids=x', 'ids[1] must be a whole number'],
    ['ids=[1', 'ids must be a list as JSON'],
    ['query[a]=1&query[a][b]=2', 'query[a][b] must be written in only one way'],
    ['query[a][b][c][d][e]=2', 'query[a][b][c][d][e] must be nested at most 5 deep'],
  ])('%s is refused: %s', (query, message) => {
    expect(() => read(parsed(query))).toThrow(expect.objectContaining({ message, status: 400 }))
    expect({}).not.toHaveProperty('polluted')
  })

  test('that is hostile is read or refused, and pollutes nothing', () => {
    const key = fc.string({
      unit: fc.constantFrom('[', ']', 'a', '0', '1', '__proto__', 'query', 'ids', 'constructor', '.'),
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.string())), (fields) => {
        try {
          read(parsed(new URLSearchParams(fields).toString()))
        } catch (error) {
          expect(error).toMatchObject({ code: 'HTTP_QUERY_UNREADABLE', status: 400 })
        }
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
    )
  })
})
