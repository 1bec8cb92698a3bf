/** What the real process answers to hostile requests, and that it survives them. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connectToPort } from '../server/http/raw-connection.ts'
import { type Answer, checkout, type Flowpot, request, startFlowpot, temporaryFolder } from './flowpot-process.ts'
import { signUp } from './lom-client.ts'
import { revealing } from './revealing.ts'

const bodyLimitBytes = 300_000

/** Besides the flows of the sample application: flows that show what they were sent, or fail. */
const files = {
  'echo.yaml': `name: Echo
on: { endpoint: POST /echo }
nodes:
  - type: reply
    status: 200
    body:
      body: << data.body >>
      inBody: << data.body.polluted >>
      inQuery: << data.query.polluted >>
      inCookies: << data.cookies.polluted >>
      inner: << data.body.inner.polluted >>
`,
  'throws.yaml': `name: Throws
on: { endpoint: GET /throws }
nodes:
  - type: throw
    message: SELECT secret FROM users at /etc/passwd failed
`,
  'silent.yaml': `name: Silent
on:
  - endpoint: POST /silent
  - error: local
    then: note
nodes:
  - type: api
    call: device.get
    with: { deviceId: << data.body.id >> }
    then: answer
  - id: answer
    type: reply
    status: 200
  - id: note
    type: debug
    message: It failed, and nobody answers.
`,
  // On request, lists the keys that prototypes have gained since the start.
  'watch-prototypes.mjs': `
const prototypes = [Object, Array, Function, String, Number, Boolean].map(({ prototype }) => prototype)
const keys = () => prototypes.flatMap((prototype) => Reflect.ownKeys(prototype)).map(String)
const before = keys()
process.on('SIGUSR2', () => process.stderr.write('prototypes ' + JSON.stringify(keys().slice(before.length)) + '\\n'))
`,
}

let folder = { path: '', remove: async () => {} }
let flowpot: Flowpot
let token = ''
let echo = ''
let devices = ''
let keys = ''

beforeAll(async () => {
  folder = await temporaryFolder(files)
  await cp(join(checkout, 'flows'), folder.path, { recursive: true })
  flowpot = await startFlowpot({
    data: join(folder.path, 'data'),
    folder: folder.path,
    args: ['--body-limit-bytes', String(bodyLimitBytes)],
    env: {
      NODE_OPTIONS: `--import=${join(folder.path, 'watch-prototypes.mjs')}`,
      // All log lines.
      FLOWPOT_LOG_LEVEL: 'trace',
    },
  })
  token = await signUp(flowpot)
  const { experience, platform, applicationId } = flowpot
  echo = `${experience}/echo`
  devices = `${platform}/applications/${applicationId}/devices`
  keys = `${platform}/applications/${applicationId}/keys`
})
afterAll(async () => {
  const code = await flowpot.stop()
  await folder.remove()
  expect(code).toBe(0)
  expect(flowpot.errors()).not.toContain(token)
  expect(flowpot.errors()).not.toContain(String(flowpot.adminToken))
  expect(flowpot.errors()).not.toContain('correct horse battery')
})

/** Expects that the process is alive and serves both listeners. */
afterEach(async () => {
  expect(await request(echo, { method: 'POST', body: 1 })).toMatchObject({ status: 200, body: { body: 1 } })
  expect(await request(devices, admin())).toMatchObject({ status: 200 })
  expect([flowpot.child.exitCode, flowpot.child.signalCode]).toEqual([null, null])
})

const admin = () => ({ token: String(flowpot.adminToken) })

interface Sent {
  readonly type: string
  readonly text: string
}

/** Sends a body as it is. */
function post(url: string, { type, text }: Sent, bearer?: string): Promise<Answer> {
  const headers = { 'content-type': type, ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) }
  return read(fetch(url, { method: 'POST', headers, body: text }))
}

async function read(fetched: Promise<Response>): Promise<Answer> {
  const response = await fetched
  const text = await response.text()
  if (response.status >= 400) expect(text).not.toMatch(revealing)
  return { status: response.status, headers: response.headers, body: JSON.parse(text) }
}

/** Sends bytes as they are over a connection of its own, and returns what arrived until that was closed. */
function exchange(url: string, bytes: string): Promise<string> {
  const connection = connectToPort(Number(new URL(url).port))
  connection.send(bytes)
  return connection.closed()
}

const json = (text: string): Sent => ({ type: 'application/json', text })

describe('A body', () => {
  test.each(['{', '{"a":1,}', "{'a':1}", 'undefined', '{"a":"\n"}', '\u0000', '[1,2', '"\\ud800', 'nul'])(
    'that is not JSON is answered 400: %j',
    async (text) => {
      const answer = await post(echo, json(text))
      expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(/JSON/) } })
      const refused = await post(devices, json(text), admin().token)
      expect(refused).toMatchObject({
        status: 400,
        body: { type: 'Validation', message: expect.stringMatching(/JSON/) },
      })
    },
  )

  test('at the limit is taken, and one byte more is answered 413', async () => {
    const atLimit = JSON.stringify('x'.repeat(bodyLimitBytes - 2))
    expect((await post(echo, json(atLimit))).status).toBe(200)
    expect(await post(echo, json(`${atLimit} `))).toMatchObject({ status: 413, body: { error: expect.any(String) } })
    expect(await post(devices, json(`${atLimit} `), admin().token)).toMatchObject({
      status: 413,
      body: { type: 'Validation' },
    })
  })

  test.each(['echo', 'devices'])('in chunks that are over the limit together is answered 413: %s', async (name) => {
    const url = name === 'echo' ? echo : devices
    const head = `POST ${new URL(url).pathname} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${admin().token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`
    const chunk = `${(100_001).toString(16)}\r\n${'1'.repeat(100_001)}\r\n`
    expect(await exchange(url, head + chunk + chunk + chunk)).toMatch(/^HTTP\/1\.1 413 .*\r\n\r\n\{.*too large.*\}$/s)
  })

  test('that is nested 100,000 deep is answered 400', async () => {
    for (const text of ['['.repeat(100_000) + ']'.repeat(100_000), '['.repeat(100_000), `${'{"a":'.repeat(50_000)}1`]) {
      expect((await post(echo, json(text))).status).toBe(400)
      expect((await post(devices, json(text), admin().token)).status).toBe(400)
    }
    expect(
      (await post(devices, json(`{"name":"x","tags":${'['.repeat(50)}${']'.repeat(50)}}`), admin().token)).status,
    ).toBe(400)
  })

  test('that is a list of 100,000 items is accepted', async () => {
    const answer = await post(echo, json(`[${'1,'.repeat(99_999)}1]`))
    expect(answer.status).toBe(200)
  })
})

describe('Keys that are special in JavaScript', () => {
  const multipart = (name: string) => ({
    type: 'multipart/form-data; boundary=b',
    text: `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\nyes\r\n--b--\r\n`,
  })
  const form = (text: string) => ({ type: 'application/x-www-form-urlencoded', text })
  const bodies: readonly Sent[] = [
    json('{"__proto__":{"polluted":"yes"}}'),
    json('{"\\u005f_proto__":{"polluted":"yes"}}'),
    json('{"constructor":{"prototype":{"polluted":"yes"}}}'),
    json('{"prototype":{"polluted":"yes"}}'),
    json('{"inner":{"__proto__":{"polluted":"yes"}}}'),
    json('{"inner":[{"constructor":{"prototype":{"polluted":"yes"}}}]}'),
    json('[{"__proto__":{"polluted":"yes"}}]'),
    json('{"__proto__":null,"constructor":null,"prototype":null}'),
    json('{"name":"x","tags":[{"key":"__proto__","value":"polluted"}]}'),
    json('{"name":"x","attributes":[{"name":"constructor","dataType":"number"}]}'),
    json('{"deviceName":{"__proto__":{"polluted":"yes"}},"manufacturerId":"1"}'),
    json('{"email":"x@lom.example","password":"long enough","userTags":{"__proto__":"polluted"}}'),
    { type: 'application/vnd.api+json', text: '{"__proto__":{"polluted":"yes"}}' },
    form('__proto__=polluted&__proto__[polluted]=yes&constructor[prototype][polluted]=yes'),
    form('__proto__.polluted=yes&constructor.prototype.polluted=yes&constructor=x&prototype=x'),
    multipart('__proto__'),
    multipart('__proto__[polluted]'),
    multipart('constructor[prototype][polluted]'),
    multipart('constructor'),
  ]

  test('in a body pollute no object of the process', async () => {
    const { experience, platform, applicationId } = flowpot
    const application = `${platform}/applications/${applicationId}`
    for (const body of bodies) {
      const answers = [
        await post(echo, body),
        await post(`${experience}/users`, body),
        await post(`${experience}/auth`, body),
        await post(`${experience}/devices`, body, token),
        await post(devices, body, admin().token),
        await post(`${application}/experience/users`, body, admin().token),
        await post(`${platform}/auth/device`, body),
      ]
      for (const { status, body } of answers) {
        expect([200, 400, 401, 415]).toContain(status)
        for (const key of ['inBody', 'inQuery', 'inCookies', 'inner']) expect(body).not.toHaveProperty(key)
      }
    }
    expect(await pollution()).toEqual([])
  })

  test('in a query, a cookie, a header or a route pollute no object of the process', async () => {
    const query = [
      '__proto__=polluted',
      '__proto__[polluted]=yes',
      'constructor[prototype][polluted]=yes',
      'tagFilter[__proto__][polluted]=yes',
      'tagFilter[0][__proto__]=yes',
      'query={"__proto__":{"polluted":"yes"}}',
      'query[__proto__][polluted]=yes',
      'sortField=__proto__',
      'filterField=constructor&filter=*',
      'query={"constructor":"x"}',
      'query={"tags":{"__proto__":"x"}}',
    ]
    for (const text of query) {
      const headers = { cookie: '__proto__=polluted; constructor=polluted; prototype=x', 'x-proto': '__proto__' }
      const answer = await request(`${echo}?${encodeURI(text)}`, { method: 'POST', body: {}, headers })
      expect(answer).toMatchObject({ status: 200, body: { body: {} } })
      expect(Object.keys(answer.body as object)).toEqual(['body'])
      const list = await request(`${devices}?${encodeURI(text)}`, {
        ...admin(),
        headers: { cookie: '__proto__=polluted' },
      })
      expect([200, 400]).toContain(list.status)
    }
    for (const path of ['__proto__', 'constructor', 'prototype', '__proto__/polluted']) {
      expect((await request(`${flowpot.experience}/${path}`)).status).toBe(404)
      expect((await request(`${devices}/${path}`, admin())).status).toBeOneOf([400, 404])
    }
    expect(await pollution()).toEqual([])
  })

  /** Keys that the prototypes of the process have beyond their own. */
  async function pollution(): Promise<unknown> {
    flowpot.child.kill('SIGUSR2')
    const line = await flowpot.stderr.until(/^prototypes .*\n/m)
    return JSON.parse(line.slice('prototypes '.length))
  }
})

describe('A device', () => {
  const register = (body: unknown) => request(`${flowpot.experience}/devices`, { method: 'POST', token, body })

  async function count(): Promise<unknown[]> {
    const lists = await Promise.all([request(devices, admin()), request(keys, admin())])
    return lists.map(({ status, body }) => [status, (body as { totalCount: number }).totalCount])
  }

  test.each([
    ['quotes', `" ' \` \\" \\' \\`],
    ['JSON', '{"name":"x","tags":[]}'],
    ['an end of JSON', '"},{"key":"owner","value":"mallory"},{"x":"'],
    ['templates', '<< data.body.manufacturerId >> << experience.user.id >>'],
    ['half a template', '<< data'],
    ['braces', '{{ globals }} {{{ x }}} {{#each this}}'],
    ['HTML', '<script>alert(1)</script> & <b> &amp;'],
    ['lines', 'a\nb\r\n\tc'],
    ['emoji', '🌱👩‍🚀\u{10ffff}'],
    ['marks of direction', 'left \u202e right \u200f \u2066 \ufeff'],
    ['SQL', "Robert'); DROP TABLE devices;--"],
    ['escapes', '\\u0000 %00 %s %n $' + '{process.exit()} $(reboot)'],
    ['a path', '../../etc/passwd'],
    ['space round it', ' \u00a0around\u2028 '],
    ['two forms of a letter', 'e\u0301 is not é'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['control characters', '\u0001\u001f\u007f\u009b31m'],
    ['as many characters as there may be', '🌱'.repeat(255)],
  ])('with %s for its name and manufacturer is stored exactly as it was sent', async (_what, text) => {
    const answer = await register({ deviceName: text, manufacturerId: text })
    expect(answer.status).toBe(201)
    const { deviceId } = answer.body as { deviceId: string }
    const stored = await request(`${devices}/${deviceId}`, admin())
    const user = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sub
    expect(stored.body).toMatchObject({
      deviceId,
      name: text,
      description: '',
      tags: [
        { key: 'owner', value: user },
        { key: 'manufacturerId', value: text },
      ],
      attributes: [{ name: 'moisture', dataType: 'number' }],
      deviceClass: 'standalone',
    })
    // A query finds it by that name, whatever the name means in the query language.
    const query = encodeURIComponent(JSON.stringify({ name: text, tags: { manufacturerId: text } }))
    const found = await request(`${devices}?query=${query}`, admin())
    expect(found.body).toMatchObject({ totalCount: 1, items: [{ deviceId }] })
    expect((await request(`${devices}/${deviceId}`, { ...admin(), method: 'DELETE' })).status).toBe(200)
  })

  test.each([
    [
      'a name of 256 characters',
      { deviceName: 'x'.repeat(256) },
      /^device\.name must NOT have more than 255 characters$/,
    ],
    ['a number for a name', { deviceName: 7 }, /^device\.name must be string$/],
    ['true for a name', { deviceName: true }, /^device\.name must be string$/],
    ['a list for a name', { deviceName: ['x'] }, /^device\.name must be string$/],
    ['a map for a name', { deviceName: { $ne: null } }, /^device\.name must be string$/],
    ['U+0000 in its name', { deviceName: 'a\u0000b' }, /^device\.name must not contain the character U\+0000$/],
    ['half a surrogate pair in its name', { deviceName: 'a\ud800b' }, /^device\.name must be well-formed Unicode/],
    ['U+0000 in its manufacturer', { manufacturerId: '\u0000' }, /^device\.tags\[1\]\.value must not contain/],
    ['a number for its manufacturer', { manufacturerId: 7 }, /^device\.tags\[1\]\.value must be string$/],
    ['a list for its manufacturer', { manufacturerId: ['7'] }, /^device\.tags\[1\]\.value must be string$/],
    ['a manufacturer of 256 characters', { manufacturerId: 'x'.repeat(256) }, /^device\.tags\[1\]\.value must NOT/],
  ])('with %s is refused as the platform does, and neither device nor key is left', async (_what, body, error) => {
    const before = await count()
    const answer = await register({ deviceName: 'x', manufacturerId: '1', ...body })
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(error) } })
    expect(await count()).toEqual(before)
  })

  test.each([
    [{ deviceName: '', manufacturerId: '1' }],
    [{ deviceName: 0, manufacturerId: '1' }],
    [{ deviceName: 'x', manufacturerId: null }],
    [{ deviceName: 'x' }],
    [[]],
    ['text'],
    [null],
  ])('without its fields is refused by the flow: %j', async (body) => {
    const answer = await register(body)
    expect(answer).toMatchObject({
      status: 400,
      body: { error: 'manufacturerId and deviceName are required.' },
    })
  })

  test('ignores fields that the flow does not pass on', async () => {
    const answer = await register({
      deviceName: 'x',
      manufacturerId: '1',
      owner: 'mallory',
      tags: [{ key: 'owner', value: 'mallory' }],
      experience: { user: { id: 'mallory' } },
      deviceId: 'f'.repeat(24),
    })
    expect(answer.status).toBe(201)
    const { deviceId } = answer.body as { deviceId: string }
    expect(deviceId).not.toBe('f'.repeat(24))
    const stored = await request(`${devices}/${deviceId}`, admin())
    expect(JSON.stringify(stored.body)).not.toContain('mallory')
  })
})

describe('A request', () => {
  test('for an unknown route is answered 404', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await request(`${flowpot.experience}/no-such-route`, { method })
      expect([answer.status, answer.body]).toEqual([404, { error: 'No endpoint found for route' }])
    }
  })

  test.each([
    ['throws', 'GET', '/throws', undefined],
    ['makes a call that is refused', 'POST', '/silent', { id: '5'.repeat(24) }],
    ['lacks a parameter', 'POST', '/silent', {}],
  ])(
    'whose flow %s, and does not reply, is answered 500 with its ID, and nothing else',
    async (_how, method, path, body) => {
      const answer = await request(`${flowpot.experience}${path}`, { method, ...(body ? { body } : {}) })
      const requestId = answer.headers.get('x-request-id')
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
      expect([answer.status, answer.body]).toEqual([
        500,
        { error: 'Internal Server Error', code: 'RUN_FAILED', requestId },
      ])
      expect(JSON.stringify(answer.body)).not.toMatch(revealing)
      // The log has the cause, under the same ID.
      expect(await flowpot.stderr.until(new RegExp(`^.*${requestId}.*\\n`, 'm'))).toContain(requestId)
    },
  )

  test('with a malformed URL is answered 400 or 404, as JSON', async () => {
    for (const path of ['/%', '/%zz', '/%c0%ae', '/%ff', '/a/../../etc/passwd', '//', '/\\', '/?%', '/%00']) {
      const reply = await exchange(echo, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
      expect(reply).toMatch(
        /^HTTP\/1\.1 (400|404) .*\r\n\r\n\{"error":"[^"]+"(?:,"code":"HTTP_\w+","requestId":"[^"]+")?\}$/s,
      )
      expect(reply).not.toMatch(revealing)
    }
  })
})

describe('At the level of bytes,', () => {
  const get = (...headers: readonly string[]) =>
    `${['POST /echo HTTP/1.1', 'host: localhost', 'connection: close', 'content-length: 1', ...headers].join('\r\n')}\r\n\r\n1`

  test.each([
    ['a header of 100 KB', get(`x-big: ${'x'.repeat(100_000)}`), 431],
    ['10,000 parameters in a query', get().replace('/echo', `/echo?${'a=1&'.repeat(10_000)}`), 431],
    ['parameters in a query that just fit', get().replace('/echo', `/echo?${'a&'.repeat(7_000)}`), 200],
    ['1,000 headers', get(...Array.from({ length: 1_000 }, (_, n) => `x-${n}: 1`)), 200],
    ['a header twice', get('x-a: 1', 'x-a: 2', 'content-type: text/plain', 'content-type: application/json'), 200],
    ['two lengths', get('content-length: 2'), 400],
    ['a length and chunks', get('transfer-encoding: chunked'), 400],
    ['a length that is none', 'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n', 400],
    ['a header without a name', get(': x'), 400],
    ['a header over two lines', get('x-a: 1\r\n y'), 400],
    ['no host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['no HTTP at all', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n', 400],
  ])('%s is answered', async (_what, bytes, status) => {
    for (const url of [echo, devices]) {
      const reply = await exchange(url, bytes)
      // Where the REST API has no such route, it says so or asks for a token.
      expect(Number(reply.slice('HTTP/1.1 '.length, 12))).toBeOneOf(
        url === devices && status === 200 ? [404] : [status],
      )
      expect(reply).not.toMatch(revealing)
    }
  })

  test('garbage after a request ends the connection, after the reply', async () => {
    const good = 'GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n'
    const replies = (await exchange(echo, `${good}garbage\r\n\r\n${good}`)).split(/(?=HTTP\/1\.1 )/)
    expect(replies.map((reply) => reply.slice(0, 12))).toEqual(['HTTP/1.1 404', 'HTTP/1.1 400'])
  })

  test('a hundred silent connections keep nobody out', async () => {
    const port = Number(new URL(echo).port)
    const silent = Array.from({ length: 100 }, () => connectToPort(port))
    await Promise.all(silent.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))))
    expect((await request(echo, { method: 'POST', body: 1 })).status).toBe(200)
    for (const { socket } of silent) socket.destroy()
  })
})
