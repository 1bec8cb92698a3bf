import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Reply } from '../../../engine/services.ts'
import { fakeServer } from './fake-application.ts'

const bytes = Buffer.from([0, 255, 254, 128, 10, 1, 2, 3, 4, 5])
const image: Partial<Reply> = {
  headers: { 'content-type': 'image/png' },
  body: bytes.toString('base64'),
  encoding: 'base64',
}

describe('A reply of bytes', () => {
  let app = fakeServer({})
  afterEach(() => app.close())

  async function get(headers: Record<string, string> = {}, answer = image, method: 'GET' | 'HEAD' | 'POST' = 'GET') {
    app = fakeServer({ 'GET /': { answer: () => answer }, 'POST /': { answer: () => answer } })
    const reply = await app.inject({ method, url: '/', headers })
    return { status: reply.statusCode, headers: reply.headers, bytes: [...reply.rawPayload] }
  }

  test('sends them as they are, with their length', async () => {
    const reply = await get()
    expect([reply.status, reply.bytes]).toEqual([200, [...bytes]])
    expect(reply.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': '10',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
    })
    expect((await get({}, { body: '', encoding: 'base64' })).headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '0',
    })
  })

  test('sends HEAD the same headers', async () => {
    const [whole, head] = [await get(), await get({}, image, 'HEAD')]
    expect(head.status).toBe(200)
    for (const name of ['content-length', 'content-type', 'etag', 'accept-ranges'])
      expect([name, head.headers[name]]).toEqual([name, whole.headers[name]])
  })

  test.each([
    ['the first', 'bytes=0-1', [0, 255], 'bytes 0-1/10'],
    ['the last', 'bytes=-2', [4, 5], 'bytes 8-9/10'],
    ['those from one on', 'bytes=7-', [3, 4, 5], 'bytes 7-9/10'],
    ['more than there are', 'bytes=8-100', [4, 5], 'bytes 8-9/10'],
    ['two that touch', 'bytes=0-1,2-3', [0, 255, 254, 128], 'bytes 0-3/10'],
  ])('sends part of them: %s', async (_name, range, part, contentRange) => {
    const reply = await get({ range })
    expect([reply.status, reply.bytes]).toEqual([206, part])
    expect(reply.headers).toMatchObject({ 'content-range': contentRange, 'content-length': String(part.length) })
  })

  test.each(['bytes=10-', 'bytes=100-200', 'bytes=-0'])('has nothing to send of %s', async (range) => {
    const reply = await get({ range })
    expect([reply.status, reply.bytes, reply.headers['content-range']]).toEqual([416, [], 'bytes */10'])
  })

  test.each(['bytes=a-b', 'pots=0-1', 'bytes=0-0,5-6', `bytes=${'0-0,9-9,'.repeat(500)}0-0`, ''])(
    'sends all of them for %j',
    async (range) => {
      expect(await get({ range })).toMatchObject({ status: 200, bytes: [...bytes] })
    },
  )

  test('sends all of them to who has a part of other bytes', async () => {
    const { etag = '' } = (await get()).headers
    const range = 'bytes=0-1'
    expect((await get({ range, 'if-range': String(etag) })).status).toBe(206)
    expect((await get({ range, 'if-range': '"other"' })).status).toBe(200)
    expect((await get({ range, 'if-range': `W/${etag}` })).status).toBe(200)
  })

  test('sends nothing to who has them', async () => {
    const { etag = '' } = (await get()).headers
    for (const held of [String(etag), `"x", W/${etag}`, '*']) {
      const reply = await get({ 'if-none-match': held, range: 'bytes=0-1' })
      expect([reply.status, reply.bytes, reply.headers.etag]).toEqual([304, [], etag])
      expect(reply.headers).not.toHaveProperty('content-type')
    }
    expect((await get({ 'if-none-match': '"x"' })).status).toBe(200)
  })

  test('sends all of them to a POST, and with any status but 200', async () => {
    const { etag = '' } = (await get()).headers
    const headers = { 'if-none-match': String(etag), range: 'bytes=0-1' }
    expect(await get(headers, image, 'POST')).toMatchObject({ status: 200, bytes: [...bytes] })
    expect(await get(headers, { ...image, status: 404 })).toMatchObject({ status: 404, bytes: [...bytes] })
  })
})

describe('A reply that bears an etag or a date of its own', () => {
  let app = fakeServer({})
  afterEach(() => app.close())

  test.each([
    [{ etag: 'W/"1"' }, { 'if-none-match': '"1"' }, 304],
    [{ etag: '"1"' }, { 'if-none-match': '"2"' }, 200],
    [
      { 'last-modified': 'Mon, 01 Jun 2026 12:00:00 GMT' },
      { 'if-modified-since': 'Mon, 01 Jun 2026 12:00:00 GMT' },
      304,
    ],
    [
      { 'last-modified': 'Mon, 01 Jun 2026 12:00:01 GMT' },
      { 'if-modified-since': 'Mon, 01 Jun 2026 12:00:00 GMT' },
      200,
    ],
    [{}, { 'if-none-match': '*' }, 200],
  ])('%o is answered to %o by %d', async (own, headers, status) => {
    app = fakeServer({ 'GET /': { answer: () => ({ headers: own, body: { a: 1 } }) } })
    expect((await app.inject({ url: '/', headers })).statusCode).toBe(status)
  })
})

test.each<[string, Partial<Reply>]>([
  ['text', { body: 'ü€' }],
  ['bytes', { body: 'AP8=', encoding: 'base64' }],
  ['nothing', { status: 204 }],
])('A header in Latin-1 is that on the wire, next to a body of %s', async (_name, answer) => {
  const app = fakeServer({ 'GET /': { answer: () => ({ ...answer, headers: { 'x-plant': 'Grünlilie' } }) } })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const heard = await new Promise((resolve, reject) => {
    // Node.js reads headers as Latin-1.
    request({ port, host: '127.0.0.1' }, (response) => resolve(response.resume().headers['x-plant']))
      .on('error', reject)
      .end()
  })
  expect(heard).toBe('Grünlilie')
  await app.close()
})
