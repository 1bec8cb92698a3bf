/** Nothing that is kept of a run holds a secret. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { secretNames } from '../../../engine/secret-names.ts'
import { openTemporaryStore } from '../../../platform/store/open-store.ts'
import { createRecorder } from '../../../server/recorder/recorder.ts'
import { createRedactor } from '../../../server/recorder/redact.ts'
import { takeSnapshot } from '../../../server/recorder/snapshot.ts'
import { limits, load, recordRun, request } from './recorded-run.ts'

const secret = 'hunter2-correct+horse/"battery"=='

function redactAlone(value: Parameters<ReturnType<typeof createRedactor>['redact']>[0]): string {
  const redactor = createRedactor(secretNames)
  redactor.learn(value)
  return JSON.stringify(redactor.redact(value))
}

describe('a secret is taken out', () => {
  test.each([
    ['authorization', 'Authorization', 'proxy-authorization', 'authorisation'],
    ['cookie', 'set-cookie', 'cookies', 'sessionCookie'],
    ['password', 'Password', 'newPassword', 'passwordConfirmation', 'passwd', 'pwd', 'passphrase', 'db_password'],
    ['secret', 'accessSecret', 'client_secret', 'secretKey', 'SECRETS'],
    ['token', 'accessToken', 'refresh_token', 'tokens', 'X-Auth-Token', 'idToken', 'jwt'],
    [
      'apiKey',
      'api_key',
      'x-api-key',
      'API key',
      'privateKey',
      'signing-key',
      'credentials',
      'sessionId',
      'otp',
      'pin',
    ],
  ])('under a key such as %s', (...names) => {
    for (const name of names) {
      expect(redactAlone({ [name]: secret, a: { [name]: [secret, { deep: secret }] } }), name).not.toContain('hunter2')
      expect(
        redactAlone({ tags: [{ key: name, value: secret }], list: [{ name, value: secret }] }),
        name,
      ).not.toContain('hunter2')
    }
  })

  test.each([
    ['said in a sentence', `Your password is ${secret}.`],
    ['in a URL', `https://shop.example/?t=${encodeURIComponent(secret)}`],
    ['in a URL that encodes letters too', `/reset/%68unter2${encodeURIComponent(secret.slice(7)).replace('-', '%2d')}`],
    ['within JSON', JSON.stringify({ body: secret })],
    [
      'within JSON within JSON',
      JSON.stringify({ body: JSON.stringify({ x: 'hunter2' }) }).replace(
        'hunter2',
        JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
      ),
    ],
    ['in Base64', Buffer.from(secret).toString('base64')],
    ['as bytes', new TextEncoder().encode(`x=${secret}`)],
  ])('wherever else it stands in the run: %s', (_, where) => {
    const text = redactAlone({
      body: { password: secret },
      elsewhere: where,
      [typeof where === 'string' ? where : 'key']: 1,
    })
    expect(text).not.toContain('unter2')
    expect(text).not.toContain(Buffer.from(secret).toString('base64'))
  })

  test.each([
    ['Authorization: Bearer abcdefghijkl'],
    ['got Bearer abcdefghijkl'],
    ['Basic dXNlcjphYmNkZWZnaGlqa2w='],
    ['eyJhbGciOiJIUzI1NiJ9.abcdefghijkl.abcdefghijkl'],
    ['https://user:abcdefghijkl@example.com/'],
    ['/callback?access_token=abcdefghijkl&x=1'],
    ['{"user":"ada","password":"abcdefghijkl"}'],
    ["{'clientSecret': 'abcdefghijkl'}"],
    ['password=abcdefghijkl; path=/'],
    [String.raw`{\"token\":\"abcdefghijkl\"}`],
    ['of-eyJhbGciOiJIUzI1NiJ9.abcdefghijkl.abcdefghijkl'],
    ['{"password":"abcdefghijkl'],
    ['your API key: abcdefghijkl'],
    ['/file?X-Amz-Signature=abcdefghijkl&x=1'],
    ['{"awsAccessKey":"abcdefghijkl"}'],
    ['Clé: x, contraseña: abcdefghijkl'],
  ])('that a text shows to be one: %s', (text) => {
    const out = redactAlone({ text })
    expect(out).not.toContain('abcdefghijkl')
    expect(out).toContain('[redacted]')
    expect(redactAlone(JSON.parse(out))).toBe(out)
  })

  test('that was cut in two with the text that it stood in', () => {
    const text = `${'x'.repeat(32 * 1024 - 8)}hunter2hunter2${'x'.repeat(99)}`
    const budget = { bytes: 1_000_000, comparisons: 0, isCut: false }
    const out = redactAlone(takeSnapshot({ password: 'hunter2hunter2', text }, budget))
    expect(out).toContain('xxxx')
    expect(out).not.toContain('hunt')
  })

  test.each([
    ['Signature: invalid, first pass: ok, the session: Yoga'],
    ['token count: 12, cookie banner: shown'],
    ['{"publicKey":"abc","keyCode":"KeyA","statusCode":"404"}'],
    ['http://127.0.0.1:8080/a:b?key=5'],
  ])('unless the text only speaks of one: %s', (text) => {
    expect(JSON.parse(redactAlone({ text }))).toEqual({ text })
  })

  test('under a name that may mean something else, where it is a text', () => {
    const value = { session: { title: 'Yoga' }, deployKey: { id: 'a' }, accessKey: { key: 'b' }, sessions: ['Yoga'] }
    expect(JSON.parse(redactAlone(value))).toEqual(value)
    const secrets = { session: 'hunter2', deployKeys: ['hunter2', 'hunter22'], nested: { signature: 'hunter2' } }
    expect(redactAlone(secrets)).not.toContain('hunter2')
  })

  test('and what is none stays', () => {
    const value = {
      id: 'a',
      tokenTtlSeconds: 3600,
      hasPassword: true,
      password: '',
      cookies: {},
      key: 'k',
      text: 'a: b',
    }
    expect(JSON.parse(redactAlone(value))).toEqual(value)
  })

  test('from any place of a payload', () => {
    fc.assert(
      fc.property(
        fc.object({ maxDepth: 4 }),
        fc.constantFrom('password', 'Authorization', 'x-api-key'),
        (other, name) => {
          // As a payload is: data alone.
          const value = JSON.parse(
            JSON.stringify({
              other,
              at: { [name]: 'hunter2hunter2' },
              copies: ['hunter2hunter2', { x: 'hunter2hunter2' }],
            }),
          )
          expect(redactAlone(value)).not.toContain('hunter2')
        },
      ),
    )
  })
})

const flow = `name: Flow
on: { endpoint: POST /flow }
nodes:
  - { type: debug, message: "Got << data.body.password >>" }
  - { type: api, call: applicationKeys.post, with: { applicationKey: { description: << data.body.password >> } }, result: working.key }
  - { type: generate-id, result: working.resetToken }
  - { type: http, url: 'https://shop.example/?token=<< data.body.password >>', headers: { x-api-key: << data.body.password >> }, result: working.answer }
  - { type: mutate, rules: [ { set: working.note, to: "<< working.key.result.secret >> and << data.headers.authorization >>" } ] }
  - { type: throw, message: "No luck with << data.body.password >> and << working.resetToken >>" }
`
const data = () => ({
  body: { password: 'hunter2hunter2' },
  headers: { authorization: 'Bearer tokentokentoken', cookie: 'session=cookiecookie' },
  cookies: { session: 'cookiecookie' },
  query: { apiKey: 'keykeykeykey' },
})
const services = {
  clock: { now: () => Date.now() },
  api: async () => ({ result: { key: 'public', secret: 'devicesecret' } }),
  http: async () => ({
    status: 200,
    headers: { 'set-cookie': ['a=answercookie; Path=/'] },
    body: Buffer.from('{"refresh_token":"answertoken","bare":"hunter2hunter2"}'),
  }),
  random: { bytes: (length: number) => new Uint8Array(length).fill(0xab) },
}
const secrets = /hunter2|tokentokentoken|cookiecookie|keykeykeykey|devicesecret|answercookie|answertoken|abababab/

describe('of a run', () => {
  test('nothing is kept that stands under a name which its application gives', async () => {
    const text =
      'name: Flow\non: { endpoint: POST /flow }\nnodes:\n  - { type: debug, message: "Plate << data.body.plateNumber >>" }\n  - { type: reply }\n'
    const application = load(text, { 'application.yaml': 'name: a\nsecretNames: [ plate_number ]\n' })
    const record = await recordRun(application, { body: { plateNumber: 'KN-ABC-42', note: 'KN-ABC-42 is here' } })
    expect(JSON.stringify(record)).not.toContain('KN-ABC-42')
    expect(record.visits[0]?.logs[0]?.message).toBe('Plate [redacted]')
  })

  test('nothing that is recorded holds a secret, not even the random bytes that one was made of', async () => {
    const record = await recordRun(load(flow), data(), services)
    expect(record.visits).toHaveLength(6)
    expect(record.isRedacted).toBe(true)
    expect(record.random).toEqual(['[redacted]'])
    expect(JSON.stringify(record)).not.toMatch(secrets)
  })

  test('no secret comes to memory, store or those who watch, with or without a trace', async () => {
    const store = await openTemporaryStore()
    const platform = {
      store,
      clock: { now: () => Date.now() },
      log: { error: (details: unknown) => expect(details).toBeUndefined() },
    }
    const bounds = { runsOfFlow: 5, bytes: 1_000_000, ms: 1_000_000 }
    const recorder = createRecorder({ platform, mode: 'failed', bounds, settings: limits })
    const application = recorder.record(load(flow))
    const run = (id: string) => application.start({ ...request(application, data(), services), id }).done
    const seen: unknown[] = []
    await run('first')
    recorder.watchRuns((kept) => seen.push(kept))
    recorder.watchLogs((message) => seen.push(message))
    await run('second')
    await recorder.close()
    expect(seen.length).toBeGreaterThan(1)
    const rows = await store.read.selectFrom('recorded_runs').selectAll().orderBy('id').execute()
    expect(rows.map(({ id, record }) => [id, JSON.parse(record).isTraced])).toEqual([
      ['first', false],
      ['second', true],
    ])
    const found = [await recorder.find('first'), await recorder.find('second'), await recorder.list({ limit: 9 })]
    expect(JSON.stringify([seen, rows, found])).not.toMatch(secrets)
    await store.close()
  })
})
