import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { fakeServer } from './fake-application.ts'
import { connectTo } from './raw-connection.ts'

/** A promise, and how to settle it. */
function signal() {
  let fire = () => {}
  const fired = new Promise<void>((resolve) => {
    fire = resolve
  })
  return { fire, fired }
}

const manyHosts = ['host: x\r\nhost: x\r\n', 'Host: x\r\na: b\r\nHOST: y\r\n', ''].map(
  (hosts) => `GET / HTTP/1.1\r\n${hosts}\r\n`,
)

describe('On the wire', () => {
  let app = fakeServer({})
  afterEach(() => app.close())

  test('HEAD has the headers of GET and no body, and the connection goes on', async () => {
    app = fakeServer({ 'GET /': { answer: ({ data }) => ({ body: { method: data.method } }) } })
    const connection = await connectTo(app)
    connection.send('HEAD / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    const [head = '', get = ''] = (await connection.closed()).split(/(?=HTTP\/1\.1 )/)
    expect(head).toMatch(/^HTTP\/1\.1 200 .*content-length: 16\r\n.*\r\n\r\n$/s)
    expect(get).toMatch(/\r\n\r\n\{"method":"get"\}$/)
  })

  test.each([204, 304])('a reply of status %d has neither body nor length', async (status) => {
    app = fakeServer({ 'GET /': { answer: () => ({ status, body: 'x' }) } })
    const connection = await connectTo(app)
    connection.send('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    const reply = await connection.closed()
    expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*\\r\\n\\r\\n$`, 's'))
    expect(reply.toLowerCase()).not.toMatch(/content-length|transfer-encoding|content-type:/)
  })

  test('a body in chunks is read whole', async () => {
    app = fakeServer({ 'POST /': { answer: ({ data }) => ({ body: data.body }) } })
    const connection = await connectTo(app)
    connection.send(
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n',
    )
    connection.send('6\r\n{"a":"\r\n')
    connection.send('4\r\nb"}\n\r\n0\r\n\r\n')
    expect(await connection.closed()).toMatch(/\{"a":"b"\}$/)
  })

  test.each([
    ['POST /nowhere', 404],
    ['POST /', 405],
    ['PUT /members', 401],
  ])('%s is answered %d before its body has come, and only once though the body never ends', async (line, status) => {
    app = fakeServer({ 'GET /': {}, 'PUT /members': { access: 'authenticated' } }, { requestTimeoutMs: 50 })
    const connection = await connectTo(app)
    connection.send(`${line} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`)
    const replies = (await connection.closed()).match(/HTTP\/1\.1 \d+/g)
    expect(replies).toEqual([`HTTP/1.1 ${status}`])
  })

  test('a body in chunks over the limit is answered 413 before it ends', async () => {
    app = fakeServer({ 'POST /': {} }, { bodyLimitBytes: 100 })
    const connection = await connectTo(app)
    connection.send(
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\n',
    )
    connection.send(`c8\r\n${'x'.repeat(200)}\r\n`)
    expect(await connection.closed()).toMatch(
      /^HTTP\/1\.1 413 .*\{"error":"Request body is too large","code":"HTTP_BODY_TOO_LARGE","requestId":"[0-9a-f-]{36}"\}$/s,
    )
  })

  test.each<[string, string, number, string, string]>([
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nhost: x\r\nx-big: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'The headers are too large.',
      'HTTP_HEADERS_TOO_LARGE',
    ],
    [
      'a URL that is too long',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      431,
      'The headers are too large.',
      'HTTP_HEADERS_TOO_LARGE',
    ],
    [
      'a method that does not exist',
      'FETCH / HTTP/1.1\r\nhost: x\r\n\r\n',
      400,
      'The method is not known.',
      'HTTP_METHOD_UNKNOWN',
    ],
    ['what is no HTTP', 'hello\r\n\r\n', 400, 'The method is not known.', 'HTTP_METHOD_UNKNOWN'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'The request is not well-formed HTTP.',
      'HTTP_MALFORMED',
    ],
    [
      'a NUL in a header',
      'GET / HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n',
      400,
      'The request is not well-formed HTTP.',
      'HTTP_MALFORMED',
    ],
    ...manyHosts.map((request): [string, string, number, string, string] => [
      JSON.stringify(request),
      request,
      400,
      'The request must have one Host header.',
      'HTTP_NOT_ONE_HOST',
    ]),
  ])('%s are answered as JSON, and the connection closes', async (_name, request, status, error, code) => {
    app = fakeServer({ 'GET /': {}, 'POST /': {} })
    const connection = await connectTo(app)
    connection.send(request)
    const [head = '', body = ''] = (await connection.closed()).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Z].*\r\nconnection: close`, 's'))
    const { requestId, ...rest } = JSON.parse(body)
    expect(rest).toEqual({ error, code })
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(head).toContain(`x-request-id: ${requestId}`)
  })

  const post = (type: string, body: string, more = '') =>
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n${more}connection: close\r\n\r\n${body}`
  test.each([
    ['JSON that is none', post('application/json', '{'), 400, 'HTTP_BODY_NOT_JSON'],
    ['a content type that is none', post('a/b/c;=', 'x'), 415, 'HTTP_MEDIA_TYPE_UNKNOWN'],
    ['an encoding', post('text/plain', 'x', 'content-encoding: compress\r\n'), 415, 'HTTP_ENCODING_UNKNOWN'],
    ['a body that is too large', post('text/plain', 'x'.repeat(101)), 413, 'HTTP_BODY_TOO_LARGE'],
  ])('%s is answered with a code and the ID of the request', async (_name, request, status, code) => {
    app = fakeServer({ 'POST /': {} }, { bodyLimitBytes: 100 })
    const connection = await connectTo(app)
    connection.send(request)
    const [head = '', body = ''] = (await connection.closed()).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(JSON.parse(body)).toEqual({
      error: expect.any(String),
      code,
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('HTTP/1.0 may name no host', async () => {
    app = fakeServer({ 'GET /': { answer: () => ({ body: 'here' }) } })
    const connection = await connectTo(app)
    connection.send('GET / HTTP/1.0\r\n\r\n')
    expect(await connection.closed()).toMatch(/^HTTP\/1\.1 200 .*here$/s)
  })

  test.each([
    ['headers', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow:'],
    ['body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nx'],
  ])('a client that never ends its %s is answered 408', async (_name, request) => {
    app = fakeServer({ 'GET /': {}, 'POST /': {} }, { requestTimeoutMs: 50 })
    const connection = await connectTo(app)
    connection.send(request)
    expect(await connection.closed()).toMatch(
      /^HTTP\/1\.1 408 .*\{"error":"The request took too long to arrive\.","code":"HTTP_ARRIVED_TOO_LATE","requestId":"[^"]+"\}$/s,
    )
  })

  test('a whole URL as the target finds its path', async () => {
    app = fakeServer({ 'GET /pots/{id}': { answer: ({ data }) => ({ body: [data.path, data.params, data.query] }) } })
    const connection = await connectTo(app)
    connection.send('GET http://pots.example/pots/7?a=b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    expect(await connection.closed()).toMatch(/\["\/pots\/7",\{"id":"7"\},\{"a":"b"\}\]$/)
  })

  test('requests that come at once are answered in order', async () => {
    app = fakeServer({
      'GET /{n}': {
        answer: async ({ data }) => {
          if (data.path === '/1') await new Promise((resolve) => setImmediate(resolve))
          return { body: data.path }
        },
      },
    })
    const connection = await connectTo(app)
    connection.send(
      [1, 2, 3].map((n) => `GET /${n} HTTP/1.1\r\nhost: x\r\n${n === 3 ? 'connection: close\r\n' : ''}\r\n`).join(''),
    )
    expect((await connection.closed()).match(/\r\n\r\n\/\d/g)).toEqual(['\r\n\r\n/1', '\r\n\r\n/2', '\r\n\r\n/3'])
  })

  test('a client that leaves before the reply harms nobody, and the run goes on', async () => {
    const started = signal()
    const mayReply = signal()
    const ended = signal()
    app = fakeServer({
      'GET /slow': {
        answer: async () => {
          started.fire()
          await mayReply.fired
          ended.fire()
          return { body: 'late' }
        },
      },
      'GET /': { answer: () => ({ body: 'here' }) },
    })
    const gone = await connectTo(app)
    gone.send('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n')
    await started.fired
    const left = once(gone.socket, 'close')
    gone.socket.resetAndDestroy()
    await left
    mayReply.fire()
    await ended.fired
    expect((await app.inject('/')).body).toBe('here')
  })

  test('a client that leaves in the middle of its body harms nobody', async () => {
    app = fakeServer({ 'POST /': {}, 'GET /': { answer: () => ({ body: 'here' }) } })
    const aborted = new Promise<unknown>((resolve) =>
      app.server.once('request', (request) => request.once('close', resolve)),
    )
    const gone = await connectTo(app)
    gone.send('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":')
    await once(app.server, 'request')
    gone.socket.resetAndDestroy()
    await aborted
    expect((await app.inject('/')).body).toBe('here')
  })

  test('closing ends idle connections at once, and finishes what runs with connection: close', async () => {
    const started = signal()
    const mayReply = signal()
    app = fakeServer({
      'GET /slow': {
        answer: async () => {
          started.fire()
          await mayReply.fired
          return { body: 'done' }
        },
      },
      'GET /': {},
    })
    const idle = await connectTo(app)
    idle.send('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await idle.until(/\r\n\r\n\{/)
    const silent = await connectTo(app)
    const busy = await connectTo(app)
    busy.send('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n')
    await started.fired
    const closed = app.close()
    await idle.closed()
    await silent.closed()
    mayReply.fire()
    expect(await busy.closed()).toMatch(/^HTTP\/1\.1 200 .*connection: close\r\n.*done$/is)
    await closed
  })
})
