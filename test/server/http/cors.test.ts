import { afterEach, describe, expect, test } from 'vitest'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { createExperienceServer } from '../../../server/http/experience-server.ts'
import { quietServices } from '../../services.ts'
import { fakeServer } from './fake-application.ts'

const origin = 'https://app.lom.example'
const cors = { origins: [origin, 'http://localhost:5173'], credentials: true }
const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }

let app = fakeServer({})
afterEach(() => app.close())

describe('An application that names origins', () => {
  test('lets pages of these call with cookies, whatever is answered', async () => {
    app = fakeServer({ 'GET /': {}, 'GET /closed': { access: 'authenticated' } }, { cors })
    for (const url of ['/', '/closed', '/nowhere']) {
      expect((await app.inject({ url, headers: { origin } })).headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        vary: 'origin',
      })
    }
  })

  test('answers their question', async () => {
    app = fakeServer({ 'POST /': { access: 'authenticated' } }, { cors })
    const reply = await app.inject({ method: 'OPTIONS', url: '/', headers: { origin, ...preflight } })
    expect([reply.statusCode, reply.headers]).toEqual([
      204,
      expect.objectContaining({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'OPTIONS, POST',
        'access-control-allow-headers': 'content-type',
      }),
    ])
  })

  test.each(['https://evil.example', 'https://app.lom.example.evil.example', 'http://app.lom.example', 'null'])(
    'allows nothing to %s',
    async (other) => {
      app = fakeServer({ 'POST /': {} }, { cors })
      const asked = await app.inject({ method: 'OPTIONS', url: '/', headers: { origin: other, ...preflight } })
      const sent = await app.inject({ method: 'POST', url: '/', headers: { origin: other } })
      for (const { headers } of [asked, sent]) {
        expect(Object.keys(headers).join()).not.toContain('access-control')
        expect(headers.vary).toBe('origin')
      }
    },
  )

  test('sends no credentials where none are allowed', async () => {
    app = fakeServer({ 'GET /': {} }, { cors: { origins: [origin] } })
    expect((await app.inject({ url: '/', headers: { origin } })).headers).not.toHaveProperty(
      'access-control-allow-credentials',
    )
  })

  test('says what an answer varies by, next to what the flow says', async () => {
    app = fakeServer({ 'GET /': { answer: () => ({ headers: { vary: 'accept-language' } }) } }, { cors })
    expect((await app.inject('/')).headers.vary).toBe('accept-language, origin')
  })
})

describe('A cookie', () => {
  const cookie = 'authorization=ada'

  test.each<[string, Record<string, string>, number]>([
    ['a page of the same origin', { origin: 'https://pots.example', 'sec-fetch-site': 'same-origin' }, 200],
    ['a page of the same site', { origin: 'https://www.pots.example', 'sec-fetch-site': 'same-site' }, 200],
    ['an origin that the application names', { origin, 'sec-fetch-site': 'cross-site' }, 200],
    ['an older browser', { origin: 'http://pots.example' }, 200],
    ['a client that is no browser', {}, 200],
    ['a page of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 401],
    ['a page of another site in an older browser', { origin: 'https://evil.example' }, 401],
    ['a page that hides its origin', { origin: 'null' }, 401],
  ])('from %s tells who calls, or does not', async (_name, headers, status) => {
    app = fakeServer({ 'POST /': { access: 'authenticated' } }, { cors })
    const request = { method: 'POST', url: '/', headers: { host: 'pots.example', cookie, ...headers } } as const
    expect((await app.inject(request)).statusCode).toBe(status)
  })

  test('from a page of another site counts where nothing is changed, and a token always', async () => {
    app = fakeServer({ 'GET /': { access: 'authenticated' }, 'POST /': { access: 'authenticated' } })
    const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await app.inject({ url: '/', headers: { ...evil, cookie } })).statusCode).toBe(200)
    const headers = { ...evil, authorization: 'Bearer ada' }
    expect((await app.inject({ method: 'POST', url: '/', headers })).statusCode).toBe(200)
  })
})

describe('A token in the query', () => {
  test('counts unless the settings say otherwise, and no page that is left for another tells of it', async () => {
    app = fakeServer({ 'GET /': { access: 'authenticated' } })
    const reply = await app.inject('/?authorization=ada')
    expect([reply.statusCode, reply.headers['referrer-policy']]).toEqual([200, 'no-referrer'])
    expect((await app.inject({ url: '/', headers: { authorization: 'Bearer ada' } })).headers).not.toHaveProperty(
      'referrer-policy',
    )
    await app.close()
    app = fakeServer({ 'GET /': { access: 'authenticated' } }, { tokenInQuery: false })
    expect((await app.inject('/?authorization=ada')).statusCode).toBe(401)
  })
})

describe('OPTIONS', () => {
  function serve(application: string) {
    const flows = `name: o
on:
  - { endpoint: OPTIONS /own }
  - { endpoint: GET /own }
  - { webhook: hook, reply: true }
nodes: [ { type: reply, body: << data.method >>, headers: { x-flow: 'yes' } } ]
`
    const { application: loaded, problems } = loadSources([
      { file: 'application.yaml', text: `name: o\n${application}` },
      { file: 'o.yaml', text: flows },
    ])
    if (!loaded) throw new Error(JSON.stringify(problems))
    return createExperienceServer({
      application: () => loaded,
      applicationId: 'f'.repeat(24),
      users: { verifyToken: async () => null },
      devices: { verifyToken: async () => null },
      services: () => quietServices(),
      queue: async () => undefined,
    })
  }
  const ask = (url: string, headers = {}) => app.inject({ method: 'OPTIONS', url, headers })

  test.each(['cors: true', 'cors: false', `cors: { origins: [ "${origin}" ] }`])(
    'runs the endpoint that has it, and a webhook that is not asked by a browser (%s)',
    async (application) => {
      app = serve(application)
      expect((await ask('/own', { origin, ...preflight })).body).toBe('options')
      expect((await ask('/webhooks/hook', { 'webhook-request-origin': 'events.example' })).body).toBe('options')
      expect((await ask('/nowhere')).statusCode).toBe(404)
    },
  )

  test.each([
    ['cors: true', 204],
    ['cors: false', 200],
  ])('lets a browser call a webhook as the application says (%s)', async (application, status) => {
    app = serve(application)
    const { statusCode, headers } = await ask('/webhooks/hook', { origin, ...preflight })
    expect([statusCode, headers['access-control-allow-origin']]).toEqual([status, status === 204 ? '*' : undefined])
  })
})

test.each(['https://app.example/', 'https://*.example', 'app.example', 'https://App.example', '*'])(
  'application.yaml cannot name the origin %s',
  (given) => {
    const { problems } = loadSources([
      { file: 'application.yaml', text: `name: o\ncors: { origins: [ "${given}" ] }` },
      { file: 'o.yaml', text: 'name: o\non: { button: b }\nnodes: [ { type: debug } ]' },
    ])
    expect(problems[0]).toMatchObject({ code: 'APPLICATION_INVALID', file: 'application.yaml' })
  },
)
