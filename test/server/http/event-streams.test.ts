/** Server-sent events of a resource of the test's own, on a real platform. */
import { Type } from 'typebox'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createApiToken, insertApiToken } from '../../../platform/auth/api-tokens.ts'
import { defineStream, type EventSink, type Resource } from '../../../platform/resource.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { heartbeatMs } from '../../../server/http/follow-tokens.ts'
import { createPlatformServer } from '../../../server/http/platform-server.ts'
import { openPlatform } from '../../platform/test-platform.ts'
import { openStream } from './open-stream.ts'

const administrator = { email: 'root@lom.example', password: 'a long password' }
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closing.splice(0).reverse()) await close()
})

async function setUp() {
  const store = await openTemporaryStore()
  closing.push(() => store.close())
  const opened = await openPlatform(store, { administrator })
  const { platform, ok } = opened
  const sinks: EventSink[] = []
  const params = Type.Object({}, { additionalProperties: false })
  const scopes = ['all.Application', 'all.Device']
  const ticks: Resource = {
    name: 'ticks',
    summary: '',
    actions: {},
    streams: {
      stream: defineStream({
        summary: '',
        path: '/applications/{applicationId}/ticks',
        params,
        events: { tick: '' },
        scopes,
        open(_params, _context, sink) {
          sinks.push(sink)
          return () => void sinks.splice(sinks.indexOf(sink), 1)
        },
      }),
      none: defineStream({
        summary: '',
        path: '/none',
        params,
        events: {},
        scopes,
        open(_params, _context, { end }) {
          end()
          sinks.push({ send() {}, end })
          return () => void sinks.pop()
        },
      }),
    },
  }
  const app = createPlatformServer({
    platform,
    resources: [ticks],
    contextOf: (caller) => caller,
    isReady: () => true,
    hosts: { bound: '127.0.0.1', names: [], setting: '' },
  })
  closing.push(() => app.close())

  const addToken = async (more: object = {}) => {
    const creator = { creatorId: platform.applicationId, creatorType: 'user' as const }
    const { row, value } = createApiToken(platform, { name: 'a', scope: ['all.Application'], ...creator, ...more })
    await store.write((tx) => insertApiToken(tx, row))
    return { apiTokenId: row.id, token: value }
  }
  const addDevice = async () => {
    const tags = [{ key: 'floor', value: '1' }]
    const { id: deviceId } = await ok<{ id: string }>('devices.post', { device: { name: 'Fern', tags } })
    const made = await ok<{ id: string; key: string; secret: string }>('applicationKeys.post', {
      applicationKey: { deviceTags: tags },
    })
    const { id: applicationKeyId, key, secret } = made
    const { token } = await ok<{ token: string }>('auth.authenticateDevice', { credentials: { deviceId, key, secret } })
    return { deviceId, applicationKeyId, token }
  }
  const path = `/applications/${platform.applicationId}/ticks`
  return { ...opened, app, sinks, addToken, addDevice, path, open: (token: string) => openStream(app, path, token) }
}

type Scene = Awaited<ReturnType<typeof setUp>>

describe('A stream', () => {
  test('sends events until its reader leaves', async () => {
    const { open, addToken, sinks } = await setUp()
    const { response, next } = await open((await addToken()).token)
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    sinks[0]?.send('tick', '{"at":1}')
    expect(await next('}\n\n')).toBe('event: tick\ndata: {"at":1}\n\n')
    response.destroy()
    await vi.waitFor(() => expect(sinks).toHaveLength(0))
  })

  test('may end at once', async () => {
    const { app, addToken, sinks } = await setUp()
    const { rest } = await openStream(app, '/none', (await addToken()).token)
    expect([await rest(), sinks]).toEqual(['', []])
  })

  test.each([
    ['without its media type', {}, 406],
    ['without a token', { authorization: 'Bearer nonsense', accept: 'text/event-stream' }, 401],
  ])('is refused %s', async (_how, headers, status) => {
    const { app, addToken, path } = await setUp()
    const { token } = await addToken()
    const reply = await app.inject({ url: path, headers: { authorization: `Bearer ${token}`, ...headers } })
    expect(reply.statusCode).toBe(status)
  })

  test('ends before it holds much for a reader that takes nothing', async () => {
    const { open, addToken, sinks } = await setUp()
    const { response } = await open((await addToken()).token)
    response.pause()
    const data = JSON.stringify('x'.repeat(100_000))
    for (let sent = 0; sent < 1000 && sinks.length > 0; sent++) {
      sinks[0]?.send('tick', data)
      await new Promise(setImmediate)
    }
    expect(sinks).toHaveLength(0)
  })

  test('ends with the server', async () => {
    const { app, open, addToken, sinks } = await setUp()
    const { rest } = await open((await addToken()).token)
    await Promise.all([rest(), app.close()])
    expect(sinks).toHaveLength(0)
  })

  test('is one of so many, and no more', async () => {
    const { app, path, open, addToken } = await setUp()
    const { token } = await addToken()
    const opened = []
    for (let count = 0; count < 50; count++) opened.push(await open(token))
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
    const reply = await app.inject({ url: path, headers })
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '5'])
    for (const { response } of opened) response.destroy()
  })
})

describe('A stream ends with its token', () => {
  const ofToken = (change: (scene: Scene, apiTokenId: string) => unknown) => async (scene: Scene) => {
    const { apiTokenId, token } = await scene.addToken()
    return { token, change: () => change(scene, apiTokenId) }
  }
  const ofDevice =
    (change: (scene: Scene, device: { deviceId: string; applicationKeyId: string }) => unknown) =>
    async (scene: Scene) => {
      const device = await scene.addDevice()
      return { token: device.token, change: () => change(scene, device) }
    }

  test.each<[string, (scene: Scene) => Promise<{ token: string; change: () => unknown }>]>([
    ['deleted', ofToken(({ ok }, apiTokenId) => ok('applicationApiToken.delete', { apiTokenId }))],
    [
      'made inactive',
      ofToken(({ ok }, apiTokenId) =>
        ok('applicationApiToken.patch', { apiTokenId, apiToken: { status: 'inactive' } }),
      ),
    ],
    ['that of a device that is deleted', ofDevice(({ ok }, { deviceId }) => ok('device.delete', { deviceId }))],
    [
      'that of a device whose tags no longer fit its key',
      ofDevice(({ ok }, { deviceId }) => ok('device.patch', { deviceId, device: { tags: [] } })),
    ],
    [
      'that of a key that is deleted',
      ofDevice(({ ok }, { applicationKeyId }) => ok('applicationKey.delete', { applicationKeyId })),
    ],
    [
      'that of a key that is made inactive',
      ofDevice(({ ok }, { applicationKeyId }) =>
        ok('applicationKey.patch', { applicationKeyId, applicationKey: { status: 'inactive' } }),
      ),
    ],
  ])('once it is %s', async (_how, begin) => {
    const scene = await setUp()
    const { token, change } = await begin(scene)
    const { rest } = await scene.open(token)
    await change()
    expect([await rest(), scene.sinks]).toEqual(['', []])
  })

  test.each<[string, (scene: Scene) => Promise<string>, number]>([
    [
      'an API token expires',
      async ({ addToken, clock }) =>
        (await addToken({ expirationDate: new Date(clock.ms + 5000).toISOString() })).token,
      5000,
    ],
    [
      "an administrator's token expires",
      async ({ ok }) => (await ok<{ token: string }>('auth.authenticateUser', { credentials: administrator })).token,
      3_601_000,
    ],
  ])('at the heartbeat after %s', async (_how, tokenOf, ms) => {
    const scene = await setUp()
    const token = await tokenOf(scene)
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { next, rest } = await scene.open(token)
    vi.advanceTimersByTime(heartbeatMs)
    await next(': alive\n\n')
    scene.clock.ms += ms
    vi.advanceTimersByTime(heartbeatMs)
    expect([await rest(), scene.sinks]).toEqual(['', []])
  })

  test('at the next heartbeat where its rights cannot be found out', async () => {
    const scene = await setUp()
    const { token } = await scene.addToken()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { rest } = await scene.open(token)
    await scene.platform.store.close()
    vi.advanceTimersByTime(heartbeatMs)
    expect([await rest(), scene.sinks]).toEqual(['', []])
    expect(scene.errors).toHaveLength(1)
  })

  test('and not with another one, nor by another name', async () => {
    const { ok, addToken, open } = await setUp()
    const [mine, other] = [await addToken(), await addToken()]
    const { next } = await open(mine.token)
    await ok('applicationApiToken.delete', { apiTokenId: other.apiTokenId })
    await ok('applicationApiToken.patch', { apiTokenId: mine.apiTokenId, apiToken: { name: 'b' } })
    expect(await next(': alive\n\n')).toBe(': alive\n\n')
  })
})
