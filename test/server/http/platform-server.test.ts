import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Type } from 'typebox'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { defineError } from '../../../contracts/errors.ts'
import type { ApiOutcome } from '../../../contracts/outcomes.ts'
import type { Actor } from '../../../platform/auth/actor.ts'
import type { Action, Resource } from '../../../platform/resource.ts'
import { createPlatformServer, type PlatformOptions } from '../../../server/http/platform-server.ts'
import { connectTo } from './raw-connection.ts'

const applicationId = 'a'.repeat(24)
const deviceId = 'd'.repeat(24)
const actor: Actor = { kind: 'apiToken', apiTokenId: 't'.repeat(24), scopes: ['all.Application'] }
const json = { 'content-type': 'application/json', authorization: 'Bearer good' }

function action(declared: Partial<Action> & Pick<Action, 'method' | 'path'>): Action {
  return {
    summary: '',
    params: Type.Object({}),
    result: Type.Unknown(),
    scopes: [],
    run: async () => ({}),
    ...declared,
  }
}

const resources: readonly Resource[] = [
  {
    name: 'devices',
    summary: '',
    actions: {
      get: action({
        method: 'GET',
        path: '/applications/{applicationId}/devices',
        params: Type.Object({
          page: Type.Optional(Type.Integer()),
          query: Type.Optional(Type.Object({})),
          tagFilter: Type.Optional(Type.Array(Type.Object({ key: Type.String() }))),
        }),
      }),
      post: action({
        method: 'POST',
        path: '/applications/{applicationId}/devices',
        params: Type.Object({ device: Type.Object({}) }),
        body: 'device',
        status: 201,
      }),
      attributeNames: action({ method: 'GET', path: '/applications/{applicationId}/devices/attributeNames' }),
    },
  },
  {
    name: 'device',
    summary: '',
    actions: {
      get: action({
        method: 'GET',
        path: '/applications/{applicationId}/devices/{deviceId}',
        params: Type.Object({ deviceId: Type.String() }),
      }),
    },
  },
  {
    name: 'auth',
    summary: '',
    actions: {
      authenticateDevice: action({
        method: 'POST',
        path: '/auth/device',
        params: Type.Object({ credentials: Type.Object({}) }),
        body: 'credentials',
        isPublic: true,
      }),
    },
  },
]

describe('The REST API', () => {
  const call = vi.fn<PlatformOptions['call']>()
  const pressButton = vi.fn<PlatformOptions['pressButton']>()
  let app = serve()
  afterEach(() => app.close())

  function serve(options: Partial<PlatformOptions> = {}) {
    call.mockReset().mockResolvedValue({ result: { ok: true } })
    pressButton.mockReset().mockResolvedValue({ result: { success: true } })
    return createPlatformServer({
      resources,
      applicationId,
      authenticate: async (token) => (token === 'good' ? actor : null),
      call,
      pressButton,
      describeEndpoints: () => ({}),
      isReady: () => true,
      ...options,
    })
  }

  const devices = `/applications/${applicationId}/devices`

  test.each([
    [
      'GET',
      `${devices}?page=2&_actions=false&query={"name":"a"}`,
      undefined,
      'devices.get',
      { page: 2, query: { name: 'a' } },
      200,
    ],
    ['POST', devices, { name: 'Fern' }, 'devices.post', { device: { name: 'Fern' } }, 201],
    ['POST', devices, undefined, 'devices.post', {}, 201],
    ['GET', `${devices}/attributeNames`, undefined, 'devices.attributeNames', {}, 200],
    ['GET', `${devices}/${deviceId}`, undefined, 'device.get', { deviceId }, 200],
    ['GET', `${devices}/${deviceId}?deviceId=other`, undefined, 'device.get', { deviceId }, 200],
    ['HEAD', `${devices}/${deviceId}`, undefined, 'device.get', { deviceId }, 200],
  ] as const)('%s %s with %o calls %s', async (method, url, payload, name, params, status) => {
    app = serve()
    const reply = await app.inject({ method, url, headers: json, ...(payload === undefined ? {} : { payload }) })
    expect(reply.statusCode).toBe(status)
    expect(call.mock.calls).toEqual([[actor, name, params, { address: '127.0.0.1' }]])
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    })
    if (method !== 'HEAD') expect(reply.json()).toEqual({ ok: true })
  })

  test('lets anybody call what is public', async () => {
    app = serve()
    const headers = { 'content-type': 'application/json' }
    const reply = await app.inject({ method: 'POST', url: '/auth/device', headers, payload: { key: 'k' } })
    expect(reply.statusCode).toBe(200)
    expect(call.mock.calls[0]?.slice(0, 3)).toEqual([
      { kind: 'anonymous' },
      'auth.authenticateDevice',
      { credentials: { key: 'k' } },
    ])
  })

  test.each([
    {},
    { authorization: 'Bearer bad' },
    { authorization: 'good' },
    { authorization: 'Basic good' },
    { cookie: 'authorization=good' },
  ])('answers 401 to %o, before it looks at the body or the application', async (headers) => {
    app = serve()
    const reply = await app.inject({
      method: 'POST',
      url: `/applications/${'b'.repeat(24)}/devices?authorization=good`,
      headers: { 'content-type': 'application/json', ...headers },
      payload: '{broken',
    })
    expect([reply.statusCode, reply.json()]).toEqual([
      401,
      { type: 'Unauthorized', message: 'A valid token is needed.' },
    ])
    expect(call).not.toHaveBeenCalled()
  })

  test.each([
    [
      'another application',
      'GET',
      `/applications/${'b'.repeat(24)}/devices`,
      undefined,
      404,
      'NotFound',
      'Application was not found',
    ],
    ['an unknown route', 'GET', '/nowhere', undefined, 404, 'NotFound', 'No such route.'],
    [
      'a query that does not fit',
      'GET',
      `${devices}?page=two`,
      undefined,
      400,
      'Validation',
      'page must be a whole number',
    ],
    ['malformed JSON', 'POST', devices, '{"name":', 400, 'Validation', expect.stringContaining('not valid JSON')],
    ['__proto__', 'POST', devices, '{"__proto__":{"a":1}}', 400, 'Validation', expect.stringContaining('__proto__')],
    [
      'a body over the limit',
      'POST',
      devices,
      JSON.stringify('x'.repeat(3000)),
      413,
      'Validation',
      'Request body is too large',
    ],
    ['a broken URL', 'GET', `${devices}/%zz`, undefined, 400, 'Validation', 'The URL is not well-formed.'],
  ] as const)('answers %s with its own error', async (_name, method, url, payload, status, type, message) => {
    app = serve({ bodyLimitBytes: 2000 })
    const reply = await app.inject({ method, url, headers: json, ...(payload === undefined ? {} : { payload }) })
    expect([reply.statusCode, reply.json()]).toEqual([status, { type, message }])
    expect(reply.headers['x-request-id']).toEqual(expect.any(String))
    expect(call).not.toHaveBeenCalled()
  })

  test.each(['host: x\r\nhost: y\r\n', ''])('answers 400 to a request with the hosts %j', async (hosts) => {
    const connection = await connectTo(app)
    connection.send(`GET /healthz HTTP/1.1\r\n${hosts}\r\n`)
    const [head = '', body = ''] = (await connection.closed()).split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 400 .*connection: close\r\nx-request-id: [0-9a-f-]{36}/s)
    expect(JSON.parse(body)).toEqual({ type: 'Validation', message: 'The request must have one Host header.' })
  })

  test('answers 415 to what is not JSON', async () => {
    app = serve()
    const headers = { ...json, 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await app.inject({ method: 'POST', url: devices, headers, payload: 'name=Fern' })
    expect([reply.statusCode, reply.json().type]).toEqual([415, 'Validation'])
  })

  test.each([
    ['PUT', devices, 'GET, HEAD, POST'],
    ['OPTIONS', devices, 'GET, HEAD, POST'],
    ['DELETE', '/healthz', 'GET, HEAD'],
    ['GET', '/auth/device', 'POST'],
  ] as const)('answers 405 to %s %s, whatever the body', async (method, url, allow) => {
    app = serve()
    const reply = await app.inject({
      method,
      url,
      headers: { ...json, origin: 'https://x.example' },
      payload: '{broken',
    })
    expect([reply.statusCode, reply.headers.allow, reply.json().type]).toEqual([405, allow, 'MethodNotAllowed'])
    expect(Object.keys(reply.headers).join()).not.toContain('access-control')
  })

  test('passes on what the action refuses, with its headers', async () => {
    app = serve()
    const error = { type: 'TooManyRequests', statusCode: 429, message: 'Wait.' }
    call.mockResolvedValue({ error, headers: { 'retry-after': '60' } })
    const reply = await app.inject({ url: devices, headers: json })
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([429, '60'])
    expect(reply.json()).toEqual({ type: 'TooManyRequests', message: 'Wait.' })
  })

  test.each([
    ['an unknown error', new Error('hunter2'), 500, 'InternalServerError', 'Internal Server Error'],
    [
      'an error of ours',
      defineError('X', 500, () => 'hunter2')({}),
      500,
      'InternalServerError',
      'Internal Server Error',
    ],
    ['a locked store', defineError('STORE_LOCKED', 503, () => 'Locked.')({}), 503, 'ServiceUnavailable', 'Locked.'],
  ])('tells nothing internal of %s', async (_name, error, status, type, message) => {
    app = serve()
    call.mockRejectedValue(error)
    const reply = await app.inject({ url: devices, headers: json })
    expect([reply.statusCode, reply.json()]).toEqual([status, { type, message }])
    expect(reply.payload).not.toContain('hunter2')
  })

  test('presses the button of a flow', async () => {
    app = serve()
    const url = `/applications/${applicationId}/flows/water/virtualButton`
    const button = { key: 'now', payload: { a: 1 } }
    const reply = await app.inject({ method: 'POST', url, headers: json, payload: button })
    expect([reply.statusCode, reply.json()]).toEqual([200, { success: true }])
    expect(pressButton.mock.calls).toEqual([[actor, { flowId: 'water', button }]])
    expect((await app.inject({ method: 'POST', url })).statusCode).toBe(401)
  })

  test.each<[string, Actor, number]>([
    ['who may read the application', { ...actor, scopes: ['all.Application.read'] }, 200],
    ['who may do something else', { ...actor, scopes: ['all.Device'] }, 403],
    ['a device', { kind: 'device', deviceId, applicationKeyId: 'k'.repeat(24), scopes: ['all.Device'] }, 403],
  ])('shows the endpoints, or not, to %s', async (_, asking, status) => {
    app = serve({ describeEndpoints: () => ({ openapi: '3.1.0' }), authenticate: async () => asking })
    const reply = await app.inject({ url: '/openapi.json', headers: json })
    expect([reply.statusCode, 'openapi' in reply.json()]).toEqual([status, status === 200])
    expect((await app.inject('/openapi.json')).statusCode).toBe(401)
    expect((await app.inject({ method: 'POST', url: '/openapi.json' })).statusCode).toBe(405)
  })

  test('says whether it lives and whether it is ready', async () => {
    let isReady = false
    app = serve({ isReady: async () => isReady })
    expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
    const before = await app.inject('/readyz')
    expect([before.statusCode, before.json()]).toEqual([503, { status: 'not ready' }])
    isReady = true
    const after = await app.inject('/readyz')
    expect([after.statusCode, after.json()]).toEqual([200, { status: 'ready' }])
  })

  describe("through Losant's own client", () => {
    /** The client is CommonJS without types. */
    interface LosantClient {
      devices: Record<'get' | 'post', (params: object) => Promise<unknown>>
      device: Record<'get', (params: object) => Promise<unknown>>
      auth: Record<'authenticateDevice', (params: object) => Promise<unknown>>
      flow: Record<'pressVirtualButton', (params: object) => Promise<unknown>>
    }
    async function clientOf(accessToken: string): Promise<LosantClient> {
      app = serve()
      await app.listen({ host: '127.0.0.1', port: 0 })
      const { port } = app.server.address() as AddressInfo
      const losant = createRequire(import.meta.url)('losant-rest') as { createClient(options: object): LosantClient }
      return losant.createClient({ accessToken, url: `http://127.0.0.1:${port}` })
    }

    test('lists, with filters as it writes them', async () => {
      const client = await clientOf('good')
      const params = { page: 1, query: { $or: [{ name: 'a' }] }, tagFilter: [{ key: 'owner' }, { key: 'x' }] }
      expect(await client.devices.get({ applicationId, ...params })).toEqual({ ok: true })
      expect(call.mock.calls[0]?.slice(1, 3)).toEqual(['devices.get', params])
    })

    test('creates, gets, signs in and presses buttons', async () => {
      const client = await clientOf('good')
      await client.devices.post({ applicationId, device: { name: 'Fern' } })
      await client.device.get({ applicationId, deviceId })
      await client.auth.authenticateDevice({ credentials: { key: 'k' } })
      await client.flow.pressVirtualButton({ applicationId, flowId: 'water', button: { key: 'now' } })
      expect(call.mock.calls.map(([, name, params]) => [name, params])).toEqual([
        ['devices.post', { device: { name: 'Fern' } }],
        ['device.get', { deviceId }],
        ['auth.authenticateDevice', { credentials: { key: 'k' } }],
      ])
      expect(pressButton.mock.calls[0]?.[1]).toEqual({ flowId: 'water', button: { key: 'now' } })
    })

    test('reads errors', async () => {
      const refused: ApiOutcome = { error: { type: 'NotFound', statusCode: 404, message: 'Device was not found' } }
      const client = await clientOf('good')
      call.mockResolvedValue(refused)
      await expect(client.device.get({ applicationId, deviceId })).rejects.toMatchObject({
        type: 'NotFound',
        statusCode: 404,
        message: 'Device was not found',
      })
      await expect((await clientOf('bad')).devices.get({ applicationId })).rejects.toMatchObject({ statusCode: 401 })
    })
  })
})
