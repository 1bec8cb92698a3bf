/** What of a change breaks a client, and what breaks none. */
import { describe, expect, test } from 'vitest'
import { breaksBetween } from '../../../../workbench/compare/openapi/breaks.ts'

type Part = Readonly<Record<string, unknown>>

function breaksOf(before: Part, after: Part): string[] {
  return breaksBetween(before, after).map(({ operation, place, message }) => [operation, place, message].join('|'))
}

/** A document of one endpoint. */
const withPost = (operation: Part, rest: Part = {}): Part => ({
  openapi: '3.1.0',
  paths: { '/a': { post: { responses: {}, ...operation } } },
  ...rest,
})
const json = (schema: unknown) => ({ content: { 'application/json': { schema } } })
const takes = (schema: unknown) => withPost({ requestBody: json(schema) })
const gives = (schema: unknown) => withPost({ responses: { 200: json(schema) } })
const object = (properties: Part, rest: Part = {}) => ({ type: 'object', properties, ...rest })
const text = { type: 'string' }

const tree = (leaf: unknown) => ({
  ...takes({ $ref: '#/components/schemas/T' }),
  components: { schemas: { T: object({ leaf, below: { anyOf: [{ $ref: '#/components/schemas/T' }, text] } }) } },
})

describe.each<[string, Part, Part, string[]]>([
  ['a path that is gone', withPost({}), { paths: {} }, ['POST /a||is gone']],
  ['a method that is gone', withPost({}), { paths: { '/a': { get: { responses: {} } } } }, ['POST /a||is gone']],
  [
    'a parameter in the path by another name',
    { paths: { '/a/{b}': { get: { parameters: [{ name: 'b', in: 'path', required: true }] } } } },
    { paths: { '/a/{c}': { get: { parameters: [{ name: 'c', in: 'path', required: true }] } } } },
    [],
  ],
  [
    'a parameter that is required now',
    withPost({ parameters: [{ name: 'a', in: 'query' }] }),
    withPost({
      parameters: [
        { name: 'a', in: 'query', required: true },
        { name: 'B', in: 'header', required: true },
        { name: 'c', in: 'query' },
      ],
    }),
    ['POST /a|query parameter a|is required now', 'POST /a|header parameter B|is required now'],
  ],
  [
    'a parameter that takes less',
    withPost({ parameters: [{ name: 'a', in: 'query', schema: { enum: ['x', 'y'] } }] }),
    withPost({ parameters: [{ name: 'a', in: 'query', schema: { enum: ['y', 'z'] } }] }),
    ['POST /a|query parameter a|no longer takes "x"'],
  ],
  [
    'a body that is required now',
    withPost({}),
    withPost({ requestBody: { required: true, ...json({}) } }),
    ['POST /a|body|is required now'],
  ],
  [
    'a body that is sent as something else',
    withPost({ requestBody: { content: { 'text/plain': {} } } }),
    takes({}),
    ['POST /a|body|is no longer taken as text/plain'],
  ],
  [
    'a field that is required now',
    takes(object({ a: {} })),
    takes(object({ a: {}, b: {} }, { required: ['b'] })),
    ['POST /a|body.b|is required now'],
  ],
  ['a field that may be sent', takes(object({ a: {} })), takes(object({ a: {}, b: text })), []],
  [
    'a field that is no longer taken',
    takes(object({ a: {}, b: {} })),
    takes(object({ a: {} }, { additionalProperties: false })),
    ['POST /a|body.b|is no longer taken'],
  ],
  ['a field that is no longer read', takes(object({ a: {}, b: {} })), takes(object({ a: {} })), []],
  [
    'a field of fewer types',
    takes(object({ a: { type: ['string', 'number'] }, b: {}, c: text, d: { type: 'integer' } })),
    takes(object({ a: text, b: text, c: {}, d: { type: 'number' } })),
    ['POST /a|body.a|can no longer be number', 'POST /a|body.b|must be string now'],
  ],
  [
    'limits that are closer',
    takes(object({ a: { type: 'integer', minimum: 1, maximum: 9 }, b: text, c: { ...text, maxLength: 9 } })),
    takes(
      object({
        a: { type: 'integer', minimum: 2, maximum: 9 },
        b: { ...text, maxLength: 5, pattern: '^a' },
        c: { ...text, maxLength: 10 },
      }),
    ),
    [
      'POST /a|body.a|has a minimum of 2 now, was 1',
      'POST /a|body.b|has a maxLength of 5 now',
      'POST /a|body.b|has the pattern ^a now',
    ],
  ],
  [
    'items that take less',
    takes({ type: 'array', items: object({ a: {} }) }),
    takes({ type: 'array', items: object({ a: { const: 1 } }) }),
    ['POST /a|body[].a|must be number now', 'POST /a|body[].a|takes nothing but 1 now'],
  ],
  ['another way to send it', takes(text), takes({ anyOf: [text, { type: 'number' }] }), []],
  [
    'a way less to send it',
    takes({ anyOf: [text, { type: 'number' }] }),
    takes(text),
    ['POST /a|body|is no longer taken in every way that it was'],
  ],
  ['what cannot be told', takes({}), takes({ not: { const: 1 } }), ['POST /a|body|has another `not`']],
  ['a schema that refers to itself, unchanged', tree(text), tree(text), []],
  [
    'a schema that refers to itself, changed',
    tree({}),
    tree(text),
    ['POST /a|body.leaf|must be string now', 'POST /a|body.below|is no longer taken in every way that it was'],
  ],
  [
    'a status that is gone',
    withPost({ responses: { 200: json({}), 404: json({}) } }),
    withPost({ responses: { 200: json({}), 201: json({}) } }),
    ['POST /a|reply 404|is gone'],
  ],
  [
    'a status that the flow computes now',
    withPost({ responses: { 404: json(object({ error: text })) } }),
    withPost({ responses: { default: json(object({ error: text })) } }),
    [],
  ],
  [
    'an answer of the platform that is gone',
    withPost({ responses: { 401: { $ref: '#/components/responses/Unauthorized' } } }),
    withPost({}),
    [],
  ],
  [
    'a reply of another type',
    withPost({ responses: { 200: { content: { 'text/html': {} } } } }),
    gives({}),
    ['POST /a|reply 200|is no longer sent as text/html'],
  ],
  ['a reply whose type is known now', withPost({ responses: { 200: { content: { '*/*': {} } } } }), gives({}), []],
  [
    'a field that is gone from a reply',
    gives(object({ a: object({ b: text }), c: text })),
    gives(object({ a: object({}), d: text })),
    ['POST /a|reply 200.a.b|is gone', 'POST /a|reply 200.c|is gone'],
  ],
  [
    'a field that may be missing now, or be something else',
    gives(object({ a: text, b: text, c: {} }, { required: ['a'] })),
    gives(object({ a: text, b: {}, c: text })),
    ['POST /a|reply 200.a|may be missing now', 'POST /a|reply 200.b|may be anything now'],
  ],
  [
    'a reply that says the same in other words',
    gives(object({ error: { type: 'string', const: 'No.' } })),
    gives(object({ error: { type: 'string', const: 'No!' } })),
    [],
  ],
  [
    'one more thing that a reply may be',
    gives(object({ a: text })),
    gives({ anyOf: [object({ a: text, b: text }), object({ b: text })] }),
    ['POST /a|reply 200|may be something that it was not before'],
  ],
  [
    'an item of a reply that is gone',
    gives({ items: { properties: { a: {} } } }),
    gives({ items: { properties: {} } }),
    ['POST /a|reply 200[].a|is gone'],
  ],
  [
    'a token that is needed now',
    withPost({ security: [] }),
    withPost({ security: [{ user: [] }] }),
    ['POST /a|security|a token is needed now'],
  ],
  [
    'a document whose security is every operation’s',
    withPost({}, { security: [{ user: [] }] }),
    withPost({ security: [{ device: [] }] }),
    ['POST /a|security|no longer lets in by user'],
  ],
  ['a token that is no longer needed', withPost({ security: [{ user: [] }] }), withPost({ security: [] }), []],
  [
    'a group that is shut out',
    withPost({ security: [{ user: ['a'] }, { user: ['b'] }] }),
    withPost({ security: [{ user: ['b'] }, { user: ['c'] }] }),
    ['POST /a|security|no longer lets in by user (a)'],
  ],
  ['groups that all may enter', withPost({ security: [{ user: ['a'] }] }), withPost({ security: [{ user: [] }] }), []],
  [
    'a token that is sent otherwise',
    withPost({ security: [{ t: [] }] }, { components: { securitySchemes: { t: { type: 'http', scheme: 'bearer' } } } }),
    withPost({ security: [{ t: [] }] }, { components: { securitySchemes: { t: { type: 'http', scheme: 'basic' } } } }),
    ['POST /a|security|no longer lets in by t'],
  ],
])('%s', (_, before, after, breaks) => {
  test('is named', () => {
    expect(breaksOf(before, after)).toEqual(breaks)
  })

  test('is nothing where nothing changes', () => {
    expect(breaksOf(before, before)).toEqual([])
    expect(breaksOf(after, after)).toEqual([])
  })
})

test.each<[string, unknown]>([
  ['a path that is no object', { '/a': 7 }],
  ['operations that are none', { '/a': { get: null, post: 'x', put: [] } }],
  [
    'parts of the wrong kind',
    { '/a': { post: { parameters: [null, 7], responses: [], security: 7, requestBody: 'x' } } },
  ],
  [
    'references that lead nowhere',
    { '/a': { post: { parameters: [{ $ref: '#/x' }], requestBody: { $ref: 'b.json' } } } },
  ],
  ['references in a circle', { '/a': { $ref: '#/paths/~1a' }, '/b': { $ref: '#/paths/~1a' } }],
  [
    'names of what every object has',
    { '/a': { post: { responses: { constructor: json(object({ toString: text })) } } } },
  ],
])('a document with %s is compared as far as it goes', (_, paths) => {
  expect(breaksOf({ paths }, withPost({ responses: { default: {} } }))).toBeInstanceOf(Array)
  expect(breaksOf({ paths }, { paths })).toEqual([])
})
