import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type LookupFunction } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readProxies } from '../../../server/outbound/proxies.ts'
import { isInstalled, makeCertificate } from '../mqtt/certificate.ts'
import { failure, listen, openClient, serve } from './http-scene.ts'

/** Answers what comes in full itself, opens tunnels to this machine whatever they are to, and notes both. */
async function startProxy() {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
    response.end('by proxy')
  })
  server.on('connect', (request, client) => {
    seen.push(`CONNECT ${request.url}`)
    const target = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    for (const socket of [target, client]) socket.on('error', () => target.destroy())
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port, url } = await listen(server)
  return { seen, port, url }
}

const unknown: LookupFunction = (_, __, done) => done(Object.assign(new Error(), { code: 'ENOTFOUND' }), [])

describe('with a proxy in the environment', () => {
  test('a request without TLS is made to the proxy, which is told the whole URL', async () => {
    const proxy = await startProxy()
    const send = openClient({ lookup: unknown, isAllowed: () => false, env: { HTTP_PROXY: proxy.url } })
    expect((await send('http://plants.example/a?b=c')).text).toBe('by proxy')
    expect(proxy.seen).toEqual(['GET http://plants.example/a?b=c'])
  })

  test('the proxy is told who asks, where its URL does', async () => {
    const proxy = await startProxy()
    const http_proxy = proxy.url.replace('http://', 'ada:p%40ss@')
    await openClient({ env: { http_proxy } })('http://plants.example/')
    expect(proxy.seen).toEqual([`GET http://plants.example/ Basic ${Buffer.from('ada:p@ss').toString('base64')}`])
  })

  test('ports that browsers refuse are asked', async () => {
    const proxy = await startProxy()
    const send = openClient({ env: { HTTP_PROXY: proxy.url } })
    for (const port of [6000, 5060, 6667]) expect((await send(`http://plants.example:${port}/`)).text).toBe('by proxy')
  })

  test.runIf(isInstalled('openssl'))('a request under TLS goes through a tunnel', async () => {
    const { cert, key, remove } = makeCertificate()
    const server = createTlsServer({ cert, key }, (_, response) => response.end('hi'))
    onTestFinished(() => {
      remove()
      server.closeAllConnections()
      server.close()
    })
    const { port } = await listen(server, 'https')
    const proxy = await startProxy()
    const send = openClient({ env: { https_proxy: proxy.url } })
    const { text } = await send(`https://plants.example:${port}/`, { acceptsAnyCertificate: true })
    expect([text, proxy.seen]).toEqual(['hi', [`CONNECT plants.example:${port}`]])
    expect((await failure(send(`https://plants.example:${port}/`))).message).toContain(
      'its certificate is not accepted',
    )
  })

  test.each(['127.0.0.1', '*', 'a.example, 127.0.0.1:PORT'])('NO_PROXY=%s is asked directly', async (hosts) => {
    const proxy = await startProxy()
    const { url, port } = await serve((_, response) => response.end('direct'))
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: hosts.replace('PORT', String(port)) }
    expect((await openClient({ env })(url)).text).toBe('direct')
    expect(proxy.seen).toEqual([])
  })

  test.each([
    ['an address', 'http://10.0.0.1/', unknown],
    ['an address in brackets', 'http://[::1]/', unknown],
    [
      'a name of one',
      'http://plants.example/',
      (_: unknown, __: unknown, done: Parameters<LookupFunction>[2]) =>
        done(null, [{ address: '10.0.0.1', family: 4 }]),
    ],
    ['a name without a dot that is not found', 'http://intranet/', unknown],
    ['localhost', 'http://localhost./', unknown],
    ['a name of a private network', 'http://metadata.google.internal/', unknown],
  ] as const)('what is not public is refused before the proxy hears of it: %s', async (_, url, lookup) => {
    const proxy = await startProxy()
    const send = openClient({ lookup, isAllowed: () => false, env: { HTTP_PROXY: proxy.url, NO_PROXY: 'a.example' } })
    expect((await failure(send(url))).code).toBe('HTTP_ADDRESS_FORBIDDEN')
    expect(proxy.seen).toEqual([])
  })

  test('a host that NO_PROXY names is as guarded as without a proxy', async () => {
    const { url } = await serve((_, response) => response.end('hi'))
    const env = { HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' }
    expect((await failure(openClient({ isAllowed: () => false, env })(url))).code).toBe('HTTP_ADDRESS_FORBIDDEN')
  })

  test.each(['socks5://127.0.0.1:1080', 'http://', 'ada:hunter2@'])('%s is no proxy', async (HTTPS_PROXY) => {
    const { code, message } = await failure(openClient({ env: { HTTPS_PROXY } })('https://plants.example/'))
    expect(code).toBe('HTTP_PROXY_INVALID')
    expect(message).toContain('HTTPS_PROXY')
    expect(message).not.toContain('hunter2')
  })

  test('lower case wins, and an empty variable is none', () => {
    expect(
      readProxies({ http_proxy: 'http://a', HTTP_PROXY: 'http://b', https_proxy: '', HTTPS_PROXY: 'c:1' }),
    ).toEqual({
      httpProxy: 'http://a',
      httpsProxy: 'http://c:1',
      noProxy: '',
    })
    expect(readProxies({ HTTP_PROXY: '', NO_PROXY: '*' })).toBeUndefined()
  })
})
