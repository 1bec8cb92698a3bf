import { afterEach, describe, expect, test } from 'vitest'
import { defineError } from '../../../contracts/errors.ts'
import type { Reply } from '../../../engine/services.ts'
import { createLog } from '../../../server/http/log.ts'
import { fakeServer } from './fake-application.ts'

describe('A reply', () => {
  let app = fakeServer({})
  afterEach(() => app.close())

  async function replyTo(
    answer: Partial<Reply> | Error,
    method: 'GET' | 'HEAD' = 'GET',
    headers: Record<string, string> = {},
  ) {
    app = fakeServer({
      'GET /': {
        answer: () => {
          if (answer instanceof Error) return Promise.reject(answer)
          return answer
        },
      },
    })
    return app.inject({ method, url: '/', headers })
  }

  test.each<[string, Partial<Reply>, string | undefined, string]>([
    ['an object', { body: { a: 'ü' } }, 'application/json; charset=utf-8', '{"a":"ü"}'],
    ['a list', { body: [] }, 'application/json; charset=utf-8', '[]'],
    ['a number', { body: 7 }, 'application/json; charset=utf-8', '7'],
    ['null', { body: null }, 'application/json; charset=utf-8', 'null'],
    ['text', { body: 'ü' }, 'text/plain; charset=utf-8', 'ü'],
    ['empty text', { body: '' }, 'text/plain; charset=utf-8', ''],
    [
      'text that is JSON',
      { body: '{"a":1}', headers: { 'content-type': 'application/json' } },
      'application/json; charset=utf-8',
      '{"a":1}',
    ],
    ['HTML', { body: '<p>ü', headers: { 'content-type': 'text/html' } }, 'text/html; charset=utf-8', '<p>ü'],
    [
      'a charset of its own',
      { body: 'a', headers: { 'content-type': 'text/csv; charset=us-ascii' } },
      'text/csv; charset=us-ascii',
      'a',
    ],
    [
      'an object of another type',
      { body: {}, headers: { 'content-type': 'application/problem+json' } },
      'application/problem+json; charset=utf-8',
      '{}',
    ],
    ['nothing', { body: undefined }, undefined, ''],
  ])('has %s as its body', async (_name, answer, type, body) => {
    const reply = await replyTo(answer)
    expect([reply.statusCode, reply.headers['content-type'], reply.body]).toEqual([200, type, body])
    expect(reply.headers['content-length']).toBe(String(Buffer.byteLength(body)))
  })

  test.each([204, 205, 304])('has no body with status %d', async (status) => {
    const reply = await replyTo({ status, body: { a: 1 } })
    expect([reply.statusCode, reply.headers['content-type'], reply.body]).toEqual([status, undefined, ''])
  })

  test('has headers that keep it from being stored or sniffed, unless the flow sets them', async () => {
    expect((await replyTo({})).headers).toMatchObject({
      'cache-control': 'no-cache, no-store, must-revalidate',
      pragma: 'no-cache',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    const { headers } = await replyTo({ headers: { 'cache-control': 'max-age=60', 'x-list': ['a', 'b'] } })
    expect(headers).toMatchObject({ 'cache-control': 'max-age=60', 'x-list': ['a', 'b'] })
  })

  test('sets cookies beside those of its headers', async () => {
    const { headers } = await replyTo({
      headers: { 'set-cookie': 'a=b' },
      cookies: [
        {
          name: 'session',
          value: 'x y;z',
          path: '/',
          domain: 'lom.example',
          maxAgeSeconds: 60,
          httpOnly: true,
          secure: true,
          sameSite: 'strict',
        },
        { name: 'theme', value: '' },
      ],
    })
    expect(headers['set-cookie']).toEqual([
      'a=b',
      'session=x%20y%3Bz; Max-Age=60; Domain=lom.example; Path=/; HttpOnly; Secure; SameSite=Strict',
      'theme=',
    ])
  })

  test.each([
    ['content-length', '3'],
    ['transfer-encoding', 'chunked'],
    ['connection', 'close'],
    ['x-request-id', 'mine'],
  ])('does not let the flow set %s', async (name, value) => {
    const reply = await replyTo({ body: 'hello', headers: { [name]: value } })
    expect(reply.body).toBe('hello')
    expect(reply.headers[name]).not.toBe(value)
  })

  test.each<[string, Partial<Reply>]>([
    ['a header with a line break', { headers: { 'x-name': 'a\r\nset-cookie: b=c' } }],
    ['a header that is not Latin 1', { headers: { 'x-name': '日本' } }],
    ['a list of headers with a line break', { headers: { 'x-name': ['a', 'b\n'] } }],
    ['a header name with a space', { headers: { 'x name': 'a' } }],
    ['a cookie name with a semicolon', { cookies: [{ name: 'a;b', value: '' }] }],
    ['a cookie path with a line break', { cookies: [{ name: 'a', value: '', path: '/\r\nx: y' }] }],
    ['half a character in a cookie', { cookies: [{ name: 'a', value: '\ud800' }] }],
    ['status 101', { status: 101 }],
    ['status 99', { status: 99 }],
    ['status 600', { status: 600 }],
    ['status NaN', { status: Number.NaN }],
    ['a body that is no JSON', { body: { n: 1n } }],
    ['a body that holds itself', { body: circular() }],
  ])('that cannot be sent for %s becomes a 500 with nothing of it', async (_name, answer) => {
    const reply = await replyTo({ headers: { 'x-partly': 'yes' }, ...answer })
    expect(reply.statusCode).toBe(500)
    expect(reply.json()).toEqual({
      error: 'Internal Server Error',
      code: 'HTTP_REPLY_UNSENDABLE',
      requestId: reply.headers['x-request-id'],
    })
    expect(reply.headers).not.toHaveProperty('x-partly')
    expect(reply.headers).not.toHaveProperty('set-cookie')
  })

  const secret = 'the password of the database is hunter2'
  test.each<[string, Error, number, object, Record<string, string>]>([
    [
      'an error of ours',
      defineError('FLOW_RUN_NO_REPLY', 500, () => secret)({}),
      500,
      { error: 'Internal Server Error', code: 'FLOW_RUN_NO_REPLY' },
      {},
    ],
    ['an unknown error', new Error(secret), 500, { error: 'Internal Server Error' }, {}],
    [
      'an error that only looks like Fastify’s',
      Object.assign(new Error(secret), { statusCode: 404, code: 'X' }),
      500,
      { error: 'Internal Server Error' },
      {},
    ],
    [
      'a run out of time',
      defineError('RUN_TIMEOUT', 504, () => 'The run took too long.')({}),
      504,
      { error: 'The run took too long.', code: 'RUN_TIMEOUT' },
      {},
    ],
    [
      'too many runs',
      defineError(
        'RUN_TOO_MANY',
        503,
        () => 'Too many runs.',
      )({}, { cause: new Error(secret), headers: { 'retry-after': '1' } }),
      503,
      { error: 'Too many runs.', code: 'RUN_TOO_MANY' },
      { 'retry-after': '1' },
    ],
    [
      'too many attempts',
      defineError('AUTH_TOO_MANY', 429, () => 'Wait.')({}, { headers: { 'retry-after': '60' } }),
      429,
      { error: 'Wait.', code: 'AUTH_TOO_MANY' },
      { 'retry-after': '60' },
    ],
  ])('to %s tells the client what it may know', async (_name, error, status, body, headers) => {
    const reply = await replyTo(error)
    expect(reply.statusCode).toBe(status)
    expect(reply.json()).toEqual({ ...body, requestId: reply.headers['x-request-id'] })
    expect(reply.headers).toMatchObject(headers)
    expect(reply.payload).not.toContain('hunter2')
  })

  test('is an error too where the run cannot start', async () => {
    app = fakeServer({
      'GET /': {
        answer: () => {
          throw defineError('RUN_TOO_MANY', 503, () => 'Too many runs.')({})
        },
      },
    })
    expect((await app.inject('/')).statusCode).toBe(503)
  })
})

describe('Across origins', () => {
  const origin = 'https://app.example'
  const preflight = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,x-pot',
  }
  let app = fakeServer({})
  afterEach(() => app.close())

  test('any page may read replies, errors too, but not as a user who is signed in by cookie', async () => {
    app = fakeServer({ 'GET /': {}, 'GET /closed': { access: 'authenticated' } })
    for (const url of ['/', '/closed', '/nowhere']) {
      const { headers } = await app.inject({ url, headers: { origin } })
      expect(headers['access-control-allow-origin']).toBe('*')
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    }
  })

  test('a browser that asks first is told methods and headers', async () => {
    app = fakeServer({ 'GET /pots': {}, 'POST /pots': { access: 'authenticated' } })
    const reply = await app.inject({ method: 'OPTIONS', url: '/pots', headers: preflight })
    expect([reply.statusCode, reply.body]).toEqual([204, ''])
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS, POST',
      'access-control-allow-headers': 'authorization,x-pot',
      allow: 'GET, HEAD, OPTIONS, POST',
    })
    expect((await app.inject({ method: 'OPTIONS', url: '/nowhere', headers: preflight })).statusCode).toBe(404)
  })

  test('nothing is allowed where the application turns it off', async () => {
    app = fakeServer({ 'GET /': {} }, { cors: false })
    const asked = await app.inject({ method: 'OPTIONS', url: '/', headers: preflight })
    const read = await app.inject({ url: '/', headers: { origin } })
    expect([asked.statusCode, asked.headers.allow, read.statusCode]).toEqual([405, 'GET, HEAD', 200])
    for (const { headers } of [asked, read]) expect(Object.keys(headers).join()).not.toContain('access-control')
  })
})

test('The log of a request and its failure holds no token', async () => {
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  const app = fakeServer(
    {
      'GET /': {
        answer: ({ log: runLog, data }) => {
          runLog('info', 'payload', { data, newKey: { accessSecret: 'hunter2' } })
          throw new Error('broken')
        },
      },
    },
    { log },
  )
  const url = '/?authorization=hunter2&%61uthorization=hunter2&page=2'
  const headers = { authorization: 'Bearer hunter2', cookie: 'authorization=hunter2' }
  const reply = await app.inject({ url, headers })
  await app.close()
  expect(lines.join('')).not.toContain('hunter2')
  const records = lines.map((line) => JSON.parse(line))
  const own = records.filter((record) => record.requestId === reply.headers['x-request-id'])
  expect(own.map((record) => record.msg)).toEqual(['payload', 'request failed', 'request'])
  expect(own[0].details.data.query.page).toBe('2')
  expect(own[1].err.message).toBe('broken')
  expect(own[2]).toMatchObject({ method: 'GET', status: 500, address: '127.0.0.1' })
})

test.each([
  ['GET', '/reset/s3cret-of-the-link?page=2', 200, '/reset/[redacted]?page=2'],
  ['GET', '/reset/broken/s3cret-of-the-link', 500, '/reset/broken/[redacted]'],
  ['GET', '/files/a/s3cret-of-the-link', 200, '/files/[redacted]/[redacted]'],
  ['GET', '/pots/0123456789abcdef01234567', 200, '/pots/0123456789abcdef01234567'],
  ['GET', '/rest/s3cret-of-the-link', 404, '/rest/[redacted]'],
  ['POST', '/reset/s3cret-of-the-link', 405, '/reset/[redacted]'],
  ['GET', '/closed/s3cret-of-the-link', 401, '/closed/[redacted]'],
] as const)('The log of %s %s holds no secret of its path', async (method, url, status, shown) => {
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => void lines.push(line) })
  const app = fakeServer(
    {
      'GET /reset/{token}': {},
      'GET /reset/broken/{token}': { answer: () => Promise.reject(new Error('broken')) },
      'GET /files/{secret*}': {},
      'GET /pots/{potId}': {},
      'GET /closed/{token}': { access: 'authenticated' },
    },
    { log },
  )
  expect((await app.inject({ method, url })).statusCode).toBe(status)
  await app.close()
  expect(lines.join('')).not.toContain('s3cret')
  expect(lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'request')?.url).toBe(shown)
})

function circular(): object {
  const body: Record<string, unknown> = {}
  body.body = body
  return body
}
