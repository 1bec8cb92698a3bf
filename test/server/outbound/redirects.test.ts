import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { nextHop } from '../../../server/outbound/redirects.ts'
import { failure, openClient, serve } from './http-scene.ts'

describe('a redirect', () => {
  /** Answers `/STATUS` with a redirect, and anything else with what it was asked. */
  const echo = (target: () => string): RequestListener => {
    return async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      const status = /^\/(\d+)$/.exec(request.url ?? '')?.[1]
      if (status) response.writeHead(Number(status), { location: target() }).end()
      else response.end(JSON.stringify({ method: request.method, headers: request.headers, body }))
    }
  }

  test.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'hi'],
    [308, 'POST', 'hi'],
  ])('%i of a POST is followed with %s', async (status, method, body) => {
    const { url } = await serve(echo(() => '/end'))
    const { text } = await openClient()(`${url}/${status}`, { method: 'POST', body: 'hi' })
    expect(JSON.parse(text)).toMatchObject({ method, body })
  })

  const secrets = { authorization: 'Basic eDp5', cookie: 'a=b', 'x-api-key': 'k', 'content-type': 'text/plain' }

  test.each([301, 302, 303, 307, 308])(
    '%i to another origin takes neither headers nor a body along',
    async (status) => {
      const other = await serve(echo(() => ''))
      const { url } = await serve(echo(() => other.url))
      const { text } = await openClient()(`${url}/${status}`, { method: 'POST', headers: secrets, body: 'hi' })
      const seen: { body: string; headers: Record<string, string> } = JSON.parse(text)
      expect(seen.body).toBe('')
      expect(Object.keys(seen.headers)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/authorization|cookie|key/)]),
      )
      expect(Object.keys(seen.headers).filter((name) => Object.hasOwn(secrets, name))).toEqual([])
    },
  )

  test('back from another origin does not get them again', async () => {
    const there: { url: string } = { url: '' }
    const other = await serve((_, response) => response.writeHead(302, { location: `${there.url}/end` }).end())
    const { url } = await serve(echo(() => other.url))
    there.url = url
    const { text } = await openClient()(`${url}/302`, { headers: secrets })
    const seen: { headers: Record<string, string> } = JSON.parse(text)
    expect(Object.keys(seen.headers).filter((name) => Object.hasOwn(secrets, name))).toEqual([])
  })

  test('within an origin takes them along, but what is said of a body only with it', async () => {
    const { url } = await serve(echo(() => '/end'))
    const sent = { method: 'POST', headers: secrets, body: 'hi' }
    expect(JSON.parse((await openClient()(`${url}/307`, sent)).text).headers).toMatchObject(secrets)
    const { headers } = JSON.parse((await openClient()(`${url}/302`, sent)).text)
    expect(headers).toMatchObject({ 'x-api-key': 'k' })
    expect(Object.keys(headers)).not.toContain('content-type')
  })

  test.each([
    ['http://a.example/x', 'https://a.example/y', true],
    ['http://a.example:8080/x', 'https://a.example/y', false],
    ['https://a.example/x', 'http://a.example/y', false],
    ['http://a.example/x', 'https://www.a.example/y', false],
  ])('from %s to %s: headers go along, %s', (from, to, goAlong) => {
    const hop = { url: new URL(from), method: 'GET', headers: { 'x-api-key': 'k' }, clientCertificate: 'bank' }
    const next = nextHop(hop, 301, to)
    expect([next?.headers, next?.clientCertificate]).toEqual(goAlong ? [hop.headers, 'bank'] : [{}, undefined])
  })

  test('leaves the cookies of each hop with the answer', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/end', 'set-cookie': ['a=1', 'b=2'] }).end()
      else response.writeHead(200, { 'set-cookie': 'c=3' }).end()
    })
    expect((await openClient()(url)).headers['set-cookie']).toEqual(['a=1', 'b=2', 'c=3'])
    expect((await openClient()(`${url}/end`)).headers['set-cookie']).toBe('c=3')
  })

  test('is the answer itself where none is to be followed', async () => {
    const { url } = await serve(echo(() => '/end'))
    const { status, headers } = await openClient()(`${url}/302`, { followsRedirects: false })
    expect([status, headers.location]).toEqual([302, '/end'])
  })

  test.each([
    ['that leads back to itself', (): string => '/302'],
    ['to a file', (): string => 'file:///etc/passwd'],
    ['to text', (): string => 'data:text/plain,hi'],
    ['to a user', (): string => 'http://ada:hunter2@127.0.0.1/'],
    ['to no URL', (): string => 'http://a b/'],
  ])('%s ends as an error', async (_, target) => {
    const { url } = await serve(echo(target))
    expect((await failure(openClient()(`${url}/302`))).code).toBe('HTTP_ANSWER_BROKEN')
  })
})
