import { describe, expect, test } from 'vitest'
import { shapeOfValue } from '../../../engine/compile/shape-of-value.ts'
import {
  anything,
  findAbsence,
  joinShapes,
  listShape,
  objectShape,
  type Shape,
  scalar,
  writeShape,
} from '../../../engine/json-schema/shape.ts'
import { shapeOfSchema } from '../../../engine/json-schema/shape-of-schema.ts'

const payload = objectShape({
  time: scalar,
  globals: objectShape({ known: scalar }, true),
  data: objectShape({
    body: anything,
    params: objectShape({ id: scalar }),
    items: listShape(objectShape({ name: scalar })),
  }),
})

/** Of what is unknown, nothing below is known to be absent either. */
function standing(shape: Shape, path: readonly string[]) {
  if (findAbsence(shape, path) !== undefined) return 'absent'
  return findAbsence(shape, [...path, 'no such key']) === undefined ? 'unknown' : 'present'
}

test.each([
  ['time', 'present'],
  ['time.x', 'absent'],
  ['time.length', 'unknown'],
  ['time.0', 'unknown'],
  ['data', 'present'],
  ['data.params.id', 'present'],
  ['data.params.ID', 'absent'],
  ['data.body', 'unknown'],
  ['data.body.x.y', 'unknown'],
  ['data.items.0.name', 'present'],
  ['data.items.0.nam', 'absent'],
  ['data.items.length', 'present'],
  ['data.items.name', 'absent'],
  ['globals.known', 'present'],
  ['globals.other', 'unknown'],
  ['working', 'absent'],
  ['constructor', 'absent'],
])('%s is %s', (path, expected) => {
  expect(standing(payload, path.split('.'))).toBe(expected)
})

test('the absent key is named, with those that there are', () => {
  expect(findAbsence(payload, ['data', 'params', 'ID', 'x'])).toEqual({ index: 2, key: 'ID', known: ['id'] })
})

describe('join', () => {
  const a = objectShape({ x: scalar, both: objectShape({ p: scalar }) })
  const b = objectShape({ y: scalar, both: objectShape({ q: scalar }) })
  test.each<[string, Shape, Shape, string, string]>([
    ['a key of one way stays possible', a, b, 'x', 'present'],
    ['so does one of the other', a, b, 'y', 'present'],
    ['below a key of both, too', a, b, 'both.q', 'present'],
    ['a key of neither is absent', a, b, 'z', 'absent'],
    ['an open way leaves it open', a, objectShape({}, true), 'z', 'unknown'],
    ['what is unknown on one way is unknown', a, anything, 'z', 'unknown'],
    ['null or an object', scalar, a, 'z', 'absent'],
    ['null or an object that has it', a, scalar, 'x', 'present'],
    ['lists join their items', listShape(a), listShape(b), '0.y', 'present'],
    ['a list or an object', listShape(a), a, 'z', 'unknown'],
  ])('%s', (_, one, other, path, expected) => {
    expect(standing(joinShapes(one, other), path.split('.'))).toBe(expected)
    expect(standing(joinShapes(other, one), path.split('.'))).toBe(expected)
  })
})

describe('write', () => {
  test('adds the keys on the way and shares the rest', () => {
    const after = writeShape(payload, ['working', 'a', 'b'], scalar)
    expect(standing(after, ['working', 'a', 'b'])).toBe('present')
    expect(standing(after, ['data', 'params', 'id'])).toBe('present')
    expect(standing(payload, ['working'])).toBe('absent')
    if (after.kind !== 'object' || payload.kind !== 'object') throw new Error('An object stays an object.')
    expect(after.keys.get('data')).toBe(payload.keys.get('data'))
  })

  test.each([
    ['replaces what stood there', ['data', 'params'], ['data', 'params', 'id'], 'absent'],
    ['knows nothing else of what was unknown', ['data', 'body', 'x'], ['data', 'body', 'y'], 'unknown'],
    ['knows all of a map that it makes', ['working', 'x'], ['working', 'y'], 'absent'],
    [
      'knows all of a map in the place of a text',
      ['data', 'params', 'id', 'x'],
      ['data', 'params', 'id', 'y'],
      'absent',
    ],
    ['knows what it wrote into what was unknown', ['data', 'body', 'x'], ['data', 'body', 'x'], 'present'],
    [
      'an item of a list adds to its items',
      ['data', 'items', '1', 'extra'],
      ['data', 'items', '0', 'extra'],
      'present',
    ],
    ['a name in a list leaves the list unknown', ['data', 'items', 'name'], ['data', 'items', 'x'], 'unknown'],
    ['at the root replaces all', [], ['data'], 'absent'],
  ] as const)('%s', (_, write, read, expected) => {
    expect(standing(writeShape(payload, write, objectShape({})), read)).toBe(expected)
  })
})

test.each<[string, Record<string, unknown>, string, string]>([
  [
    'a closed object',
    { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
    'b',
    'absent',
  ],
  ['an open object', { type: 'object', properties: { a: { type: 'string' } } }, 'b', 'unknown'],
  ['its property', { type: 'object', properties: { a: { type: 'string' } } }, 'a', 'present'],
  ['a scalar', { type: 'integer' }, 'x', 'absent'],
  ['an enum', { enum: ['a', null] }, 'x', 'absent'],
  [
    'a list',
    { type: 'array', items: { type: 'object', properties: {}, additionalProperties: false } },
    '0.x',
    'absent',
  ],
  [
    'an object or null',
    { anyOf: [{ type: 'null' }, { type: 'object', properties: {}, additionalProperties: false }] },
    'x',
    'absent',
  ],
  ['two types', { type: ['object', 'null'], properties: { a: {} }, additionalProperties: false }, 'x', 'absent'],
  ['an object or anything', { oneOf: [{}, { type: 'object', additionalProperties: false }] }, 'x', 'unknown'],
  ['allOf', { allOf: [{ type: 'object', additionalProperties: false }] }, 'x', 'unknown'],
  [
    'pattern properties',
    { type: 'object', patternProperties: { '^x': {} }, additionalProperties: false },
    'x',
    'unknown',
  ],
  ['nothing said', {}, 'x', 'unknown'],
])('the shape of a schema: %s', (_, schema, path, expected) => {
  expect(standing(shapeOfSchema(schema), path.split('.'))).toBe(expected)
})

test.each([
  ['a', 'absent'],
  ['known', 'present'],
  ['known.x', 'absent'],
  ['template.x', 'unknown'],
  ['list.0.x', 'present'],
  ['list.0.z', 'absent'],
  ['list.length', 'present'],
  ['empty.0.x', 'unknown'],
])('of a value in a flow, %s is %s', (path, expected) => {
  const value = { known: 5, template: '<< data.x >>', list: [{ x: 1 }, { y: null }], empty: [] }
  expect(standing(shapeOfValue(value), path.split('.'))).toBe(expected)
})
