import fc from 'fast-check'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { hasTemplate } from '../../../engine/compile/compile-value.ts'
import { createSchemaChecker } from '../../../engine/json-schema/schema-problems.ts'
import { Expression, PathTo, Template, Value } from '../../../engine/schema.ts'

const checker = createSchemaChecker()

const device = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 20 }),
  status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599 })),
  ratio: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  kind: Type.Optional(Type.Union([Type.Literal('standalone'), Type.Literal('gateway')])),
  enabled: Type.Optional(Type.Boolean()),
  email: Type.Optional(Type.String({ format: 'email' })),
  id: Type.Optional(Type.String({ pattern: '^[0-9a-f]{24}$' })),
  parent: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  tags: Type.Optional(Type.Array(Type.Object({ key: Type.String(), value: Type.String() }), { maxItems: 2 })),
  access: Type.Optional(
    Type.Union([Type.Literal('public'), Type.Literal('device'), Type.Object({ groups: Type.Array(Type.String()) })]),
  ),
  answer: Type.Optional(
    Type.Union([
      Type.Object({ status: Type.Integer(), body: Type.Unknown() }),
      Type.Object({ redirect: Type.String() }),
    ]),
  ),
  few: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
  extra: Type.Optional(Type.Record(Type.String(), Type.Number())),
})

test.each([
  [
    'a sound value',
    { name: 'x', tags: [{ key: 'a', value: 'b' }], access: { groups: ['a'] }, parent: null, extra: { any: 1 } },
  ],
  ['each alternative', { name: 'x', access: 'public', answer: { redirect: '/' } }],
])('%s has no complaint', (_, value) => {
  expect(checker.check(device, value)).toEqual([])
})

const wrong = 'FLOW_WRONG_TYPE'
test.each<[Record<string, unknown>, string, unknown[], string, string | undefined]>([
  [{}, 'FLOW_MISSING_FIELD', ['name'], 'name is missing.', undefined],
  [{ name: 'x', statsu: 200 }, 'FLOW_UNKNOWN_FIELD', ['statsu'], 'There is no field statsu.', 'Did you mean "status"?'],
  [{ name: 'x', status: 'abc' }, wrong, ['status'], 'status must be an integer from 100 to 599, not "abc".', undefined],
  [{ name: 'x', status: 99 }, wrong, ['status'], 'status must be an integer from 100 to 599, not 99.', undefined],
  [
    { name: 'x', status: '200' },
    wrong,
    ['status'],
    'status must be an integer from 100 to 599, not "200".',
    'Take the quotes away: 200',
  ],
  [{ name: 'x', ratio: 0 }, wrong, ['ratio'], 'ratio must be a number greater than 0, not 0.', undefined],
  [
    { name: 7 },
    wrong,
    ['name'],
    'name must be a text of 1 to 20 characters, not 7.',
    'If it is a text, put it in quotes: "7"',
  ],
  [{ name: '' }, wrong, ['name'], 'name must be a text of 1 to 20 characters, not "".', undefined],
  [
    { name: 'x', enabled: 'yes' },
    wrong,
    ['enabled'],
    'enabled must be true or false, not "yes".',
    'Write true, without quotes.',
  ],
  [
    { name: 'x', kind: 'gatway' },
    wrong,
    ['kind'],
    'kind must be one of standalone or gateway, not "gatway".',
    'Did you mean "gateway"?',
  ],
  [
    { name: 'x', email: 'me' },
    wrong,
    ['email'],
    'email must be a text in the form of an e-mail address, not "me".',
    undefined,
  ],
  [{ name: 'x', id: 'z' }, wrong, ['id'], 'id must be a text that matches ^[0-9a-f]{24}$, not "z".', undefined],
  [{ name: 'x', parent: 3 }, wrong, ['parent'], 'parent must be a text or null, not 3.', undefined],
  [{ name: 'x', tags: {} }, wrong, ['tags'], 'tags must be a list of at most 2 items, not an object.', undefined],
  [{ name: 'x', few: [] }, wrong, ['few'], 'few must be a list of at least 1 item, not an empty list.', undefined],
  [
    { name: 'x', tags: [{ key: 'a', value: 1 }] },
    wrong,
    ['tags', 0, 'value'],
    'tags[0].value must be a text, not 1.',
    'If it is a text, put it in quotes: "1"',
  ],
  [
    { name: 'x', tags: [{ key: 'a', valeu: 'b', value: 'b' }] },
    'FLOW_UNKNOWN_FIELD',
    ['tags', 0, 'valeu'],
    'There is no field valeu in tags[0].',
    'Did you mean "value"?',
  ],
  [
    { name: 'x', access: 'publik' },
    wrong,
    ['access'],
    'access must be public, device or an object, not "publik".',
    'Did you mean "public"?',
  ],
  [
    { name: 'x', access: { group: [], groups: [] } },
    'FLOW_UNKNOWN_FIELD',
    ['access', 'group'],
    'There is no field group in access.',
    'Did you mean "groups"?',
  ],
  [
    { name: 'x', access: { groups: [1] } },
    wrong,
    ['access', 'groups', 0],
    'access.groups[0] must be a text, not 1.',
    'If it is a text, put it in quotes: "1"',
  ],
  [
    { name: 'x', answer: { status: 401 } },
    'FLOW_MISSING_FIELD',
    ['answer', 'body'],
    'answer.body is missing.',
    undefined,
  ],
  [{ name: 'x', extra: { a: 'b' } }, wrong, ['extra', 'a'], 'extra.a must be a number, not "b".', undefined],
  [
    JSON.parse('{"name":"x","__proto__":1}'),
    'FLOW_UNKNOWN_FIELD',
    ['__proto__'],
    'There is no field __proto__.',
    undefined,
  ],
  [{ name: 'x', constructor: 1 }, 'FLOW_UNKNOWN_FIELD', ['constructor'], 'There is no field constructor.', undefined],
])('%j', (value, code, path, message, hint) => {
  const complaints = checker.check(device, value)
  expect(complaints).toHaveLength(1)
  expect(complaints[0]).toMatchObject({ code, at: path, message, ...(hint === undefined ? {} : { hint }) })
})

test('an unknown key is pointed at, and the keys there are stand in the hint where none is near', () => {
  expect(checker.check(Type.Object({ if: Type.Optional(Type.Number()) }), { zzz: 1 })).toEqual([
    {
      code: 'FLOW_UNKNOWN_FIELD',
      at: ['zzz'],
      atKey: true,
      message: 'There is no field zzz.',
      hint: 'The fields are: if.',
    },
  ])
})

test('the value itself is called so', () => {
  expect(checker.check(Type.Integer(), 'x')).toMatchObject([
    { at: [], message: 'The value must be an integer, not "x".' },
  ])
})

test('every complaint comes at once', () => {
  const paths = checker
    .check(device, { status: 'a', foo: 1, tags: [3, { key: 1, value: 'b' }] })
    .map(({ at }) => at.join('.'))
  expect(paths.sort()).toEqual(['foo', 'name', 'status', 'tags.0', 'tags.1.key'])
})

describe('objects of a schema are closed', () => {
  test.each<[string, object, unknown, number]>([
    ['with properties', { type: 'object', properties: { a: {} } }, { b: 1 }, 1],
    ['unless it says otherwise', { type: 'object', properties: { a: {} }, additionalProperties: true }, { b: 1 }, 0],
    ['not without properties', { type: 'object' }, { b: 1 }, 0],
    ['in lists', { type: 'array', items: { properties: { a: {} } } }, [{ b: 1 }], 1],
    ['in alternatives', { anyOf: [{ type: 'object', properties: { a: {} } }, { type: 'string' }] }, { b: 1 }, 1],
    ['in records', { type: 'object', additionalProperties: { properties: { a: {} } } }, { x: { b: 1 } }, 1],
    [
      'not in the parts of an intersection',
      { allOf: [{ properties: { a: {} } }, { properties: { b: {} } }] },
      { a: 1, b: 1 },
      0,
    ],
    ['a property may be named properties', { properties: { properties: { type: 'number' } } }, { properties: 1 }, 0],
  ])('%s', (_, schema, value, count) => {
    expect(checker.check(schema, value)).toHaveLength(count)
  })

  test('and the schema itself is not changed', () => {
    const schema = { type: 'object', properties: { a: { type: 'object', properties: {} } } }
    const before = JSON.stringify(schema)
    checker.check(schema, {})
    expect(JSON.stringify(schema)).toBe(before)
  })
})

describe('where a template stands', () => {
  test.each<[string, Record<string, unknown>, number]>([
    ['for a number', { name: 'x', status: '<< s >>' }, 0],
    ['for a literal', { name: 'x', kind: '<< k >>' }, 0],
    ['for a list', { name: 'x', tags: '<< t >>' }, 0],
    ['for an item', { name: 'x', tags: ['<< t >>'] }, 0],
    ['in a text with a form', { name: '<< a >> and much, much more text', email: '<< e >>', id: '<< i >>' }, 0],
    ['for an alternative', { name: 'x', access: '<< a >>' }, 0],
    ['within an alternative', { name: 'x', answer: { status: '<< s >>', body: 1 } }, 0],
    ['deep within an alternative', { name: 'x', access: { groups: '<< g >>' } }, 0],
    ['beside what is wrong', { name: '<< n >>', status: 'abc' }, 1],
    ['beside what is wrong within an alternative', { name: 'x', answer: { status: '<< s >>', body: 1, bdoy: 2 } }, 1],
    ['beside what is missing', { status: '<< s >>' }, 1],
  ])('%s', (_, value, count) => {
    expect(checker.check(device, value, { hasTemplate })).toHaveLength(count)
  })

  test('it is a text like others where the caller does not ask', () => {
    expect(checker.check(device, { name: 'x', status: '<< s >>' })).toHaveLength(1)
  })
})

test('the marks of configuration schemas say nothing of the value', () => {
  const config = Type.Object({
    if: Expression(),
    to: PathTo(),
    text: Template({ default: 'x' }),
    body: Type.Optional(Value()),
  })
  expect(checker.check(config, { if: true, to: 'data.x', text: 't', body: { any: ['thing'] } })).toEqual([])
  expect(checker.check(config, { if: [], to: '', text: 1 }).map(({ at }) => at)).toEqual([['if'], ['to'], ['text']])
})

test('any JSON gets complaints with paths that lead into it, and pollutes nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const { at: path, code, message } of checker.check(device, value, { hasTemplate })) {
        expect(message).not.toBe('')
        let current: unknown = value
        for (const segment of code === 'FLOW_MISSING_FIELD' ? path.slice(0, -1) : path) {
          expect(Object.hasOwn(current as object, segment)).toBe(true)
          current = Reflect.get(current as object, segment)
        }
      }
      expect(Object.keys(Object.prototype)).toEqual([])
    }),
  )
})
