import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { createExperienceServer } from '../../../server/http/experience-server.ts'
import { quietServices } from '../../services.ts'

const flow = (name: string, on: string, limits = '') =>
  `name: ${name}\non: ${on}\n${limits}nodes: [ { type: reply, body: << data.body >> } ]\n`

let app: ReturnType<typeof createExperienceServer>

beforeAll(() => {
  const { application, problems } = loadSources([
    { file: 'application.yaml', text: 'name: limits\n' },
    { file: 'small.yaml', text: flow('small', '{ endpoint: POST /small }', 'limits: { bodyBytes: 10 }\n') },
    { file: 'none.yaml', text: flow('none', '{ endpoint: POST /none }', 'limits: { bodyBytes: 0 }\n') },
    { file: 'large.yaml', text: flow('large', '{ endpoint: POST /large }', 'limits: { bodyBytes: 1000000 }\n') },
    { file: 'hook.yaml', text: flow('hook', '{ webhook: hook, reply: true }', 'limits: { bodyBytes: 10 }\n') },
  ])
  if (!application) throw new Error(JSON.stringify(problems))
  expect(problems).toEqual([])
  const services = quietServices()
  app = createExperienceServer({
    application: () => application,
    applicationId: 'f'.repeat(24),
    users: { verifyToken: async () => null },
    devices: { verifyToken: async () => null },
    services: () => services,
    queue: async () => undefined,
    bodyLimitBytes: 100,
  })
})
afterAll(() => app.close())

const gzip = { 'content-encoding': 'gzip' }

test.each([
  ['as long as it may be', '/small', 'x'.repeat(10), {}, 200],
  ['a byte too long', '/small', 'x'.repeat(11), {}, 413],
  ['too long in bytes, not in characters', '/small', '€'.repeat(4), {}, 413],
  ['short only while it is compressed', '/small', gzipSync('x'.repeat(90)), gzip, 413],
  ['long only while it is compressed', '/small', gzipSync('x'), gzip, 200],
  ['too long for a webhook', '/webhooks/hook', 'x'.repeat(11), {}, 413],
  ['empty where none is allowed', '/none', '', {}, 200],
  ['there where none is allowed', '/none', 'x', {}, 413],
  ['longer than the settings allow, whatever the flow says', '/large', 'x'.repeat(101), {}, 413],
])('a body that is %s is answered as the limits of its flow say', async (_what, url, payload, headers, status) => {
  const reply = await app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'text/plain', ...headers },
    payload,
  })
  expect(reply.statusCode).toBe(status)
  if (status === 413) expect(reply.json().code).toBe('HTTP_BODY_TOO_LARGE')
})
