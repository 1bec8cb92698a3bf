/** Tests that are made of recorded runs. With a real server: test/e2e/test-from-run.test.ts. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type FromRunOptions, testFromRun } from '../../../cli/test-from-run.ts'
import type { Services } from '../../../engine/services.ts'
import { loadFolder } from '../../../server/compose/load-folder.ts'
import { openTemporaryPlatform } from '../../../server/compose/open-platform.ts'
import { createServices } from '../../../server/compose/services.ts'
import { createRecorder } from '../../../server/recorder/recorder.ts'
import type { RunRecord } from '../../../server/recorder/run-record.ts'
import { readSettings } from '../../../server/settings.ts'
import { createAsker, type Question, signIn } from '../../../workbench/dry-run/ask.ts'
import { dryEffects } from '../../../workbench/dry-run/dry-effects.ts'
import { runTests } from '../../../workbench/testing/run-tests.ts'
import { callCommand } from '../../cli/call-command.ts'
import { temporaryFolder } from '../../e2e/flowpot-process.ts'

const settings = readSettings({}, {})
const folders: { remove(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => folder.remove()))
})

interface Served {
  ask(question: Question): Promise<unknown>
  /** Fires the flow's trigger of this type. */
  fire(type: string, data: unknown): Promise<unknown>
  readonly services: Services
}

/** Serves the flow, and gives the folder and the record of the last run that it began. */
async function record(flow: string, use: (served: Served) => Promise<unknown>, effects: Partial<Services> = {}) {
  const folder = await temporaryFolder({
    'application.yaml': 'name: pots\nseeds: { groups: [ { name: admins } ] }\n',
    'pots.yaml': `name: Pots\n${flow}`,
  })
  folders.push(folder)
  const { application, problems } = await loadFolder(folder.path)
  if (!application) throw new Error(problems.map(({ message }) => message).join('\n'))
  const { platform, close } = await openTemporaryPlatform(application, settings)
  const bounds = { runsOfFlow: 5, bytes: 1e6, ms: 3_600_000 }
  const recorder = createRecorder({ platform, mode: 'all', bounds, settings })
  const services = { ...createServices(platform, dryEffects(application).effects)('127.0.0.1'), ...effects }
  const recorded = recorder.record(application)
  const asker = createAsker(() => recorded, services, platform)
  try {
    const fire = (type: string, data: unknown) => {
      const trigger = recorded.triggers.find((candidate) => candidate.type === type)
      if (!trigger) throw new Error(`There is no ${type}.`)
      const { applicationId } = platform
      return recorded.start({ trigger, id: 'run-1', applicationId, data, services, log: () => undefined }).done
    }
    await use({ ask: asker.ask, fire, services })
    await recorded.whenIdle()
    const [run] = await recorder.list({ limit: 1 })
    const found: RunRecord = JSON.parse((await recorder.find(run?.id ?? '')) ?? 'null')
    return { folder: folder.path, record: found }
  } finally {
    await asker.close()
    await recorder.close()
    await close()
  }
}

async function make(folder: string, record: unknown, options: Partial<FromRunOptions> = {}) {
  const file = join(folder, 'run.json')
  await writeFile(file, JSON.stringify(record))
  return callCommand(() => testFromRun(folder, { fromRun: file, ...options }))
}

const testsOf = (folder: string) => readFile(join(folder, 'pots.test.yaml'), 'utf8')

/** The test that is made, which passes. */
async function made(flow: string, use: (served: Served) => Promise<unknown>, effects: Partial<Services> = {}) {
  const { folder, record: run } = await record(flow, use, effects)
  expect(await make(folder, run)).toMatchObject({ code: 0, errors: '' })
  const { results, problems } = await runTests({ folder, flowId: undefined, filter: undefined }, settings)
  expect({ problems, failures: results.map(({ failure }) => failure) }).toEqual({ problems: [], failures: [undefined] })
  return testsOf(folder)
}

const post = (body: unknown, more: Partial<Question> = {}) => ({ method: 'POST', url: '/pots', body, ...more })
const on = (more = '') => `on: { endpoint: POST /pots${more} }\nnodes:\n`
const echo = '  - { id: answer, type: reply, body: << data.body >> }\n'

describe('the test of a run', () => {
  test('asks with the query, the headers and the texts that came in', async () => {
    const text = await made(
      `${on()}  - { id: answer, type: reply, body: { said: << data.body >>, q: << data.query >>, kind: << data.headers.x-kind >>, lang: << data.cookies.lang >> } }\n`,
      ({ ask }) =>
        ask({
          method: 'POST',
          url: '/pots?a=1&a=2&b=%26%20c',
          headers: { 'content-type': 'text/plain', 'x-kind': 'fern', cookie: 'lang=de' },
          body: 'a: b\n- {{ c }} << d',
        }),
    )
    expect(text).toContain('path: /pots?a=1&a=2&b=%26+c\n')
    expect(text).toMatch(/x-kind: fern\n/)
  })

  test('sends what a form said', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const text = await made(on() + echo, ({ ask }) => ask(post('name=Fern&litres=2', { headers })))
    expect(text).toMatch(/body:\n {6}name: Fern\n {6}litres: "2"\n {2}expect/)
  })

  test('asks as a user of the group that is let in', async () => {
    const text = await made(
      `on:\n  endpoint: POST /pots\n  access: { groups: [ admins ] }\nnodes:\n${echo}`,
      async (served) => {
        const { services, ask } = served
        const token = await signIn(services, 'ada@lom.example', 'user:')
        const { result } = (await services.api('experienceGroups.get', {})) as { result: { items: { id: string }[] } }
        const id = result.items[0]?.id
        await services.api('experienceUser.patch', {
          experienceUserId: 'ada@lom.example',
          experienceUser: { experienceGroupIds: [id] },
        })
        await ask(post({ a: 1 }, { token }))
      },
    )
    expect(text).toMatch(/seed:\n {4}users:\n {6}- email: ada@lom\.example\n {8}groups:\n {10}- admins\n/)
  })

  test('asks as the device that asked', async () => {
    const text = await made(
      `on: { endpoint: POST /pots, access: device }\nnodes:\n  - { id: answer, type: reply, body: << experience.device.name >> }\n`,
      async ({ services, ask }) => {
        const call = async (name: string, params: Record<string, unknown>): Promise<Record<string, unknown>> => {
          const outcome = await services.api(name, params)
          if ('error' in outcome) throw new Error(outcome.error.message)
          return outcome.result as Record<string, unknown>
        }
        const { deviceId } = await call('devices.post', { device: { name: 'Fern' } })
        const { key, secret } = await call('applicationKeys.post', { applicationKey: { deviceIds: [deviceId] } })
        const { token } = await call('auth.authenticateDevice', { credentials: { deviceId, key, secret } })
        await ask(post({}, { token: String(token) }))
      },
    )
    expect(text).toMatch(/call: auth\.authenticateDevice.*authorization: Bearer << saved\.token >>.*body: Fern\n/s)
  })

  test('calls a webhook at its address', async () => {
    const text = await made(
      'on: { webhook: shop, reply: true }\nnodes:\n  - { id: answer, type: reply, body: { path: << data.path >>, got: << data.body >> } }\n',
      ({ ask }) => ask({ method: 'PUT', url: '/webhooks/shop/orders?n=1', body: { token: 'abcdefgh1234', n: 1 } }),
    )
    expect(text).toMatch(/path: \/webhooks\/shop\/orders\?n=1\n {4}body:\n {6}token: made-up-for-this-test/)
    expect(text).toMatch(/got:\n {8}token: !any\n/)
  })

  test('answers each call of a loop as it was answered', async () => {
    let number = 0
    const http: Services['http'] = async () => ({
      status: 200,
      headers: { 'content-type': 'application/json', date: 'today', link: 'next' },
      body: Buffer.from(JSON.stringify({ number: ++number })),
    })
    const text = await made(
      `${on()}  - id: each
    type: loop
    over: << data.body >>
    item: working.one
    collect: << working.answer.body.number >>
    result: working.all
    do: [ { id: shop, type: http, url: "https://shop.example/<< working.one.value >>", result: working.answer } ]
  - { type: reply, body: << working.all >> }
`,
      ({ ask }) => ask(post(['a', 'b'])),
      { http },
    )
    expect(text).toMatch(
      /stubs:\n {4}shop:\n {6}- status: 200\n {8}headers:\n {10}link: next\n {8}body:\n {10}number: 1\n {6}- /,
    )
    expect(text).toMatch(
      /visits: \[ each, shop, shop \]\n {4}sent:\n {6}shop:\n {8}- method: GET\n {10}url: https:\/\/shop\.example\/a\n/,
    )
  })

  test('says what was stored, and what the platform answered where seeds do not bring it about', async () => {
    const device = '111111111111111111111111'
    const text = await made(
      `${on()}  - { id: last, type: get-value, key: last, result: working.last }
  - { id: state, type: api, call: device.getState, with: { deviceId: "${device}" }, result: working.state }
  - { id: key, type: store-value, key: last, value: new }
  - { type: reply, body: { last: << working.last >>, state: << working.state.result.0.data >> } }
`,
      async ({ ask }) => {
        await ask(post({}))
        await ask(post({}))
      },
      { api: async () => ({ result: [{ time: '2026-01-01T00:00:00.000Z', data: { moisture: 7 } }] }) },
    )
    expect(text).toMatch(/stubs:\n {4}last:\n {6}result: new\n/)
    expect(text).toMatch(/ {4}state:\n {6}result:\n {8}- time: 2026-01-01T00:00:00\.000Z\n/)
  })

  test('fires the button that was pressed, and fails as the run did', async () => {
    const text = await made(
      `on: [ { timer: { seconds: 60 } }, { button: Water it }, { button: Stop } ]
nodes:
  - { id: tell, type: http, method: POST, url: https://shop.example, body: << data.plant >> }
  - { id: mail, type: email, to: ada@lom.example, subject: Hi, text: "<< data.plant >>, << data.apiKey >>" }
`,
      ({ fire }) => fire('button', { plant: 'Fern', apiKey: 'k3y-0f-fern' }),
      {
        http: async () => ({ status: 204, headers: {}, body: new Uint8Array() }),
        mail: async () => {
          throw new Error('The server took no mail with k3y-0f-fern (550).')
        },
      },
    )
    expect(text).toMatch(/- name: fails at mail on button Water it\n/)
    expect(text).toMatch(/mail:\n {6}error: The server took no mail with made-up-for-this-test \(550\)\.\n/)
    expect(text).toMatch(/trigger:\n {4}on: button\n {4}data:\n {6}plant: Fern\n {6}apiKey: made-up-for-this-test\n/)
    expect(text).toMatch(/error: !match "The server took no mail with \.\* \\\\\(550\\\\\)\\\\\.\$"\n/)
    expect(text).not.toContain('k3y')
  })

  test('fails in the iteration of a loop in which the run did', async () => {
    const text = await made(
      `${on()}  - id: each
    type: loop
    over: << data.body >>
    item: working.one
    do:
      - { id: is-wet, type: conditional, if: << working.one.value >> < 3, else: [ { id: too-wet, type: throw, message: Too wet } ] }
      - { id: note, type: debug, message: Fine }
  - { type: reply, body: ok }
`,
      ({ ask }) => ask(post([1, 5, 2])),
    )
    expect(text).toContain('visits: [ each, is-wet, note, is-wet, too-wet ]')
  })

  test('holds no secret of what it seeds, and finds by the rest', async () => {
    const text = await made(
      `${on()}  - { id: pot, type: get-device, query: { name: Fern }, result: working.pot }
  - { type: reply, body: { name: << working.pot.name >>, tags: << working.pot.tags >> } }
`,
      async ({ ask, services }) => {
        const tags = [{ key: 'apiToken', value: 'tok-5ecret-0f-fern' }]
        await services.api('devices.post', { device: { name: 'Fern', tags } })
        await ask(post({}))
      },
    )
    expect(text).not.toMatch(/5ecret|redacted/)
    expect(text).toMatch(/- key: apiToken\n {12}value: made-up-for-this-test\n/)
  })

  test('goes the way that chance led to', async () => {
    const text = await made(
      `${on()}  - { id: roll, type: random-number, min: 1, max: 2, result: working.rolled }
  - { id: is-one, type: conditional, if: << working.rolled >> === 1, else: [ { id: two, type: reply, body: two } ] }
  - { id: one, type: reply, body: one }
`,
      ({ ask }) => ask(post({})),
    )
    expect(text).toMatch(/random: "\d"\n.*visits: \[ roll, is-one, (?:one|two) \]/s)
  })
})

describe('a run of which no test is made', () => {
  const failing = (use: string) => `${on()}${use}  - { type: reply, body: ok }\n`

  test.each<[string, (run: RunRecord) => unknown, RegExp]>([
    ['that was too large to be recorded', (run) => ({ ...run, isCut: true }), /was too large for its record/],
    [
      'that ran out of time',
      (run) => ({ ...run, outcome: 'failed', error: { code: 'RUN_TIMED_OUT', message: 'Late.' } }),
      /ran out of time, which no test does/,
    ],
    ['that nobody watched', (run) => ({ ...run, isTraced: false }), /nobody watched it/],
    ['of a flow that is gone', (run) => ({ ...run, flow: 'pans' }), /has no flow pans, which the run went through/],
    [
      'of a flow that has changed',
      (run) => ({ ...run, visits: run.visits.map((visit) => ({ ...visit, node: 'gone' })) }),
      /it has no node gone \(reply\) any more/,
    ],
    [
      'of a flow that answers something else now',
      (run) => JSON.parse(JSON.stringify(run).replaceAll('"body":{"a":1}', '"body":{"a":2}').replace('"a":2', '"a":1')),
      /is not what it was when the run .* was recorded: At its end the run differs: the reply at body\.a/,
    ],
  ])('%s, says why, and nothing is written', async (_, change, message) => {
    const { folder, record: run } = await record(on() + echo, ({ ask }) => ask(post({ a: 1 })))
    const { code, errors } = await make(folder, change(run))
    expect(errors).toMatch(message)
    expect(code).not.toBe(0)
    await expect(testsOf(folder)).rejects.toThrow('ENOENT')
  })

  test('since it was decided by a secret, is told as one', async () => {
    const flow = `${on()}  - { id: is-mine, type: conditional, if: << data.body.pin >> === 1234, else: [ { type: reply, status: 403 } ] }
  - { type: reply, body: ok }
`
    const { folder, record: run } = await record(flow, ({ ask }) => ask(post({ pin: 1234 })))
    const { code, errors } = await make(folder, run)
    expect(code).toBe('CLI_RUN_NOT_REPEATED')
    expect(errors).toMatch(/its way led to pots\/nodes\[1\], and in a test to pots\/is-mine|nodes\[0\]\.else\[0\]/)
  })

  test('since a node that reaches out has no ID, is told with its line', async () => {
    const flow = failing('  - { type: http, url: https://shop.example, result: working.answer }\n')
    const { folder, record: run } = await record(flow, ({ ask }) => ask(post({})))
    expect((await make(folder, run)).errors).toMatch(/nodes\[0\] \(.*pots\.yaml:4\) has no ID by which/)
  })
})

describe('the file of tests', () => {
  const old = '- name: old\n  request: { method: POST, path: /pots, body: {} }\n  expect: { status: 200 }'

  test.each([
    ['without a line break at its end', old],
    ['with Windows line ends', `${old}\n`.replaceAll('\n', '\r\n')],
    ['that is indented', old.replace(/^/gm, '    ')],
    ['of comments', '# Nothing yet.\n'],
    ['that is empty', ''],
  ])('%s is added to, and stays as it was', async (_, text) => {
    const { folder, record: run } = await record(on() + echo, ({ ask }) => ask(post({ a: 1 })))
    await writeFile(join(folder, 'pots.test.yaml'), text)
    for (const name of ['answers POST /pots with 200', 'answers POST /pots with 200 (2)']) {
      expect((await make(folder, run)).output).toContain(`  ${name}. It passes.\n`)
    }
    expect((await make(folder, run, { name: 'new: one' })).output).toContain('  new: one. It passes.\n')
    expect((await testsOf(folder)).startsWith(text)).toBe(true)
    const { results, problems } = await runTests({ folder, flowId: undefined, filter: undefined }, settings)
    expect(problems).toEqual([])
    expect(results.filter(({ failure }) => failure === undefined)).toHaveLength(text.includes('old') ? 4 : 3)
  })

  test.each([
    [
      'that is written in brackets',
      '[ { name: a, request: { method: POST, path: /pots }, expect: { status: 200 } } ]\n',
      /in a way that nothing can be added to/,
    ],
    ['that is wrong', `${old}\n  expekt: 1\n`, /pots\.test\.yaml:4 is not as it should be: .*expekt/],
  ])('%s stays as it is, and why is told', async (_, text, message) => {
    const { folder, record: run } = await record(on() + echo, ({ ask }) => ask(post({ a: 1 })))
    await writeFile(join(folder, 'pots.test.yaml'), text)
    expect(await make(folder, run)).toMatchObject({ code: 'CLI_CALL_WRONG', errors: expect.stringMatching(message) })
    expect(await testsOf(folder)).toBe(text)
  })
})
