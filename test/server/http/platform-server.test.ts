/** The REST API over resources of the test's own, on a real platform. */
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { type TProperties, Type } from 'typebox'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { defineError } from '../../../contracts/errors.ts'
import { createAdminToken } from '../../../platform/auth/api-tokens.ts'
import { notFound, platformFailed } from '../../../platform/base/refusals.ts'
import type { Action, ActionContext, Resource } from '../../../platform/resource.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { createPlatformServer, type PlatformOptions } from '../../../server/http/platform-server.ts'
import { openPlatform } from '../../platform/test-platform.ts'
import { connectTo } from './raw-connection.ts'

const applicationId = 'a'.repeat(24)
const store = await openTemporaryStore()
afterAll(() => store.close())
const { platform } = await openPlatform(store, { applicationId })
const token = await createAdminToken(platform)
const json = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
const devices = `/applications/${applicationId}/devices`
const deviceId = 'd'.repeat(24)
const call = vi.fn<(name: string, params: object, context: ActionContext) => Promise<unknown>>()

/** An action that tells `call` of each call. */
function action(name: string, method: Action['method'], path: string, more: Partial<Action> = {}): Action {
  return {
    summary: '',
    method,
    path,
    params: Type.Object({}, { additionalProperties: false }),
    result: Type.Unknown(),
    scopes: ['all.Application'],
    run: (params, context) => call(name, params, context),
    ...more,
  }
}

const closed = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })
const devicesPath = '/applications/{applicationId}/devices'

const resources: readonly Resource[] = [
  {
    name: 'devices',
    summary: '',
    actions: {
      get: action('devices.get', 'GET', devicesPath, {
        params: closed({
          page: Type.Optional(Type.Integer()),
          query: Type.Optional(Type.Object({})),
          tagFilter: Type.Optional(Type.Array(Type.Object({ key: Type.String() }))),
        }),
      }),
      post: action('devices.post', 'POST', devicesPath, {
        params: closed({ device: Type.Optional(Type.Object({})) }),
        body: 'device',
        status: 201,
      }),
      attributeNames: action('devices.attributeNames', 'GET', `${devicesPath}/attributeNames`),
    },
  },
  {
    name: 'device',
    summary: '',
    actions: {
      get: action('device.get', 'GET', `${devicesPath}/{deviceId}`, { params: closed({ deviceId: Type.String() }) }),
    },
  },
  {
    name: 'auth',
    summary: '',
    actions: {
      authenticateDevice: action('auth.authenticateDevice', 'POST', '/auth/device', {
        params: closed({ credentials: Type.Object({}) }),
        body: 'credentials',
        isPublic: true,
      }),
    },
  },
]

describe('The REST API', () => {
  let app = serve()
  afterEach(() => app.close())

  function serve(options: Partial<PlatformOptions<ActionContext>> = {}) {
    call.mockReset().mockResolvedValue({ ok: true })
    return createPlatformServer({
      platform,
      resources,
      contextOf: (caller) => caller,
      isReady: () => true,
      hosts: { bound: '127.0.0.1', names: [], setting: 'HOSTS' },
      ...options,
    })
  }

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
    const actor = { kind: 'apiToken', apiTokenId: expect.any(String), scopes: ['all.Application'] }
    expect(call.mock.calls).toEqual([[name, params, { platform, actor, address: '127.0.0.1' }]])
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
    expect(call.mock.calls).toEqual([
      [
        'auth.authenticateDevice',
        { credentials: { key: 'k' } },
        { platform, actor: { kind: 'anonymous' }, address: '127.0.0.1' },
      ],
    ])
  })

  test.each([
    {},
    { authorization: 'Bearer bad' },
    { authorization: token },
    { authorization: `Basic ${token}` },
    { cookie: `authorization=${token}` },
  ])('answers 401 to %o, before it looks at the body or the application', async (headers) => {
    app = serve()
    const reply = await app.inject({
      method: 'POST',
      url: `/applications/${'b'.repeat(24)}/devices?authorization=${token}`,
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

  test.each([
    ['localhost', '127.0.0.1', 200],
    ['LOCALHOST:8090', '127.0.0.1', 200],
    ['localhost.', '127.0.0.1', 200],
    ['127.0.0.1:1', '127.0.0.1', 200],
    ['127.8.9.10', '127.0.0.1', 200],
    ['[::1]:8090', '127.0.0.1', 200],
    ['[0:0:0:0:0:0:0:1]', '127.0.0.1', 200],
    ['api.lom.example', '127.0.0.1', 200],
    ['API.lom.example.:443', '127.0.0.1', 200],
    ['pots.lom.example', 'pots.lom.example', 200],
    ['10.0.0.7:8090', '10.0.0.7', 200],
    ['[fe80::1]:8090', 'fe80::1', 200],
    ['10.0.0.8', '0.0.0.0', 200],
    ['[2001:db8::1]', '::', 200],
    ['[::ffff:127.0.0.1]:8090', '127.0.0.1', 200],
    ['[::ffff:7f00:1]', '10.0.0.7', 200],
    ['[::ffff:10.0.0.7]', '10.0.0.7', 200],
    ['10.0.0.7', '::ffff:10.0.0.7', 200],
    ['[::ffff:10.0.0.8]', '10.0.0.7', 421],
    ['evil.example', '127.0.0.1', 421],
    ['evil.example:8090', '0.0.0.0', 421],
    ['evil.example', '::', 421],
    ['localhost.evil.example', '127.0.0.1', 421],
    ['127.0.0.1.evil.example', '127.0.0.1', 421],
    ['lom.example', '127.0.0.1', 421],
    ['10.0.0.8', '10.0.0.7', 421],
    ['a@localhost', '127.0.0.1', 421],
    ['localhost/', '127.0.0.1', 421],
    ['localhost, evil.example', '127.0.0.1', 421],
    ['[::1', '127.0.0.1', 421],
  ])('answers the host %j where it is bound to %s: %i', async (host, bound, status) => {
    app = serve({ hosts: { bound, names: ['api.lom.example'], setting: 'HOSTS' } })
    const ask = (url: string) => app.inject({ url, headers: { ...json, host } })
    const reply = await ask(devices)
    expect(reply.statusCode).toBe(status)
    expect((await ask('/nowhere')).statusCode).toBe(status === 200 ? 404 : 421)
    for (const probe of ['/healthz', '/readyz']) expect((await ask(probe)).statusCode).toBe(200)
    if (status === 421) expect(reply.json()).toEqual({ type: 'Validation', message: expect.stringContaining('HOSTS') })
  })

  test('ends the connection after it refused a host, since the body is not read', async () => {
    app = serve()
    const connection = await connectTo(app)
    connection.send(`POST ${devices} HTTP/1.1\r\nhost: evil.example\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n`)
    expect((await connection.closed()).split(/(?=HTTP\/1\.1 )/)).toEqual([
      expect.stringMatching(/^HTTP\/1\.1 421 .*connection: close/s),
    ])
  })

  test.each([
    ['no origin is set', [], 'https://admin.example', undefined],
    ['it is another', ['https://admin.example'], 'https://evil.example', undefined],
    ['it only begins alike', ['https://admin.example'], 'https://admin.example.evil.example', undefined],
    ['it is that of a file', ['https://admin.example'], 'null', undefined],
    ['it is named', ['https://a.example', 'https://admin.example'], 'https://admin.example', 'https://admin.example'],
  ])(
    'tells OPTIONS what is allowed, and lets a page of the origin call or not if %s',
    async (_name, origins, origin, named) => {
      app = serve({ origins })
      const asked = {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      }
      const preflight = await app.inject({ method: 'OPTIONS', url: devices, headers: { origin, ...asked } })
      expect([preflight.statusCode, preflight.body]).toEqual([204, ''])
      expect(preflight.headers.allow).toBe('GET, HEAD, OPTIONS, POST')
      expect(preflight.headers['access-control-allow-origin']).toBe(named)
      expect(preflight.headers['access-control-allow-headers']).toBe(named && asked['access-control-request-headers'])
      expect(preflight.headers['access-control-allow-methods']).toBe(named && 'GET, HEAD, OPTIONS, POST')
      for (const headers of [{ ...json, origin }, { origin }]) {
        const reply = await app.inject({ url: devices, headers })
        expect(reply.headers['access-control-allow-origin']).toBe(named)
        expect(reply.headers).not.toHaveProperty('access-control-allow-credentials')
        expect(reply.headers.vary).toBe(origins.length > 0 ? 'origin' : undefined)
      }
      const elsewhere = { origin, host: 'evil.example', ...asked }
      const refused = await app.inject({ method: 'OPTIONS', url: devices, headers: elsewhere })
      expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([421, undefined])
      expect((await app.inject({ method: 'OPTIONS', url: '/nowhere', headers: { origin } })).statusCode).toBe(404)
    },
  )

  test('answers 415 to what is not JSON', async () => {
    app = serve()
    const headers = { ...json, 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await app.inject({ method: 'POST', url: devices, headers, payload: 'name=Fern' })
    expect([reply.statusCode, reply.json().type]).toEqual([415, 'Validation'])
  })

  test.each([
    ['PUT', devices, 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/healthz', 'GET, HEAD, OPTIONS'],
    ['GET', '/auth/device', 'OPTIONS, POST'],
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
    const tooMany = defineError('TOO_MANY', 429, () => 'Wait.')
    call.mockRejectedValue(tooMany({}, { headers: { 'retry-after': '60' } }))
    const reply = await app.inject({ url: devices, headers: json })
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([429, '60'])
    expect(reply.json()).toEqual({ type: 'TooManyRequests', message: 'Wait.' })
  })

  test.each([
    ['an unknown error', new Error('hunter2'), 500, 'InternalServerError', platformFailed],
    ['an error of ours', defineError('X', 500, () => 'hunter2')({}), 500, 'InternalServerError', platformFailed],
    ['a locked store', defineError('STORE_LOCKED', 503, () => 'Locked.')({}), 503, 'ServiceUnavailable', 'Locked.'],
  ])('tells nothing internal of %s', async (_name, error, status, type, message) => {
    app = serve()
    call.mockRejectedValue(error)
    const reply = await app.inject({ url: devices, headers: json })
    expect([reply.statusCode, reply.json()]).toEqual([status, { type, message }])
    expect(reply.payload).not.toContain('hunter2')
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
    }
    async function clientOf(accessToken = ''): Promise<LosantClient> {
      app = serve()
      await app.listen({ host: '127.0.0.1', port: 0 })
      const { port } = app.server.address() as AddressInfo
      const losant = createRequire(import.meta.url)('losant-rest') as { createClient(options: object): LosantClient }
      return losant.createClient({ accessToken, url: `http://127.0.0.1:${port}` })
    }

    test('lists, with filters as it writes them', async () => {
      const client = await clientOf(token)
      const params = { page: 1, query: { $or: [{ name: 'a' }] }, tagFilter: [{ key: 'owner' }, { key: 'x' }] }
      expect(await client.devices.get({ applicationId, ...params })).toEqual({ ok: true })
      expect(call.mock.calls[0]?.slice(0, 2)).toEqual(['devices.get', params])
    })

    test('creates, gets and signs in', async () => {
      const client = await clientOf(token)
      await client.devices.post({ applicationId, device: { name: 'Fern' } })
      await client.device.get({ applicationId, deviceId })
      await client.auth.authenticateDevice({ credentials: { key: 'k' } })
      expect(call.mock.calls.map(([name, params]) => [name, params])).toEqual([
        ['devices.post', { device: { name: 'Fern' } }],
        ['device.get', { deviceId }],
        ['auth.authenticateDevice', { credentials: { key: 'k' } }],
      ])
    })

    test('reads errors', async () => {
      const client = await clientOf(token)
      call.mockRejectedValue(notFound({ what: 'Device' }))
      await expect(client.device.get({ applicationId, deviceId })).rejects.toMatchObject({
        type: 'NotFound',
        statusCode: 404,
        message: 'Device was not found',
      })
      await expect((await clientOf('bad')).devices.get({ applicationId })).rejects.toMatchObject({ statusCode: 401 })
    })
  })
})
