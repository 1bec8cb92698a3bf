/** What leaves the process in a dry run, and in one that is live. */
import { readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type RunOptions, run } from '../../../cli/run.ts'
import { callCommand } from '../../cli/call-command.ts'
import { temporaryFolder } from '../../e2e/flowpot-process.ts'

/** Waits, asks, then sends a form, a mail and a message in branches that run at once. */
const outward = (host: string) => `name: Outward
on: { button: go }
nodes:
  - { id: wait, type: delay, seconds: 59 }
  - id: ask
    type: http
    method: POST
    url: http://${host}/pots?token=<< data.body.secret >>&n=1
    headers: { Authorization: << data.body.secret >> }
    body: { password: << data.body.secret >>, n: 1 }
    result: data.asked
  - { id: fork, type: debug, property: data.n, next: [ form, mail ] }
  - id: form
    type: http
    method: POST
    url: http://${host}/form
    form: { password: << data.body.secret >>, n: 1 }
    result: data.form
    then: end
  - id: mail
    type: email
    to: Ada <ada@lom.example>
    subject: Dry
    text: Water it.
  - id: say
    type: mqtt
    topic: a/b
    message: { token: << data.body.secret >>, n: 1 }
`

const failing = `name: Failing
on: { button: go }
nodes:
  - id: ask
    type: http
    url: << data.body.url >>
    result: data.asked
    else: mail
    then: mail
  - id: mail
    type: email
    to: << data.body.to >>
    subject: x
    text: x
`

interface Result {
  readonly ok: boolean
  readonly visits: { id: string; output: string | null; ms: number }[]
  readonly calls: { visit: number; call: string; params: object; outcome: object; sent?: boolean }[]
  readonly payload: { data: Record<string, unknown> }
  readonly error: { message: string } | null
}

const secret = 'hunter2'
const body = JSON.stringify({ secret })

let folder = { path: '', remove: async () => {} }
beforeAll(async () => {
  vi.stubEnv('DATABASE_URL', '')
  vi.stubEnv('FLOWPOT_LOG_LEVEL', 'silent')
  folder = await temporaryFolder()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await folder.remove()
})

async function call(files: Record<string, string>, flow: string, options: RunOptions) {
  const made = await temporaryFolder(files)
  onTestFinished(() => made.remove())
  return callCommand(() => run(join(made.path, flow), { trigger: 'go', ...options }))
}

async function callJson(files: Record<string, string>, flow: string, options: RunOptions): Promise<Result> {
  const { output } = await call(files, flow, { ...options, json: true })
  return JSON.parse(output)
}

/** Answers every request, and notes it. */
async function serve() {
  const seen: string[] = []
  const server = createServer(async (request, response) => {
    seen.push(`${request.method} ${request.url} ${Buffer.concat(await request.toArray())}`)
    response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': `a=${secret}` }).end('{"wet":true}')
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

describe('A dry run', () => {
  test('sends nothing and waits for nothing, and lists what would have been sent, without secrets', async () => {
    const { host, seen } = await serve()
    const { ok, visits, calls, payload } = await callJson({ 'f.yaml': outward(host) }, 'f.yaml', { body })
    expect(ok).toBe(true)
    expect(seen).toEqual([])
    expect(Math.max(...visits.map(({ ms }) => ms))).toBeLessThan(5000)
    const listed = calls.map(({ visit, ...made }) => ({ id: visits[visit]?.id, ...made }))
    const answered = { sent: false, outcome: { result: { status: 200, headers: {} } } }
    const done = { sent: false, outcome: { result: null } }
    expect(listed.sort((a, b) => String(a.id).localeCompare(String(b.id)))).toEqual([
      {
        id: 'ask',
        call: 'http',
        params: {
          method: 'POST',
          url: `http://${host}/pots?token=[redacted]&n=1`,
          headers: { 'content-type': 'application/json', authorization: '[redacted]' },
          body: { password: '[redacted]', n: 1 },
        },
        ...answered,
      },
      {
        id: 'form',
        call: 'http',
        params: {
          method: 'POST',
          url: `http://${host}/form`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: 'password=[redacted]&n=1',
        },
        ...answered,
      },
      {
        id: 'mail',
        call: 'mail',
        params: { to: ['Ada <ada@lom.example>'], subject: 'Dry', text: 'Water it.' },
        ...done,
      },
      { id: 'say', call: 'mqtt', params: { topic: 'a/b', message: { token: '[redacted]', n: 1 } }, ...done },
    ])
    expect(payload.data.asked).toMatchObject({ statusCode: 200, body: '' })
  })

  test('says plainly that it did not send', async () => {
    const { output } = await call({ 'f.yaml': outward('api.example') }, 'f.yaml', { body })
    expect(output).toMatch(/^ {2}ask +http .*\n(?: {6}.*\n)+ {6}not sent, and answered 200 without a body; --live/m)
    expect(output).toMatch(/^ {2}mail +email .*\n(?: {6}.*\n)+ {6}not sent; --live sends it$/m)
    expect(output).toMatch(/^ {2}say +mqtt .*\n(?: {6}.*\n)+ {6}not sent: that takes a server$/m)
    expect(output).not.toContain(secret)
  })

  test('refuses what could never be sent', async () => {
    const asked = { body: JSON.stringify({ url: 'ftp://ada:hunter2@api.example/', to: 'ada@lom.example\r\nBcc: eve' }) }
    const { calls, error } = await callJson({ 'f.yaml': failing }, 'f.yaml', asked)
    expect(calls).toMatchObject([
      { call: 'http', outcome: { error: { type: 'HTTP_URL_INVALID' } } },
      { call: 'mail', outcome: { error: { type: 'MAIL_INVALID' } } },
    ])
    expect(JSON.stringify(calls)).not.toContain(secret)
    expect(error?.message).toContain('is not one e-mail address')
  })
})

describe('A run that is live', () => {
  test('sends to hosts that application.yaml allows, and keeps mail where no server is set', async () => {
    const { host, seen } = await serve()
    const files = { 'application.yaml': `http: { allow: [ "${host}" ] }\nname: x\n`, 'f.yaml': outward(host) }
    const data = join(folder.path, 'sends')
    // The wait is the one thing that nobody wants to be real here.
    const quick = { ...files, 'f.yaml': files['f.yaml'].replace('seconds: 59', 'seconds: 0') }
    const { ok, calls } = await callJson(quick, 'f.yaml', { body, live: true, data })
    expect(ok).toBe(true)
    expect(seen.sort()).toEqual([
      `POST /form password=${secret}&n=1`,
      `POST /pots?token=${secret}&n=1 {"password":"${secret}","n":1}`,
    ])
    const [ask] = calls
    expect(ask).toMatchObject({
      sent: true,
      outcome: { result: { status: 200, headers: { 'set-cookie': '[redacted]' }, body: { wet: true } } },
    })
    expect(calls.map(({ call, sent }) => `${call} ${sent}`).sort()).toEqual([
      'http true',
      'http true',
      'mail true',
      'mqtt false',
    ])
    expect(await readdir(join(data, 'mail'))).toHaveLength(1)
  })

  test('lists what failed', async () => {
    const { host, seen } = await serve()
    const asked = { body: JSON.stringify({ url: `http://${host}/`, to: 'ada@lom.example' }) }
    const data = join(folder.path, 'fails')
    const { output } = await call({ 'f.yaml': failing }, 'f.yaml', { ...asked, live: true, data })
    expect(output).toMatch(/^ {6}failed \{.*\n?.*HTTP_ADDRESS_FORBIDDEN/m)
    expect(output).toMatch(/^ {6}sent$/m)
    expect(seen).toEqual([])
  })
})
