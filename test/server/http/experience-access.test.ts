import { afterEach, describe, expect, test } from 'vitest'
import { defineError } from '../../../contracts/errors.ts'
import { ada, authInfoOf, bob, type FakeEndpoint, fakeApplication, fakeServer, pot } from './fake-application.ts'

const admins: FakeEndpoint = { access: { groups: ['owners', 'admins'] } }
const nobody = '0'.repeat(24)

describe('Access to an endpoint', () => {
  let app = fakeServer({})
  afterEach(() => app.close())

  async function call(endpoint: FakeEndpoint, token?: string) {
    app = fakeServer({
      'GET /': {
        answer: ({ relayId, relayType, experience }) => ({ body: { relayId, relayType, experience } }),
        ...endpoint,
      },
    })
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const reply = await app.inject({ url: '/', headers })
    return { status: reply.statusCode, headers: reply.headers, body: reply.body === '' ? undefined : reply.json() }
  }

  test.each<[string, FakeEndpoint, string | undefined, number]>([
    ['public, without a token', {}, undefined, 200],
    ['public, with a bad token', {}, 'bad', 200],
    ['authenticated, without a token', { access: 'authenticated' }, undefined, 401],
    ['authenticated, with a bad token', { access: 'authenticated' }, 'bad', 401],
    ["authenticated, with a device's token", { access: 'authenticated' }, 'pot', 401],
    ['authenticated, with a token', { access: 'authenticated' }, 'bob', 200],
    ['groups, without a token', admins, undefined, 401],
    ['groups, outside of them', admins, 'bob', 403],
    ['groups, inside one', admins, 'ada', 200],
    ['device, without a token', { access: 'device' }, undefined, 401],
    ["device, with a user's token", { access: 'device' }, 'ada', 401],
    ['device, with its token', { access: 'device' }, 'pot', 200],
  ])('%s: %#', async (_name, endpoint, token, status) => {
    const reply = await call(endpoint, token)
    expect(reply.status).toBe(status)
    if (status === 401) expect(reply.body).toEqual({ error: 'Unauthorized' })
    if (status === 403) expect(reply.body).toEqual({ error: 'Forbidden' })
  })

  test.each<[string, FakeEndpoint, string | undefined, object]>([
    [
      'nobody',
      {},
      undefined,
      { relayId: nobody, relayType: 'public', experience: { user: null, device: null, authInfo: null } },
    ],
    [
      'a user',
      { access: 'authenticated' },
      'bob',
      {
        relayId: bob.id,
        relayType: 'experienceUser',
        experience: { user: bob, device: null, authInfo: authInfoOf('bob') },
      },
    ],
    [
      'a user on a public endpoint',
      {},
      'ada',
      { relayId: ada.id, relayType: 'experienceUser', experience: { user: ada } },
    ],
    [
      'a device',
      { access: 'device' },
      'pot',
      { relayId: pot.id, relayType: 'device', experience: { user: null, device: pot } },
    ],
  ])('tells the flow that %s calls', async (_name, endpoint, token, expected) => {
    expect((await call(endpoint, token)).body).toMatchObject(expected)
  })

  test.each<[string, { headers?: Record<string, string>; url?: string }]>([
    ['a Bearer header', { headers: { authorization: 'Bearer ada' } }],
    ['a Bearer header in other case, with spaces', { headers: { authorization: 'bEARER   ada' } }],
    ['a cookie', { headers: { cookie: 'x=y; authorization=ada' } }],
    ['the query', { url: '/?authorization=ada' }],
    [
      'the cookie, where the header has another scheme',
      { headers: { authorization: 'Basic eDp5', cookie: 'authorization=ada' } },
    ],
    [
      'the header before cookie and query',
      { url: '/?authorization=bob', headers: { authorization: 'Bearer ada', cookie: 'authorization=bob' } },
    ],
  ])('takes the token from %s', async (_name, request) => {
    app = fakeServer({ 'GET /': { access: 'authenticated', answer: ({ relayId }) => ({ body: relayId }) } })
    expect((await app.inject({ url: '/', ...request })).body).toBe(ada.id)
  })

  test.each<[string, { headers?: Record<string, string>; url?: string }]>([
    ['an empty Bearer header', { headers: { authorization: 'Bearer ' } }],
    ['a token without its scheme', { headers: { authorization: 'ada' } }],
    ['the query twice', { url: '/?authorization=ada&authorization=ada' }],
    ['an empty query', { url: '/?authorization=' }],
  ])('takes no token from %s', async (_name, request) => {
    app = fakeServer({ 'GET /': { access: 'authenticated' } })
    expect((await app.inject({ url: '/', ...request })).statusCode).toBe(401)
  })

  test.each([
    ['a page of its own', { status: 403, body: { sorry: true } }, 403, undefined, { sorry: true }],
    ['a redirect', { redirect: '/sign-in' }, 302, '/sign-in', undefined],
  ])('is refused with %s where the endpoint says so', async (_name, unauthorized, status, location, body) => {
    for (const token of [undefined, 'bob']) {
      const reply = await call({ ...admins, unauthorized }, token)
      expect([reply.status, reply.headers.location, reply.body]).toEqual([status, location, body])
    }
  })

  test.each([undefined, 'bob'])('is a 500 where the refusal cannot be sent, with the token %s', async (token) => {
    const reply = await call({ ...admins, unauthorized: { redirect: '/日本' } }, token)
    expect([reply.status, reply.body]).toMatchObject([500, { code: 'HTTP_REPLY_UNSENDABLE' }])
  })

  test('is a 500 where there is no application', async () => {
    let isBroken = false
    const application = fakeApplication({ 'GET /': {} })
    app = fakeServer(
      {},
      {
        application: () => {
          if (isBroken) throw new Error('hunter2')
          return application
        },
      },
    )
    await app.ready()
    isBroken = true
    const reply = await app.inject('/')
    expect([reply.statusCode, reply.json()]).toMatchObject([500, { error: 'Internal Server Error' }])
    expect(reply.body).not.toContain('hunter2')
  })

  test('is settled before the body is looked at', async () => {
    app = fakeServer({ 'POST /': { access: 'authenticated' } })
    const headers = { 'content-type': 'application/json' }
    expect((await app.inject({ method: 'POST', url: '/', headers, payload: '{broken' })).statusCode).toBe(401)
  })

  test('is answered 503 as JSON while tokens cannot be checked', async () => {
    const storeIsLocked = defineError('STORE_LOCKED', 503, () => 'The database is locked.')
    app = fakeServer(
      { 'GET /': { access: 'authenticated' } },
      { users: { verifyToken: () => Promise.reject(storeIsLocked({}, { headers: { 'retry-after': '1' } })) } },
    )
    const reply = await app.inject({ url: '/', headers: { authorization: 'Bearer ada' } })
    expect([reply.statusCode, reply.headers['retry-after']]).toEqual([503, '1'])
    expect(reply.json()).toEqual({
      error: 'The database is locked.',
      code: 'STORE_LOCKED',
      requestId: reply.headers['x-request-id'],
    })
  })
})
