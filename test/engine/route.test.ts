import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseEndpoint, parseRoute, routeParams, routesConflict } from '../../engine/route.ts'
import { TextSyntaxError } from '../../engine/source/syntax-error.ts'

function refusal(act: () => unknown): TextSyntaxError {
  try {
    act()
  } catch (error) {
    if (error instanceof TextSyntaxError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

test.each([
  ['/', []],
  ['/devices', [{ kind: 'literal', text: 'devices' }]],
  ['/devices/', [{ kind: 'literal', text: 'devices' }]],
  [
    '/a/{id}/b',
    [
      { kind: 'literal', text: 'a' },
      { kind: 'parameter', text: 'id' },
      { kind: 'literal', text: 'b' },
    ],
  ],
  [
    '/a/{page?}',
    [
      { kind: 'literal', text: 'a' },
      { kind: 'optional', text: 'page' },
    ],
  ],
  ['/{rest*}', [{ kind: 'tail', text: 'rest' }]],
  ['/v1.0/a-b_c~d/x:y/æble', ['v1.0', 'a-b_c~d', 'x:y', 'æble'].map((text) => ({ kind: 'literal', text }))],
])('the route %s', (route, segments) => {
  expect(parseRoute(route)).toEqual(segments)
})

test('the parameters of a route, in order', () => {
  expect(routeParams(parseRoute('/a/{b}/c/{d-1}/{e*}'))).toEqual(['b', 'd-1', 'e'])
})

describe('what cannot be a route', () => {
  test.each([
    ['devices', 0, 1, /begins with a slash/, 'Write /devices'],
    ['', 0, 1, /begins with a slash/, 'Write /'],
    ['/a//b', 3, 1, /empty/, 'second slash'],
    ['//', 1, 1, /empty/, 'second slash'],
    ['/a/{y}.json', 3, 8, /part of a segment/, 'whole segment'],
    ['/a/{}', 3, 2, /cannot name/, 'letter'],
    ['/a/{1x}', 3, 4, /cannot name/, 'letter'],
    ['/a/{a b}', 3, 5, /cannot name/, 'letter'],
    ['/a/{__proto__}', 3, 11, /cannot name/, 'another name'],
    ['/a/{x?}/b', 3, 4, /only be the last/, '{x}'],
    ['/a/{x*}/b', 3, 4, /only be the last/, '{x}'],
    ['/{a}/{a}', 5, 3, /twice/, 'own name'],
    ['/{a}/{a*}', 5, 4, /twice/, 'own name'],
    ['/a?b=c', 1, 5, /query/, 'data.query'],
    ['/a#b', 1, 3, /fragment/, '#'],
    ['/a%20b', 1, 5, /encoded/, 'the character itself'],
    ['/:id', 1, 3, /not how a parameter/, '{name}'],
    ['/a/*', 3, 1, /not how a parameter/, '{name*}'],
    ['/a/..', 3, 2, /No client/, 'whole route'],
    ['/a b', 1, 3, /cannot have/, 'letters'],
    ['/a\\b', 1, 3, /cannot have/, 'letters'],
    ['/<< data.x >>', 1, 12, /template/, '{name}'],
    ['/{{x}}', 1, 5, /template/, '{name}'],
  ])('%s', (route, offset, length, message, hint) => {
    const error = refusal(() => parseRoute(route))
    expect(error.code).toBe('FLOW_ROUTE_SYNTAX')
    expect(error.message).toMatch(message)
    expect(error.place).toEqual({ offset, length })
    expect(error.hint).toContain(hint)
  })
})

test('an endpoint is a method and a route', () => {
  expect(parseEndpoint('POST  /devices')).toEqual({
    method: 'POST',
    route: '/devices',
    segments: [{ kind: 'literal', text: 'devices' }],
  })
})

test.each([
  ['post /devices', 0, 'Did you mean "POST"?'],
  ['GTE /x', 0, 'Did you mean "GET"?'],
  ['FETCH /x', 0, undefined],
  ['head /x', 0, 'An endpoint of GET answers HEAD too.'],
  ['/devices', 0, 'Write a method, a space and a route: GET /devices'],
  ['', 0, 'Write a method, a space and a route: GET /'],
  ['GET', 3, 'Write it after the method: GET /'],
  ['GET devices', 4, 'Write /devices'],
  ['GET /a//b', 7, undefined],
])('the endpoint %j is refused at %i', (text, offset, hint) => {
  const error = refusal(() => parseEndpoint(text))
  expect(error.code).toBe('FLOW_ROUTE_SYNTAX')
  expect(error.place.offset).toBe(offset)
  if (hint !== undefined) expect(error.hint).toBe(hint)
})

test.each([
  ['GET /a', 'GET /a', true],
  ['GET /a', 'POST /a', false],
  ['GET /a', 'GET /a/', true],
  ['GET /a', 'GET /A', false],
  ['GET /a/{x}', 'GET /a/{y}', true],
  ['GET /a/{x}', 'GET /a/b', false],
  ['GET /a/{x?}', 'GET /a', true],
  ['GET /a/{x?}', 'GET /a/{y}', true],
  ['GET /a/{x?}', 'GET /a/{y?}', true],
  ['GET /{x?}', 'GET /', true],
  ['GET /a/{x*}', 'GET /a/{y*}', true],
  ['GET /a/{x*}', 'GET /a', false],
  ['GET /a/{x*}', 'GET /a/{y}', false],
  ['GET /a/{x?}', 'GET /a/{y*}', false],
  ['GET /{a}/b', 'GET /a/{b}', false],
])('%s and %s conflict: %s', (a, b, conflict) => {
  expect(routesConflict(parseEndpoint(a), parseEndpoint(b))).toBe(conflict)
  expect(routesConflict(parseEndpoint(b), parseEndpoint(a))).toBe(conflict)
})

test('any text is a route or is refused within itself', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('GET', ' ', '/', 'a', '{', '}', '?', '*', '%', 'é')).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (route) => {
      try {
        parseEndpoint(route)
      } catch (error) {
        if (!(error instanceof TextSyntaxError)) throw error
        expect(error.place.offset).toBeLessThanOrEqual(route.length)
      }
    }),
  )
})
