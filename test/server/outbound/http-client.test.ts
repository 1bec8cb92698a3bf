import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer, type LookupFunction } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { HttpClientOptions } from '../../../server/outbound/http-client.ts'
import { isInstalled, makeCertificate } from '../mqtt/certificate.ts'
import { failure, type Listening, listen, openClient, serve, serveTcp } from './http-scene.ts'

const never: HttpClientOptions['isAllowed'] = () => false

describe('a request', () => {
  test('arrives as it was asked for, and the answer comes back whole', async () => {
    const { url } = await serve(async (request, response) => {
      const body = await request.toArray()
      response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'], 'x-seen': request.headers['x-plant'] })
      response.end(`${request.method} ${request.url} ${request.headers['user-agent']} ${Buffer.concat(body)}`)
    })
    const answer = await openClient()(`${url}/a?b=c`, {
      method: 'PATCH',
      headers: { 'x-plant': 'fern' },
      body: new Uint8Array([104, 105]),
    })
    expect(answer.status).toBe(201)
    expect(answer.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-seen': 'fern' })
    expect(answer.text).toBe('PATCH /a?b=c flowpot hi')
  })

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('is answered decompressed: %s', async (encoding, compress) => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('moist'))
    })
    expect((await openClient()(url)).text).toBe('moist')
  })

  test.each([
    '',
    'plants',
    '/plants',
    'http://',
    'http://a b/',
    'http://[fe80::1%25eth0]/',
    'ftp://plants.example/',
    'file:///etc/passwd',
    'data:text/plain,hi',
    'javascript:alert(1)',
    'http://ada:hunter2@plants.example/?token=hunter2',
    '//ada:hunter2@plants.example/?token=hunter2',
    'http:ada:hunter2@plants.example/',
    'http://ada:p/hunter2@plants.example/',
  ])('to %j is refused, and no secret of it is repeated', async (url) => {
    const { code, message } = await failure(openClient()(url))
    expect(code).toBe('HTTP_URL_INVALID')
    expect(message).not.toContain('hunter2')
  })
})

describe('an address that is not public', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.0.0.1.:PORT/',
    'http://①②⑦.0.0.1:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://localhost:PORT/',
    'http://localhost.:PORT/',
    'http://LOCALHOST:PORT/',
    'http://loopback.example:PORT/',
    'https://127.0.0.1:PORT/',
  ])('gets no connection: %s', async (url) => {
    let connections = 0
    const { port } = await serveTcp(() => connections++)
    // Not every system knows `localhost` with a dot, or a name with such an address.
    const lookup: LookupFunction = (_, __, done) => done(null, [{ address: '127.0.0.1', family: 4 }])
    const send = openClient({ isAllowed: never, ...(/[.]:|example/.test(url) ? { lookup } : {}) })
    const { code } = await failure(send(url.replace('PORT', String(port))))
    expect([code, connections]).toEqual(['HTTP_ADDRESS_FORBIDDEN', 0])
  })

  test('is refused by what a name stands for at that moment, whatever it stood for before', async () => {
    const { port } = await serve((_, response) => response.writeHead(200, { connection: 'close' }).end('hi'))
    // Stands in for a public address, of which a test has none.
    const isPublic = (address: string) => address === '127.0.0.1'
    const answers = ['127.0.0.1', '127.0.0.2']
    const lookup: LookupFunction = (_, { all }, done) => {
      const address = answers.shift() ?? ''
      if (all) done(null, [{ address, family: 4 }])
      else done(null, address, 4)
    }
    const send = openClient({ isAllowed: never, isPublic, lookup })
    expect((await send(`http://rebinding.example:${port}/`)).text).toBe('hi')
    const { code, message } = await failure(send(`http://rebinding.example:${port}/`))
    expect(code).toBe('HTTP_ADDRESS_FORBIDDEN')
    expect(message).toContain('rebinding.example')
    expect(message).not.toContain('127.0.0.2')
    expect(answers).toEqual([])
  })

  test('is refused among public ones, too', async () => {
    const lookup: LookupFunction = (_, __, done) =>
      done(null, [
        { address: '8.8.8.8', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ])
    const { code } = await failure(openClient({ isAllowed: never, lookup })('http://mixed.example/'))
    expect(code).toBe('HTTP_ADDRESS_FORBIDDEN')
  })

  test('is refused as the target of a redirect', async () => {
    let connections = 0
    const inner = await serveTcp(() => connections++)
    const outer = await serve((_, response) => response.writeHead(302, { location: inner.url }).end())
    const send = openClient({ isAllowed: ({ port }) => port === String(outer.port) })
    const { code, message } = await failure(send(outer.url))
    expect([code, connections]).toEqual(['HTTP_ADDRESS_FORBIDDEN', 0])
    expect(message).toContain('127.0.0.1')
  })

  test('is reached where the application allows the host, and only for as long', async () => {
    const { url } = await serve((_, response) => response.end('hi'))
    let isAllowed = true
    const send = openClient({ isAllowed: () => isAllowed })
    expect((await send(url)).text).toBe('hi')
    isAllowed = false
    expect((await failure(send(url))).code).toBe('HTTP_ADDRESS_FORBIDDEN')
  })
})

describe('the limits of an answer', () => {
  test('hold for its size, also where it says nothing of it', async () => {
    const { url } = await serve((request, response) => {
      response.write('x'.repeat(1000))
      response.end(request.url === '/more' ? 'x' : '')
    })
    const send = openClient({ maxBytes: 1000 })
    expect((await send(url)).text).toHaveLength(1000)
    const { code, message } = await failure(send(`${url}/more`))
    expect(code).toBe('HTTP_ANSWER_TOO_LARGE')
    expect(message).toContain('1000 bytes')
  })

  test('hold for its size once it is decompressed', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(64 * 1024 * 1024)))
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(bomb)
    })
    expect((await failure(openClient()(url))).code).toBe('HTTP_ANSWER_TOO_LARGE')
  })

  test.each([
    ['before it begins', ''],
    ['in the middle of it', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhi'],
  ])('hold for the time of the whole: %s', async (_, start) => {
    const { port, url } = await serveTcp((socket) => socket.write(start))
    const { code, message } = await failure(openClient()(url, { timeoutMs: 50 }))
    expect([code, message]).toEqual(['HTTP_TIMED_OUT', `127.0.0.1:${port} did not answer within 0.05 s.`])
  })

  test('hold for the time of a name that nobody answers for', async () => {
    const lookup: LookupFunction = () => undefined
    const { code } = await failure(openClient({ lookup })('http://slow.example/', { timeoutMs: 50 }))
    expect(code).toBe('HTTP_TIMED_OUT')
  })

  test('end with the run, whose reason is passed on', async () => {
    const run = new AbortController()
    const { url } = await serveTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhi')
      run.abort(new Error('The run is over.'))
    })
    await expect(openClient()(url, { signal: run.signal })).rejects.toThrow('The run is over.')
    await expect(openClient()(url, { signal: run.signal })).rejects.toThrow('The run is over.')
  })
})

describe('a server that does not behave', () => {
  test.each([
    ['closes without an answer', '', 'HTTP_ANSWER_BROKEN'],
    ['speaks no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'HTTP_ANSWER_BROKEN'],
    ['breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhi', 'HTTP_ANSWER_BROKEN'],
    ['sends endless headers', `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(10_000)}`, 'HTTP_ANSWER_BROKEN'],
    [
      'compresses what it does not',
      'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nhi',
      'HTTP_ANSWER_BROKEN',
    ],
  ])('%s', async (_, bytes, expected) => {
    const { port, url } = await serveTcp((socket) => socket.once('data', () => socket.end(bytes)))
    const { code, message } = await failure(openClient()(url))
    expect(code).toBe(expected)
    expect(message).toContain(`127.0.0.1:${port} `)
  })

  test('is told apart from one that is not there', async () => {
    const { url } = await serveTcp(() => undefined)
    const gone = await new Promise<Listening>((resolve, reject) => {
      const server = createTcpServer()
      listen(server).then((listening) => server.close(() => resolve(listening)), reject)
    })
    expect((await failure(openClient()(gone.url))).message).toBe(
      `127.0.0.1:${gone.port} cannot be reached: it refuses connections.`,
    )
    const lookup: LookupFunction = (_, __, done) => done(Object.assign(new Error(), { code: 'ENOTFOUND' }), [])
    expect((await failure(openClient({ lookup })('http://nowhere.example/'))).message).toBe(
      'nowhere.example cannot be reached: there is no host of this name.',
    )
    expect((await failure(openClient()(url.replace('http', 'https'), { timeoutMs: 50 }))).code).toBe('HTTP_TIMED_OUT')
  })

  test.runIf(isInstalled('openssl'))('has a certificate that nobody signed, which a flow must accept', async () => {
    const { cert, key, remove } = makeCertificate()
    const server = createTlsServer({ cert, key }, (_, response) => response.end('hi'))
    onTestFinished(() => {
      remove()
      server.closeAllConnections()
      server.close()
    })
    const { url } = await listen(server, 'https')
    const send = openClient()
    expect((await send(url, { acceptsAnyCertificate: true })).text).toBe('hi')
    const { code, message } = await failure(send(url))
    expect(code).toBe('HTTP_NO_CONNECTION')
    expect(message).toContain('its certificate is not accepted')
  })
})
