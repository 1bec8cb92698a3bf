/** Guessing passwords, and several people who sign up with one address, at the real process. */
import { setMaxListeners } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Flowpot, request, startFlowpot, temporaryFolder } from './flowpot-process.ts'
import { password } from './lom-client.ts'

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly ms: number
}

const administrator = { email: 'admin@lom.example', password: 'a long password' }
let folder = { path: '', remove: async () => {} }
let flowpot: Flowpot

beforeAll(async () => {
  folder = await temporaryFolder()
  const env = { FLOWPOT_ADMIN_EMAIL: administrator.email, FLOWPOT_ADMIN_PASSWORD: administrator.password }
  flowpot = await startFlowpot({ data: join(folder.path, 'data'), env })
})
afterAll(async () => {
  await flowpot.stop()
  await folder.remove()
})

/** Sends from one of this machine's addresses; the server takes each for another client. */
async function post(url: string, body: unknown, from: string, signal?: AbortSignal): Promise<Answer> {
  const started = performance.now()
  const sent = httpRequest(url, {
    method: 'POST',
    localAddress: from,
    headers: { 'content-type': 'application/json' },
    agent: false,
    ...(signal && { signal }),
  })
  const answered = new Promise<Answer>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (response) => {
      const { statusCode: status, headers } = response
      text(response).then((body) => resolve({ status, headers, body, ms: performance.now() - started }), reject)
    })
  })
  sent.end(JSON.stringify(body))
  return answered
}

const signIn = (email: string, guess: string, from: string) =>
  post(`${flowpot.experience}/auth`, { email, password: guess }, from)

async function signUp(email: string): Promise<void> {
  const answer = await request(`${flowpot.experience}/users`, { method: 'POST', body: { email, password } })
  expect(answer.status).toBe(201)
}

function expectTooMany({ status, headers, body }: Answer): void {
  expect(status).toBe(429)
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(15 * 60)
  expect(JSON.parse(body)).toMatchObject({ error: 'Too many attempts to sign in. Try again later.' })
}

/** The answer without what differs between any two replies. */
function comparable({ status, headers, body }: Answer): unknown {
  const { date: _, 'x-request-id': __, ...rest } = headers
  return { status, rest, body }
}

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0

test('An unknown address and a wrong password cannot be told apart', async () => {
  await signUp('known@lom.example')
  const wrong: Answer[] = []
  const unknown: Answer[] = []
  for (let n = 0; n < 5; n++) {
    wrong.push(await signIn('known@lom.example', 'wrong password', '127.0.0.2'))
    unknown.push(await signIn('nobody@lom.example', 'wrong password', '127.0.0.2'))
  }
  expect(new Set([...wrong, ...unknown].map((answer) => JSON.stringify(comparable(answer)))).size).toBe(1)
  expect([wrong[0]?.status, wrong[0]?.body]).toEqual([401, '{"error":"Unauthorized"}'])
  // A hash takes some hundred milliseconds. Without one, an answer would take about one, and the ratio would be in the hundreds.
  const ratio = median(unknown.map(({ ms }) => ms)) / median(wrong.map(({ ms }) => ms))
  expect(ratio).toBeGreaterThan(1 / 5)
  expect(ratio).toBeLessThan(5)
})

describe('Guessing is answered 429 with Retry-After', () => {
  test('for an account, wherever it comes from, and for nobody else', async () => {
    await signUp('ada@lom.example')
    await signUp('bob@lom.example')
    // More guesses at once than are allowed one by one.
    const guesses = await Promise.all(
      Array.from({ length: 15 }, (_, n) => signIn('Ada@lom.example', `guess ${n}`, '127.0.0.3')),
    )
    expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
    for (const { status } of guesses) expect([401, 429]).toContain(status)
    expectTooMany(await signIn('ada@lom.example', 'another', '127.0.0.3'))
    expectTooMany(await signIn('ada@lom.example', 'another', '127.0.0.4'))
    // The right password is not tried either, or an attacker would learn which one it is.
    expectTooMany(await signIn('ada@lom.example', password, '127.0.0.3'))
    expect(await signIn('bob@lom.example', password, '127.0.0.3')).toMatchObject({ status: 200 })
  })

  test('for an address that tries many names, and for no other address and no other kind of account', async () => {
    await signUp('carol@lom.example')
    // The administrator's password costs no hash.
    const signInAdministrator = (email: string, password: string, from: string) =>
      post(`${flowpot.platform}/auth/user`, { email, password }, from)
    const answers: Answer[] = []
    for (let n = 0; n < 100; n++) {
      answers.push(await signInAdministrator(`name-${n}@lom.example`, 'wrong password', '127.0.0.5'))
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    const over = await signInAdministrator(administrator.email, administrator.password, '127.0.0.5')
    expect([over.status, JSON.parse(over.body).type]).toEqual([429, 'TooManyRequests'])
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(0)
    expect(await signInAdministrator(administrator.email, administrator.password, '127.0.0.6')).toMatchObject({
      status: 200,
    })
    expect(await signIn('carol@lom.example', password, '127.0.0.5')).toMatchObject({ status: 200 })
  })

  test('also if the client claims to be somebody else', async () => {
    const sent = await request(`${flowpot.experience}/auth`, {
      method: 'POST',
      body: { email: 'ada@lom.example', password },
      headers: { 'x-forwarded-for': '10.1.2.3', forwarded: 'for=10.1.2.3' },
    })
    expect(sent.status).toBe(429)
  })
})

test('Of twenty who sign up with one address at once, one gets it', async () => {
  const emails = Array.from({ length: 20 }, (_, n) => (n % 2 ? 'RACE@lom.example' : 'race@lom.example'))
  const answers = await Promise.all(
    emails.map((email) => request(`${flowpot.experience}/users`, { method: 'POST', body: { email, password } })),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  for (const { status, body } of answers.filter(({ status }) => status !== 201)) {
    expect([status, body]).toEqual([409, { error: 'Email already exists.' }])
  }
  const users = `${flowpot.platform}/applications/${flowpot.applicationId}/experience/users?emailFilter=race*`
  const list = await request(users.split('?')[0] ?? '', { token: String(flowpot.adminToken) })
  const { items } = list.body as { items: { email: string }[] }
  expect(items.filter(({ email }) => email.toLowerCase() === 'race@lom.example')).toHaveLength(1)
})

test('Eighty sign-ups at once from one address keep nobody elsewhere from signing in', async () => {
  await signUp('dora@lom.example')
  const refused: Answer[] = []
  const isOver = new AbortController()
  setMaxListeners(80, isOver.signal)
  for (let n = 0; n < 80; n++) {
    const body = { email: `flood-${n}@lom.example`, password }
    post(`${flowpot.experience}/users`, body, '127.0.0.7', isOver.signal).then(
      (answer) => answer.status !== 201 && refused.push(answer),
      () => {},
    )
  }
  // The flood has the process before any of these, and waits for its hashes far longer than they do.
  expect(await signIn('dora@lom.example', password, '127.0.0.8')).toMatchObject({ status: 200 })
  expect(await signIn('dora@lom.example', password, '127.0.0.9')).toMatchObject({ status: 200 })
  expect(refused.length).toBeGreaterThan(40)
  for (const { status } of refused) expect(status).toBe(503)
  isOver.abort()
})
