/** What administrators see of runs: lists, records, and what goes on. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Actor } from '../../../platform/auth/actor.ts'
import { createPlatformServer } from '../../../server/http/platform-server.ts'
import type { RunFeed } from '../../../server/http/run-streams.ts'

const applicationId = '6543210fedcba9876543210f'
const tokens: Readonly<Record<string, Actor>> = {
  admin: { kind: 'apiToken', apiTokenId: 'a', scopes: ['all.Application'] },
  reader: { kind: 'apiToken', apiTokenId: 'b', scopes: ['all.Application.read', 'flow.*'] },
  device: { kind: 'device', deviceId: 'd', applicationKeyId: 'k', scopes: ['all.Device'] },
}

type Watchers = { runs: Parameters<RunFeed['watchRuns']>[0][]; logs: Parameters<RunFeed['watchLogs']>[0][] }

describe('Runs', () => {
  const watchers: Watchers = { runs: [], logs: [] }
  const watch =
    <Item>(list: Item[]) =>
    (item: Item) => {
      list.push(item)
      return () => void list.splice(list.indexOf(item), 1)
    }
  const feed: RunFeed = {
    list: vi.fn(async ({ flowId, limit }) => [{ id: '1', flowId, limit }]),
    find: async (id) => (id === '1' ? '{"id":"1"}' : undefined),
    watchRuns: watch(watchers.runs),
    watchLogs: watch(watchers.logs),
  }
  const app = () =>
    createPlatformServer({
      resources: [],
      applicationId,
      authenticate: async (token) => tokens[token] ?? null,
      call: async () => ({ result: {} }),
      pressButton: async () => ({ result: {} }),
      describeEndpoints: () => ({}),
      runs: feed,
      isReady: () => true,
    })
  let server = app()
  afterEach(async () => {
    await server.close()
    server = app()
  })

  const base = `/applications/${applicationId}`
  const as = (token: string, accept = 'application/json') => ({ authorization: `Bearer ${token}`, accept })

  async function stream(path: string): Promise<{ response: IncomingMessage; next: (text: string) => Promise<string> }> {
    if (!server.server.listening) await server.listen({ port: 0, host: '127.0.0.1' })
    const { port } = server.server.address() as AddressInfo
    const asked = request({
      port,
      host: '127.0.0.1',
      path: base + path,
      headers: as('admin', 'text/event-stream'),
    }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    response.setEncoding('utf8')
    let text = ''
    response.on('data', (part: string) => {
      text += part
    })
    const next = async (wanted: string): Promise<string> => {
      while (!text.includes(wanted)) await once(response, 'data')
      const end = text.indexOf(wanted) + wanted.length
      const read = text.slice(0, end)
      text = text.slice(end)
      return read
    }
    await next(': open\n\n')
    return { response, next }
  }

  test.each([
    ['/runs', undefined, 401],
    ['/runs', 'nobody', 401],
    ['/runs', 'reader', 403],
    ['/runs/1', 'device', 403],
    ['/debug', 'reader', 403],
    ['/runs/2', 'admin', 404],
    ['/debug', 'admin', 406],
  ])('GET %s as %s is refused: %i', async (path, token, status) => {
    const headers = token === undefined ? {} : as(token)
    expect(await server.inject({ url: base + path, headers })).toMatchObject({ statusCode: status })
    if (status < 404) {
      const asStream = token === undefined ? { accept: 'text/event-stream' } : as(token, 'text/event-stream')
      expect(await server.inject({ url: base + path, headers: asStream })).toMatchObject({ statusCode: status })
    }
  })

  test.each([
    ['/runs', [{ id: '1', limit: 100 }]],
    ['/runs?flowId=a&limit=5', [{ id: '1', flowId: 'a', limit: 5 }]],
    ['/runs?limit=0&flowId=a&flowId=b', [{ id: '1', limit: 1 }]],
    ['/runs?limit=many', [{ id: '1', limit: 100 }]],
    ['/runs/1', { id: '1' }],
  ])('GET %s answers JSON', async (path, body) => {
    const reply = await server.inject({ url: base + path, headers: as('admin') })
    expect(reply.statusCode).toBe(200)
    expect(reply.headers['content-type']).toMatch(/^application\/json/)
    expect(reply.json()).toEqual(body)
  })

  test('of another application are not found, and no other method is allowed', async () => {
    const other = base.replace('6', '7')
    expect(await server.inject({ url: `${other}/runs`, headers: as('admin') })).toMatchObject({ statusCode: 404 })
    expect(await server.inject({ method: 'DELETE', url: `${base}/runs/1` })).toMatchObject({ statusCode: 405 })
    expect(
      await server.inject({ method: 'HEAD', url: `${base}/runs`, headers: as('admin', 'text/event-stream') }),
    ).toMatchObject({ statusCode: 200 })
  })

  test('are streamed as they end, and what they log as they log it', async () => {
    const runs = await stream('/runs')
    const debug = await stream('/debug')
    expect(runs.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    watchers.runs[0]?.({ summary: { id: '7' }, json: '{"id":"7","visits":[]}' })
    watchers.logs[0]?.({ message: 'a\nb' })
    expect(await runs.next('}\n\n')).toBe('event: run\ndata: {"id":"7"}\n\n')
    expect(await debug.next('}\n\n')).toBe('event: debug\ndata: {"message":"a\\nb"}\n\n')
    runs.response.destroy()
    await expect.poll(() => watchers.runs).toHaveLength(0)
  })

  test('one is told whole once it has ended, and the stream with it', async () => {
    const kept = await stream('/runs/1')
    expect(await kept.next('}\n\n')).toBe('event: run\ndata: {"id":"1"}\n\n')
    const later = await stream('/runs/2')
    watchers.runs[0]?.({ summary: { id: '3' }, json: '{"id":"3"}' })
    watchers.runs[0]?.({ summary: { id: '2' }, json: '{"id":"2"}' })
    expect(await later.next('}\n\n')).toBe('event: run\ndata: {"id":"2"}\n\n')
    later.response.resume()
    if (!later.response.complete) await once(later.response, 'end')
    expect(watchers.runs).toHaveLength(0)
  })

  test('go to no reader who takes nothing: its stream ends before it holds much', async () => {
    const slow = await stream('/debug')
    slow.response.pause()
    const message = { text: 'x'.repeat(100_000) }
    for (let sent = 0; sent < 1000 && watchers.logs.length > 0; sent++) {
      watchers.logs[0]?.(message)
      await new Promise(setImmediate)
    }
    expect(watchers.logs).toHaveLength(0)
  })

  test('end with the server, streams too', async () => {
    const open = await stream('/runs')
    open.response.resume()
    await Promise.all([once(open.response, 'end'), server.close()])
    expect(watchers.runs).toHaveLength(0)
  })

  test('are streamed to so many, and no more', async () => {
    const opened = []
    for (let count = 0; count < 50; count++) opened.push(await stream('/debug'))
    const reply = await server.inject({ url: `${base}/debug`, headers: as('admin', 'text/event-stream') })
    expect(reply.statusCode).toBe(503)
    expect(reply.headers['retry-after']).toBe('5')
    for (const { response } of opened) response.destroy()
  })
})
