import { describe, expect, it } from 'vitest'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { createExperienceServer } from '../../../server/http/experience-server.ts'
import { quietServices } from '../../services.ts'

const flows = `name: Hooks
on:
  - webhook: told
  - { webhook: asked, reply: true, then: answer }
  - { endpoint: 'GET /webhooks/{name}', then: answer }
nodes:
  - { type: debug, message: told, next: end }
  - id: answer
    type: reply
    body: { data: << data >>, relay: << relayType >>, by: << triggerId >> }
`

function serve(queue: (name: string, data: unknown) => Promise<void>) {
  const { application, problems } = loadSources([{ file: 'hooks.yaml', text: flows }])
  if (!application) throw new Error(JSON.stringify(problems))
  return createExperienceServer({
    application: () => application,
    applicationId: 'f'.repeat(24),
    users: { verifyToken: async () => null },
    devices: { verifyToken: async () => null },
    services: () => quietServices(),
    queue: (webhook, data) => queue(webhook.spec.name, data),
  })
}

describe('a webhook', () => {
  const queued: { name: string; data: unknown }[] = []
  const app = serve(async (name, data) => void queued.push({ name, data }))

  it('is answered once its run is written down', async () => {
    const response = await app.inject({
      method: 'PUT',
      url: '/webhooks/told/transition/up?location=52',
      headers: { cookie: 'a=b', 'content-type': 'application/json' },
      payload: '{"name":"Jane"}',
    })
    expect([response.statusCode, response.json()]).toEqual([200, { success: true }])
    expect(queued).toEqual([
      {
        name: 'told',
        data: {
          body: { name: 'Jane' },
          headers: expect.objectContaining({ 'x-forwarded-for': '127.0.0.1' }),
          method: 'put',
          path: '/transition/up',
          query: { location: '52' },
        },
      },
    ])
    expect(queued[0]?.data).not.toHaveProperty('headers.cookie')
  })

  it('that waits is answered by its flow', async () => {
    const response = await app.inject({ method: 'GET', url: '/webhooks/asked' })
    expect(response.json()).toMatchObject({
      data: { method: 'get', path: '/', body: null, replyId: expect.any(String) },
      relay: 'public',
      by: 'asked',
    })
  })

  it.each([
    ['malformed JSON', { payload: '{"a":', headers: { 'content-type': 'application/json' } }, 400],
    ['a body that is too large', { payload: 'x'.repeat(2 ** 20 + 1), headers: { 'content-type': 'text/plain' } }, 413],
    ['an encoding', { payload: 'x', headers: { 'content-encoding': 'compress', 'content-type': 'text/plain' } }, 415],
  ])('refuses %s', async (_title, request, status) => {
    const response = await app.inject({ method: 'POST', url: '/webhooks/told', ...request })
    expect(response.statusCode).toBe(status)
    expect(response.json()).toHaveProperty('error')
  })

  it('leaves other addresses to the endpoints', async () => {
    expect((await app.inject({ method: 'GET', url: '/webhooks/other' })).json()).toMatchObject({
      data: { params: { name: 'other' } },
    })
    expect((await app.inject({ method: 'POST', url: '/webhooks/other' })).statusCode).toBe(405)
    expect((await app.inject({ method: 'POST', url: '/webhooks/' })).statusCode).toBe(404)
  })

  it('is not acknowledged where its run cannot be written down', async () => {
    const broken = serve(() => Promise.reject(new Error('The disk is full.')))
    const response = await broken.inject({ method: 'POST', url: '/webhooks/told' })
    expect(response.statusCode).toBe(500)
    expect(response.body).not.toContain('disk')
  })
})
