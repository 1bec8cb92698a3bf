/** Every kind of bad token, at the endpoints and at the REST API of the real process. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSigner } from 'fast-jwt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Flowpot, request, startFlowpot, temporaryFolder } from './flowpot-process.ts'
import { password } from './lom-client.ts'

const reply =
  'nodes: [ { type: reply, status: 200, body: { user: << experience.user.id >>, device: << experience.device.id >> } } ]\n'
const files = {
  'application.yaml': `name: tokens
seeds:
  groups: [ { name: admins } ]
  users: [ { email: ada@lom.example, password: ${password}, groups: [ admins ] }, { email: bob@lom.example, password: ${password} } ]
`,
  'users.yaml': `name: Users\non: { endpoint: GET /users, access: authenticated }\n${reply}`,
  'admins.yaml': `name: Admins\non: { endpoint: GET /admins, access: { groups: [ admins ] } }\n${reply}`,
  'devices.yaml': `name: Devices\non: { endpoint: GET /devices, access: device }\n${reply}`,
  'all.yaml': `name: All\non: { endpoint: GET /all }\n${reply}`,
  'elsewhere.yaml': `name: Elsewhere
on:
  endpoint: GET /elsewhere
  access: authenticated
  unauthorized: { redirect: /sign-in }
${reply}`,
  'sign-in.yaml': `name: Sign in
on: { endpoint: POST /auth }
nodes:
  - type: authenticate
    email: << data.body.email >>
    password: << data.body.password >>
    result: data.user
    tokenResult: data.token
    else: [ { type: reply, status: 401 } ]
  - { type: reply, status: 200, body: { token: << data.token >> } }
`,
}

let folder = { path: '', remove: async () => {} }
let flowpot: Flowpot
/** Valid tokens of ada, bob, a device and the administrator. */
const good = { ada: '', bob: '', device: '', admin: '' }
let signingKey = ''

beforeAll(async () => {
  folder = await temporaryFolder(files)
  const data = join(folder.path, 'data')
  flowpot = await startFlowpot({ data, folder: folder.path })
  signingKey = readFileSync(join(data, 'signing-key'), 'utf8')
  good.admin = String(flowpot.adminToken)
  good.ada = await signIn('ada@lom.example')
  good.bob = await signIn('bob@lom.example')
  good.device = await signInDevice()
})
afterAll(async () => {
  await flowpot.stop()
  await folder.remove()
})

async function signIn(email: string): Promise<string> {
  const { status, body } = await request(`${flowpot.experience}/auth`, { method: 'POST', body: { email, password } })
  expect(status).toBe(200)
  return (body as { token: string }).token
}

async function signInDevice(): Promise<string> {
  const application = `${flowpot.platform}/applications/${flowpot.applicationId}`
  const post = (url: string, body: unknown) => request(url, { method: 'POST', token: good.admin, body })
  const { deviceId } = (await post(`${application}/devices`, { name: 'Fern' })).body as { deviceId: string }
  const { key, secret } = (await post(`${application}/keys`, { deviceIds: [deviceId] })).body as Record<string, string>
  const { body } = await post(`${flowpot.platform}/auth/device`, { deviceId, key, secret })
  return (body as { token: string }).token
}

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Ada's token, signed anew: with other claims, another key, or another algorithm. */
function forge(claims: object, key = signingKey, algorithm: 'HS256' | 'HS384' | 'HS512' = 'HS256'): string {
  return createSigner({ key, algorithm })({ ...claimsOf(good.ada), ...claims })
}

/** Ada's token with another header and, where it is given, another payload and signature. */
function rewrite(header: object, payload?: object, signature?: string): string {
  const [, body = '', sign = ''] = good.ada.split('.')
  return [encode(header), payload ? encode(payload) : body, signature ?? sign].join('.')
}

const get = (path: string, token?: string) =>
  request(`${flowpot.experience}${path}`, token === undefined ? {} : { token, headers: {} })

test('Good tokens are let in where they belong', async () => {
  const { sub: ada } = claimsOf(good.ada)
  expect(await get('/users', good.ada)).toMatchObject({ status: 200, body: { user: ada } })
  expect(await get('/admins', good.ada)).toMatchObject({ status: 200, body: { user: ada } })
  expect(await get('/devices', good.device)).toMatchObject({
    status: 200,
    body: { device: claimsOf(good.device).sub },
  })
  // The tokens that the tests below forge would be valid but for the one thing that each changes.
  expect(await get('/users', forge({}))).toMatchObject({ status: 200, body: { user: ada } })
})

const now = () => Math.floor(Date.now() / 1000)
const bad: readonly (readonly [string, () => string])[] = [
  ['expired', () => forge({ iat: now() - 100, issuedMs: (now() - 100) * 1000, exp: now() - 1 })],
  ['signed with another key', () => forge({}, 'another key, which is long enough too')],
  ['signed with an empty key', () => rewrite({ alg: 'HS256', typ: 'JWT' }, claimsOf(good.ada), '')],
  ['signed with another algorithm', () => forge({}, signingKey, 'HS512')],
  ['with alg none', () => rewrite({ alg: 'none', typ: 'JWT' })],
  ['with alg none and no signature', () => rewrite({ alg: 'none', typ: 'JWT' }, claimsOf(good.ada), '')],
  ['with alg NONE and no signature', () => rewrite({ alg: 'NONE' }, claimsOf(good.ada), '')],
  ['with alg null', () => rewrite({ alg: null }, claimsOf(good.ada), '')],
  ['with a header that names another key', () => rewrite({ alg: 'HS256', kid: '../../dev/null' })],
  ['of another user, with the old signature', () => rewrite({ alg: 'HS256', typ: 'JWT' }, claimsOf(good.bob))],
  ['without its signature', () => good.ada.split('.').slice(0, 2).join('.')],
  ['with half its signature', () => good.ada.slice(0, -20)],
  ['with a changed character', () => good.ada.replace(/.(.)$/, (_, last) => `${last === 'A' ? 'B' : 'A'}A`)],
  ['of a device', () => good.device],
  ['for another audience', () => forge({ aud: 'administrator' })],
  ['for the audience of devices', () => forge({ aud: 'device' })],
  ['for a list of audiences', () => forge({ aud: ['device', 'administrator'] })],
  ['for no audience', () => forge({ aud: undefined })],
  ['of nobody', () => forge({ sub: undefined })],
  ['of a user that does not exist', () => forge({ sub: 'f'.repeat(24) })],
  ['of an older generation', () => forge({ gen: -1 })],
  ['of the REST API', () => good.admin],
  ['that is empty', () => ''],
  ['that is none', () => 'x'],
  ['of three dots', () => '...'],
  ['of 15 KB', () => 'x'.repeat(15_000)],
]

describe('A request is answered 401 everywhere if its token is', () => {
  test.each(bad)('%s', async (_what, make) => {
    const token = make()
    const ways = [
      () => get('/users', token),
      () => get('/admins', token),
      () => request(`${flowpot.experience}/users`, { headers: { cookie: `authorization=${token}` } }),
      () => request(`${flowpot.experience}/users?authorization=${encodeURIComponent(token)}`),
    ]
    for (const way of ways) {
      const { status, body } = await way()
      expect([status, body]).toEqual([401, { error: 'Unauthorized' }])
    }
  })

  test('missing, or in another scheme', async () => {
    for (const authorization of [undefined, 'Bearer', 'Bearer ', `Basic ${good.ada}`, good.ada, `Token ${good.ada}`]) {
      const { status, body } = await request(
        `${flowpot.experience}/users`,
        authorization === undefined ? {} : { headers: { authorization } },
      )
      expect([status, body]).toEqual([401, { error: 'Unauthorized' }])
    }
  })

  test("of a user, at a device's endpoint", async () => {
    expect(await get('/devices', good.ada)).toMatchObject({ status: 401 })
    expect(await get('/devices', forge({ aud: 'device' }))).toMatchObject({ status: 401 })
  })

  test('of an experience user or made up, at the REST API', async () => {
    const url = `${flowpot.platform}/applications/${flowpot.applicationId}/devices`
    for (const token of [good.ada, ...bad.filter(([what]) => !/device|REST/.test(what)).map(([, make]) => make())]) {
      // A token of the audience `administrator` without scopes is let in, and may do nothing.
      const { status, body } = await request(url, { token })
      expect(status).toBeOneOf(claimsOrNone(token).aud === 'administrator' ? [401, 403] : [401])
      expect(JSON.stringify(body)).toMatch(/"type":"(Unauthorized|Forbidden)"/)
    }
  })
})

function claimsOrNone(token: string): Record<string, unknown> {
  try {
    return claimsOf(token)
  } catch {
    return {}
  }
}

test('A user outside the groups gets 403', async () => {
  const { status, body } = await get('/admins', good.bob)
  expect([status, body]).toEqual([403, { error: 'Forbidden' }])
})

test('A public endpoint treats a bad token like none', async () => {
  expect(await get('/all', 'x')).toMatchObject({ status: 200, body: {} })
  expect((await get('/all', good.ada)).body).toMatchObject({ user: claimsOf(good.ada).sub })
})

test('An endpoint may redirect a client that has no token', async () => {
  const answer = await fetch(`${flowpot.experience}/elsewhere`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/sign-in'])
})

test('A token is good until its user is deleted', async () => {
  const eve = await signIn('bob@lom.example')
  const url = `${flowpot.platform}/applications/${flowpot.applicationId}/experience/users/${claimsOf(eve).sub}`
  expect(await get('/users', eve)).toMatchObject({ status: 200 })
  expect(await request(url, { method: 'DELETE', token: good.admin })).toMatchObject({ status: 200 })
  expect(await get('/users', eve)).toMatchObject({ status: 401 })
})
