import { afterEach, describe, expect, test } from 'vitest'
import { authInfoOf, fakeApplication, fakeServer } from './fake-application.ts'

const form = 'application/x-www-form-urlencoded'
const json = 'application/json'

describe('An endpoint', () => {
  let app = fakeServer({})
  afterEach(() => app.close())

  async function dataOf(
    request: {
      method?: 'GET' | 'POST' | 'DELETE'
      url?: string
      body?: string | Buffer
      headers?: Record<string, string>
    },
    options: Parameters<typeof fakeServer>[1] = {},
  ) {
    const { method = 'POST', url = '/echo', body: payload, headers = {} } = request
    const routes = { 'POST /echo': {}, 'GET /echo': {}, 'DELETE /echo': {}, 'GET /devices/{id}': {} }
    app = fakeServer(routes, options)
    const reply = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    return { status: reply.statusCode, headers: reply.headers, ...reply.json() }
  }

  test('hands the request to the flow as Losant words it', async () => {
    const { data, experience } = await dataOf({
      method: 'GET',
      url: '/devices/a%20b/?page=2&tag=x&tag=y&empty=',
      headers: { Host: 'pots.lom.example', 'X-Pot': 'Fern', cookie: 'theme=dark; name=%C3%A4' },
    })
    expect(data).toEqual({
      body: null,
      cookies: { theme: 'dark', name: 'ä' },
      headers: expect.objectContaining({
        host: 'pots.lom.example',
        'x-pot': 'Fern',
        'x-forwarded-proto': 'http',
        'x-forwarded-for': '127.0.0.1',
      }),
      method: 'get',
      path: '/devices/a%20b/',
      params: { id: 'a b' },
      query: { page: '2', tag: ['x', 'y'], empty: '' },
      replyId: expect.stringMatching(/^endpoint-3\.[0-9a-f-]{36}$/),
    })
    expect(experience).toEqual({
      user: null,
      device: null,
      authInfo: null,
      version: 'develop',
      endpoint: {
        id: 'endpoint-3',
        experienceEndpointId: 'endpoint-3',
        applicationId: 'f'.repeat(24),
        method: 'get',
        route: '/devices/{id}',
        access: 'public',
        experienceGroups: [],
        enabled: true,
        description: '',
      },
    })
  })

  test.each([
    ['JSON', json, '{"name":"Fern","n":[1,null]}', { name: 'Fern', n: [1, null] }],
    ['JSON with a charset', `${json}; charset=utf-8`, '"ü"', 'ü'],
    ['JSON of a vendor', 'application/vnd.lom+json', '[1]', [1]],
    ['JSON null', json, 'null', null],
    ['an integer that no number holds', json, '{"id":8202522731445525542}', { id: '8202522731445525542' }],
    ['JSON with a byte order mark', json, '\uFEFF[1]', [1]],
    [
      'a key named constructor',
      json,
      '{"constructor":"Ferrari","prototype":1}',
      { constructor: 'Ferrari', prototype: 1 },
    ],
    ['JSON nested fifty deep', json, `${'['.repeat(50)}${'"x",'.repeat(50)}1${']'.repeat(50)}`, expect.any(Array)],
    ['a form', form, 'a=1&b=x+y%21&a=2&c', { a: ['1', '2'], b: 'x y!', c: '' }],
    ['a form with broken percents', form, 'a=%zz', { a: '%zz' }],
    ['text', 'text/plain', '{"not":"parsed"}', '{"not":"parsed"}'],
    ['XML', 'application/xml', '<a/>', '<a/>'],
    ['a body of no type', undefined, 'hello', 'hello'],
  ])('reads %s', async (_name, type, body, expected) => {
    const headers = type === undefined ? {} : { 'content-type': type }
    expect((await dataOf({ body, headers })).data.body).toEqual(expected)
  })

  test.each([json, form, 'text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'image/png'])(
    'reads an empty body of type %s as null',
    async (type) => {
      expect((await dataOf({ body: '', headers: { 'content-type': type } })).data.body).toBeNull()
      expect((await dataOf({ headers: { 'content-type': type } })).data.body).toBeNull()
    },
  )

  test('reads the fields and files of a multipart form', async () => {
    const body = new FormData()
    body.append('name', 'Fern "the third"')
    body.append('tag', 'a')
    body.append('tag', 'b')
    body.append('picture', new File([new Uint8Array([0, 255, 10])], 'fern.png', { type: 'image/png' }))
    const { data } = await dataOf(await encoded(body))
    expect(data.body).toEqual({
      name: 'Fern "the third"',
      tag: ['a', 'b'],
      picture: { filename: 'fern.png', contentType: 'image/png', encoding: 'base64', content: 'AP8K' },
    })
  })

  test.each([
    ['JSON that is cut off', json, '{"name":'],
    ['JSON that is no JSON', json, 'name=Fern'],
    ['JSON that has only spaces', json, '  '],
    ['__proto__ in JSON', json, '{"a":{"__proto__":{"polluted":true}}}'],
    ['an escaped __proto__ in JSON', json, '{"\\u005f_proto__":{"polluted":true}}'],
    ['a constructor with a prototype in JSON', json, '{"constructor":{"prototype":{"polluted":true}}}'],
    ['JSON nested a hundred thousand deep', json, '['.repeat(100_000) + ']'.repeat(100_000)],
    ['__proto__ in a form', form, '__proto__=polluted&__proto__=x'],
    ['a multipart form without its boundary', 'multipart/form-data', 'name=Fern'],
    [
      'a multipart form that is cut off',
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; na',
    ],
    [
      '__proto__ in a multipart form',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\npolluted\r\n--x--\r\n',
    ],
  ])('answers 400 to %s, and nothing is polluted', async (_name, type, body) => {
    const { status, error } = await dataOf({ body, headers: { 'content-type': type } })
    expect([status, typeof error]).toEqual([400, 'string'])
    expect(error).not.toMatch(/at .*\.(ts|js):/)
    expect({}).not.toHaveProperty('polluted')
  })

  test('leaves objects unpolluted by queries and cookies, and goes on without the key', async () => {
    const url = '/echo?__proto__=a&__proto__=b&constructor=c&x=1'
    const { data } = await dataOf({ url, headers: { cookie: '__proto__=x; a=b' } })
    expect(data.query).toEqual({ constructor: 'c', x: '1' })
    expect(data.cookies).toEqual({ a: 'b' })
  })

  test('gives the flow ordinary objects', async () => {
    const seen: unknown[] = []
    const answer = ({ data }: { data: Readonly<Record<string, unknown>> }) => {
      seen.push(data.query, data.params, data.cookies, data.headers, data.body)
      return {}
    }
    app = fakeServer({ 'POST /a/{b}': { answer } })
    const headers = { 'content-type': form, cookie: 'a=b' }
    await app.inject({ method: 'POST', url: '/a/x?y=z', headers, payload: 'a=b' })
    expect(seen.map((value) => Object.getPrototypeOf(value))).toEqual(Array(5).fill(Object.prototype))
  })

  test.each([
    ['with its length', { 'content-length': '2000' }],
    ['in chunks', {}],
  ])('answers 413 to a body over the limit, sent %s', async (_name, headers) => {
    const { status, error } = await dataOf(
      { body: JSON.stringify('x'.repeat(1998)), headers: { 'content-type': json, ...headers } },
      { bodyLimitBytes: 1000 },
    )
    expect([status, error]).toEqual([413, 'Request body is too large'])
  })

  test('answers 413 to a multipart body over the limit', async () => {
    const body = new FormData()
    body.append('file', new File(['x'.repeat(2000)], 'x.txt'))
    expect((await dataOf(await encoded(body), { bodyLimitBytes: 1000 })).status).toBe(413)
  })

  test.each([
    [{ 'content-encoding': 'compress' }, 'The content encoding compress is not supported.'],
    [{ 'content-encoding': 'gzip, br' }, 'The content encoding gzip, br is not supported.'],
    [{ 'content-type': 'text/plain; charset=klingon' }, 'The charset "klingon" is not supported.'],
    [{ 'content-type': 'nonsense' }, expect.any(String)],
  ])('answers 415 to %o', async (headers, error) => {
    expect(await dataOf({ body: 'x', headers: { 'content-type': json, ...headers } })).toMatchObject({
      status: 415,
      error,
    })
  })

  test.each(['/echo/%', '/echo/%zz', '/%c3%28'])('answers 400 to the URL %s', async (url) => {
    const { status, error, headers } = await dataOf({ method: 'GET', url })
    expect([status, error]).toEqual([400, 'The URL is not well-formed.'])
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('answers 404 without a route, whatever the body', async () => {
    const reply = await dataOf({ url: '/nowhere', body: '{broken', headers: { 'content-type': json } })
    expect(reply).toMatchObject({ status: 404, error: 'No endpoint found for route' })
  })

  test.each(['PUT', 'PROPFIND', 'TRACE', 'SEARCH'])('answers 405 to %s on a route without it', async (method) => {
    app = fakeServer({ 'GET /echo': {}, 'POST /echo': {} }, { cors: false })
    // Fastify types but the methods that it routes.
    const reply = await app.inject({ method: method as 'PUT', url: '/echo' })
    expect([reply.statusCode, reply.headers.allow, reply.json()]).toEqual([
      405,
      'GET, HEAD, POST',
      { error: 'Method Not Allowed' },
    ])
  })

  test('ignores the body of a GET and reads that of a DELETE', async () => {
    const headers = { 'content-type': json }
    expect((await dataOf({ method: 'GET', body: '{"a":1}', headers })).data.body).toBeNull()
    expect((await dataOf({ method: 'DELETE', body: '{"a":1}', headers })).data.body).toEqual({ a: 1 })
  })

  test.each([
    ['nobody', 0, { proto: 'http', address: '127.0.0.1', host: 'inner' }],
    ['one proxy', 1, { proto: 'https', address: '203.0.113.9', host: 'outer' }],
    ['its network', ['192.0.2.1', '127.0.0.0/8'], { proto: 'https', address: '203.0.113.9', host: 'outer' }],
    ['another network', ['192.0.2.0/24', '::1'], { proto: 'http', address: '127.0.0.1', host: 'inner' }],
  ])('believes what a proxy says of the client if told to trust %s', async (_whom, trustProxy, expected) => {
    const sent = {
      host: 'inner',
      'x-forwarded-host': 'outer',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9',
    }
    const { data, headers } = await dataOf({ headers: sent }, { trustProxy })
    const { proto, address, host } = expected
    expect(data.headers).toMatchObject({ 'x-forwarded-proto': proto, 'x-forwarded-for': address, host })
    expect(headers['strict-transport-security']).toBe(proto === 'https' ? 'max-age=31536000' : undefined)
  })

  test.each([
    [1, 'spoofed, 203.0.113.9', '203.0.113.9'],
    [2, 'spoofed, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    [['127.0.0.1', '10.0.0.0/8'], '10.9.9.9, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    [['127.0.0.1', '10.0.0.0/8'], 'spoofed, 203.0.113.9', '203.0.113.9'],
  ])('trusting %j, takes nothing that the client put before what proxies append', async (trustProxy, sent, address) => {
    const { data } = await dataOf({ headers: { 'x-forwarded-for': sent } }, { trustProxy })
    expect(data.headers).toMatchObject({ 'x-forwarded-for': address })
  })

  test('names requests itself, whatever ID they bring', async () => {
    const { headers, data } = await dataOf({ headers: { 'x-request-id': 'mine' } })
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(data.replyId).toBe(`endpoint-0.${headers['x-request-id']}`)
  })

  test('serves the application of the moment', async () => {
    let application = fakeApplication({ 'GET /old': {} })
    app = fakeServer({}, { application: () => application })
    expect((await app.inject('/old')).statusCode).toBe(200)
    application = fakeApplication({ 'GET /new': {} })
    expect((await app.inject('/old')).statusCode).toBe(404)
    expect((await app.inject('/new')).statusCode).toBe(200)
  })

  test('ends a request on the application that it began with', async () => {
    let application = fakeApplication({ 'GET /who': { access: 'authenticated', answer: () => ({ body: 'old' }) } })
    app = fakeServer(
      {},
      {
        application: () => application,
        users: {
          verifyToken: async () => {
            application = fakeApplication({ 'GET /who': { answer: () => ({ body: 'new' }) } })
            return { user: { id: '1', email: 'a@b.example' }, authInfo: authInfoOf('x') }
          },
        },
      },
    )
    expect((await app.inject({ url: '/who', headers: { authorization: 'Bearer x' } })).body).toBe('old')
    expect((await app.inject('/who')).body).toBe('new')
  })
})

async function encoded(form: FormData): Promise<{ body: Buffer; headers: Record<string, string> }> {
  const response = new Response(form)
  const type = response.headers.get('content-type') ?? ''
  return { body: Buffer.from(await response.arrayBuffer()), headers: { 'content-type': type } }
}
