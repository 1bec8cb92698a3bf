import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadSources } from '../../server/compose/load-folder.ts'
import { createExperienceServer } from '../../server/http/experience-server.ts'
import { createScriptPool } from '../../server/sandbox/script-pool.ts'
import { quietServices } from '../services.ts'

const page = readFileSync(new URL('../../docs/guide/webhooks.md', import.meta.url), 'utf8')
const recipes = [...page.matchAll(/```yaml\n(name: (\w+)\n[\s\S]*?)```/g)].map(([, text = '', name = '']) => ({
  name: name.toLowerCase(),
  text,
}))

const now = Date.UTC(2026, 5, 1, 12)
const key = 'a secret of the test alone'

interface Signing {
  readonly body: string | Buffer
  readonly url: string
  readonly secret: string
  readonly time: number
}

function hmac(secret: string, algorithm: string, encoding: 'hex' | 'base64', ...parts: readonly (string | Buffer)[]) {
  const made = createHmac(algorithm, secret)
  for (const part of parts) made.update(part)
  return made.digest(encoding)
}

/** What each service sends along, by its own documentation. */
const signers: Readonly<Record<string, (signing: Signing) => Record<string, string>>> = {
  github: ({ body, secret }) => ({ 'x-hub-signature-256': `sha256=${hmac(secret, 'sha256', 'hex', body)}` }),
  shopify: ({ body, secret }) => ({ 'x-shopify-hmac-sha256': hmac(secret, 'sha256', 'base64', body) }),
  slack: ({ body, secret, time }) => ({
    'x-slack-request-timestamp': String(time / 1000),
    'x-slack-signature': `v0=${hmac(secret, 'sha256', 'hex', `v0:${time / 1000}:`, body)}`,
  }),
  stripe: ({ body, secret, time }) => ({
    'stripe-signature': `t=${time / 1000},v1=${'0'.repeat(64)},v1=${hmac(secret, 'sha256', 'hex', `${time / 1000}.`, body)},v0=x`,
  }),
  hubspot: ({ body, secret, time, url }) => ({
    'x-hubspot-request-timestamp': String(time),
    'x-hubspot-signature-v3': hmac(
      secret,
      'sha256',
      'base64',
      `POSThttps://pots.example.com${url}`,
      body,
      String(time),
    ),
  }),
  twilio: ({ body, secret, url }) => {
    const fields = [...new URLSearchParams(body.toString())].sort(([a], [b]) => (a < b ? -1 : 1))
    const text = `https://pots.example.com${url}${fields.flat().join('')}`
    return { 'x-twilio-signature': hmac(secret, 'sha1', 'base64', text) }
  },
}

const json = 'application/json'
/** Bodies that no JSON made of what was parsed would be equal to. */
const bodies: readonly (readonly [string, string | Buffer])[] = [
  [json, '{"a": 1.0, "b":"\\u00e9\\/ü€", "2":1, "1":2, "a":3}\r\n'],
  [json, '\uFEFF{"id":8202522731445525542}'],
  ['application/x-www-form-urlencoded', 'payload=%7B%22a%22%3A1%7D&text=gr%C3%BC%C3%9Fe+from+a+pot&Body=x'],
]
const binary = ['application/octet-stream', Buffer.from([0, 255, 254, 128, 10])] as const

describe('a recipe for the signature of', () => {
  const scripts = createScriptPool({ timeoutMs: 30_000, memoryMb: 64 })
  let app: ReturnType<typeof createExperienceServer>

  beforeAll(() => {
    vi.stubEnv('WEBHOOK_KEY', key)
    const secrets = recipes.map(({ name }) => `  ${name}: { env: WEBHOOK_KEY }`)
    const { application, problems } = loadSources([
      { file: 'application.yaml', text: `name: hooks\nsecrets:\n${secrets.join('\n')}\n` },
      ...recipes.map(({ name, text }) => ({ file: `${name}.yaml`, text })),
    ])
    if (!application) throw new Error(JSON.stringify(problems))
    expect(problems).toEqual([])
    const services = quietServices({ clock: { now: () => now }, script: scripts.run })
    app = createExperienceServer({
      application: () => application,
      applicationId: 'f'.repeat(24),
      users: { verifyToken: async () => null },
      devices: { verifyToken: async () => null },
      services: () => services,
      queue: async () => undefined,
    })
  })

  afterAll(async () => {
    await app.close()
    await scripts.close()
    vi.unstubAllEnvs()
  })

  async function statusOf(
    name: string,
    [type, body]: readonly [string, string | Buffer],
    { sent = body, secret = key, time = now } = {},
  ) {
    const url = `/webhooks/${name}?pot=${encodeURIComponent('Fern')}&n=1`
    const headers = { 'content-type': type, ...signers[name]?.({ body, url, secret, time }) }
    return (await app.inject({ method: 'POST', url, headers, payload: sent })).statusCode
  }

  test('every service is on the page', () => {
    expect(recipes.map(({ name }) => name).sort()).toEqual(Object.keys(signers).sort())
  })

  test.each(recipes.map(({ name }) => name))('%s lets in what was signed, and nothing else', async (name) => {
    const own = name === 'twilio' ? bodies.slice(2) : bodies
    for (const body of own) {
      expect([body[1], await statusOf(name, body)]).toEqual([body[1], expect.toSatisfy((status) => status < 300)])
      expect(await statusOf(name, body, { sent: `${body[1]}&x=1`.replace(/^(\W*\{.*)&x=1$/s, '$1 ') })).toBe(401)
      expect(await statusOf(name, body, { secret: 'another' })).toBe(401)
    }
    expect((await app.inject({ method: 'POST', url: `/webhooks/${name}`, payload: 'x' })).statusCode).toBe(401)
  })

  test.each(['slack', 'stripe', 'hubspot'])('%s turns away what is older than five minutes', async (name) => {
    const [body] = bodies
    if (body === undefined) throw new Error('There is no body.')
    expect(await statusOf(name, body, { time: now - 299_000 })).toBeLessThan(300)
    expect(await statusOf(name, body, { time: now - 301_000 })).toBe(401)
  })

  test.each(['github', 'shopify'])('%s takes bytes that are no text', async (name) => {
    expect(await statusOf(name, binary)).toBeLessThan(300)
    expect(await statusOf(name, binary, { sent: Buffer.from([0, 255, 254, 129, 10]) })).toBe(401)
  })
})
