import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunOptions, run } from '../../../cli/run.ts'
import { type CommandEnd, callCommand } from '../../cli/call-command.ts'
import { temporaryFolder } from '../../e2e/flowpot-process.ts'

/** Two branches that wait at once, parameters, an endpoint that is off, a button, an error trigger. */
const pots = `name: Pots
on:
  - endpoint: POST /pots/{id}/{rest*}
    access: authenticated
  - endpoint: GET /off
    enabled: false
    then: answer
  - button: Clean up
    then: clean-up
  - error: local
    then: apologise
nodes:
  - id: both
    type: debug
    message: << globals.greeting >>
    next:
      - - id: read
          type: api
          call: device.get
          with: { deviceId: 5f1c2d3e4f5a6b7c8d9e0f1a }
          result: data.read
          else: end
      - - id: write
          type: api
          call: devices.post
          with: { device: { name: << data.params.id >> } }
          then: answer
        - id: answer
          type: reply
          status: 200
          headers: { x-rest: << data.params.rest >> }
          body:
            id: << data.params.id >>
            q: << data.query.q >>
            greeting: << globals.greeting >>
            user: << experience.user.email >>
            password: << data.body.password >>
  - id: clean-up
    type: api
    call: devices.get
    with: { perPage: << data.perPage >> }
    then: end
  - id: apologise
    type: reply
    status: 500
    body: { sorry: << data.errorInfo.error.message >> }
`
const soil = `name: Soil
on: [ { device-state: all }, { mqtt: doors/+, then: told }, { timer: { seconds: 5 }, then: told } ]
nodes:
  - id: read
    type: api
    call: device.getState
    with: { deviceId: << triggerId >> }
    result: working.states
    then: end
  - { id: told, type: debug, message: << data >> }
`
const failing = `name: Failing
on: { endpoint: GET /failing }
nodes:
  - id: fetch
    type: api
    call: device.get
    with: { deviceId: << data.query.id >> }
    result: data.device
  - { type: reply, status: 200 }
`
const files = {
  'application.yaml': 'name: try\nglobals: { greeting: hello }\nseeds: { users: [ { email: seed@lom.example } ] }\n',
  'pots.yaml': pots,
  'soil.yaml': soil,
  'failing.yaml': failing,
  'list.json': '[]',
  'null.json': 'null',
  'empty.json': '',
}

interface Result {
  readonly ok: boolean
  readonly reply: { status: number; headers: Record<string, string>; body: Record<string, unknown> } | null
  readonly visits: { id: string | null; type: string; output: string | null; ms: number; logs: unknown[] }[]
  readonly calls: { visit: number; call: string; params: unknown; outcome: Record<string, unknown> }[]
  readonly missing: string[]
  readonly payload: { data: Record<string, unknown> } & Record<string, unknown>
  readonly error: Record<string, unknown> | null
}

let folder = { path: '', remove: async () => {} }
let temporary = { path: '', remove: async () => {} }
beforeAll(async () => {
  folder = await temporaryFolder(files)
  temporary = await temporaryFolder()
  vi.stubEnv('TMPDIR', temporary.path)
  vi.stubEnv('DATABASE_URL', '')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await folder.remove()
  await temporary.remove()
})

/** Runs a file of the folder. Whatever comes of it, nothing may be left where temporary things go. */
async function call(flow: string, options: RunOptions = {}): Promise<CommandEnd> {
  const before = readdirSync(folder.path)
  const { code, output, errors } = await callCommand(() => run(join(folder.path, flow), options))
  expect(readdirSync(temporary.path)).toEqual([])
  expect(readdirSync(folder.path)).toEqual(before)
  const relative = (text: string) => text.replaceAll(`${folder.path}/`, '')
  return { code, output: relative(output), errors: relative(errors) }
}

async function callJson(flow: string, options: RunOptions = {}) {
  const { code, output, errors } = await call(flow, { ...options, json: true })
  expect(errors).toBe('')
  const result: Result = JSON.parse(output)
  return { code, ...result }
}

async function withPayload(flow: string, payload: unknown, options: RunOptions = {}) {
  const file = join(folder.path, 'payload.json')
  await writeFile(file, typeof payload === 'string' ? payload : JSON.stringify(payload))
  return callJson(flow, { ...options, payload: file })
}

describe('A request', () => {
  test('goes to the endpoint that answers it, and calls of branches that wait at once are told apart', async () => {
    const asked = { user: 'seed@lom.example', request: 'post /pots/a%20pot/x/y?q=5' }
    const { code, visits, calls, reply } = await callJson('pots.yaml', asked)
    expect(code).toBe(0)
    const made = calls.map(({ visit, call, outcome }) => [visits[visit]?.id, call, Object.keys(outcome)[0]])
    expect(made.sort()).toEqual([
      ['read', 'device.get', 'error'],
      ['write', 'devices.post', 'result'],
    ])
    expect(reply).toMatchObject({
      status: 200,
      headers: { 'x-rest': 'x/y' },
      body: { id: 'a pot', q: '5', greeting: 'hello', user: 'seed@lom.example' },
    })
  })

  test('that is HEAD is answered as GET, without a body', async () => {
    const { visits, reply } = await callJson('failing.yaml', { request: 'HEAD /failing?id=x' })
    expect([visits.length, reply?.status, reply?.body]).toEqual([1, 500, ''])
  })

  test('that is turned away before the flow begins fails, with a hint', async () => {
    const { code, output } = await call('pots.yaml', { request: 'POST /pots/1' })
    expect(code).toBe(1)
    expect(output).toMatch(/^reply 401$/m)
    expect(output).toMatch(/^error CLI_REQUEST_REFUSED: The endpoint answered 401 before .*\n {2}hint: .*--user/m)
  })
})

describe('What a debug node says', () => {
  const asked = { user: 'seed@lom.example', request: 'POST /pots/7/x', body: '{"password":"hunter2","n":1}' }

  test('stands with its visit, as it was at that moment, without secrets', async () => {
    const { visits } = await callJson('pots.yaml', asked)
    const said = visits.map(({ id, logs }) => [id, logs.length])
    expect(said.sort()).toEqual([
      ['answer', 0],
      ['both', 1],
      ['read', 0],
      ['write', 0],
    ])
    const [log] = visits.find(({ id }) => id === 'both')?.logs ?? []
    expect(log).toMatchObject({
      level: 'info',
      message: 'hello',
      details: { data: { params: { id: '7' }, body: { password: '[redacted]', n: 1 } } },
    })
    expect(log).not.toHaveProperty('details.data.read')
  })

  test('is printed below it', async () => {
    const { output } = await call('pots.yaml', asked)
    expect(output).toMatch(/^ {2}both +debug .*\n {6}info: hello \{/m)
    expect(output).not.toContain("password: 'hunter2',")
  })
})

describe('A payload', () => {
  test('is laid over the whole, and who stands in it needs no token', async () => {
    const result = await withPayload('pots.yaml', {
      data: { params: { id: 'é/?#' }, query: { q: 7 }, body: { password: 'hunter2' } },
      globals: { greeting: 'good day' },
      experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'eve@lom.example' } },
      working: { noted: true },
    })
    expect(result).toMatchObject({
      code: 0,
      ok: true,
      reply: { body: { id: 'é/?#', q: 7, greeting: 'good day', user: 'eve@lom.example', password: 'hunter2' } },
      payload: { working: { noted: true }, data: { method: 'post', body: { password: '[redacted]' } } },
    })
  })

  test('without somebody in it lets nobody in', async () => {
    const payload = { data: { params: { id: 'x' } }, experience: { user: null } }
    expect(await withPayload('pots.yaml', payload)).toMatchObject({ code: 1, reply: { status: 401 }, visits: [] })
  })
})

describe('A flow that no request starts', () => {
  test('gets what is handed in as its data, and a device that has reported it', async () => {
    const { code, payload } = await callJson('soil.yaml', { body: '{"moisture":5,"lid":true,"note":"dry"}' })
    const data = { moisture: 5, lid: true, note: 'dry' }
    expect([code, payload]).toEqual([0, expect.objectContaining({ data })])
    expect(payload).toMatchObject({ working: { states: { result: [{ data }] } } })
  })

  test.each([
    ['mqtt', '"open"', 'open'],
    ['timer', undefined, {}],
    ['device-state', undefined, {}],
    ['device-state', '{"a b":1}', { 'a b': 1 }],
  ])('by %s with %j runs', async (trigger, body, data) => {
    const result = await callJson('soil.yaml', { trigger, ...(body === undefined ? {} : { body }) })
    expect([result.code, result.payload]).toEqual([0, expect.objectContaining({ data })])
  })
})

test.each([
  ['Clean up', ['clean-up'], null],
  ['button', ['clean-up'], null],
  ['error', ['apologise'], 500],
  ['local', ['apologise'], 500],
  ['/off', ['answer'], 200],
  ['GET /off', ['answer'], 200],
])('The trigger %j starts there', async (trigger, way, status) => {
  const { code, ok, visits, reply } = await callJson('pots.yaml', { trigger })
  expect([code, ok, visits.map(({ id }) => id), reply?.status ?? null]).toEqual([0, true, way, status])
})

describe('A failure', () => {
  const asked = { request: 'GET /failing?id=5f1c2d3e4f5a6b7c8d9e0f1a' }

  test('names node, file and line', async () => {
    const { code, output } = await call('failing.yaml', asked)
    expect(code).toBe(1)
    expect(output).toMatch(/^ {2}fetch +api +failed +[\d.]+ ms +failing\.yaml:4$/m)
    expect(output).toMatch(/^ {6}refused \{.*Device was not found/m)
    expect(output).toMatch(/^error RUN_FAILED: Failing failed at fetch \(failing\.yaml:4\): .* refused with 404: /m)
  })

  test('answers as JSON what the client would see, and says apart what went wrong', async () => {
    expect(await callJson('failing.yaml', asked)).toMatchObject({
      code: 1,
      ok: false,
      error: { code: 'RUN_FAILED', node: 'fetch', file: 'failing.yaml', line: 4 },
      reply: { status: 500, body: { error: 'Internal Server Error' } },
      visits: [{ id: 'fetch', type: 'api', output: null }],
      calls: [{ visit: 0, call: 'device.get', outcome: { error: { statusCode: 404 } } }],
    })
  })

  test('is one also where an error trigger answers for it', async () => {
    const failed = await withPayload('pots.yaml', { data: { perPage: 'many' } }, { trigger: 'button' })
    expect(failed).toMatchObject({ code: 1, ok: false, error: { node: 'clean-up' }, reply: { status: 500 } })
    expect(failed.visits.map(({ id, output, logs }) => [id, output, logs])).toEqual([
      ['clean-up', null, []],
      ['apologise', 'next', []],
    ])
  })
})

describe('A folder where one flow is broken', () => {
  const broken = { ...files, 'broken.yaml': 'name: [' }

  test('still runs the others, and says which was left out', async () => {
    const made = await temporaryFolder(broken)
    const { code, errors } = await callCommand(() =>
      run(join(made.path, 'pots.yaml'), { trigger: 'button', json: true }),
    ).finally(() => made.remove())
    expect([code, errors]).toEqual([0, `Left out, since broken: ${join(made.path, 'broken.yaml')}\n`])
  })

  test('fails for that one, with its problems', async () => {
    const made = await temporaryFolder(broken)
    const flow = join(made.path, 'broken.yaml')
    const text = await callCommand(() => run(flow, {}))
    const json = await callCommand(() => run(flow, { json: true }))
    await made.remove()
    expect([text.code, text.output]).toEqual([1, ''])
    expect(text.errors).toMatch(/broken\.yaml:1:\d+ {2}error FLOW_YAML_SYNTAX/)
    expect([json.code, json.errors]).toEqual([1, ''])
    expect(JSON.parse(json.output)).toMatchObject({
      ok: false,
      reply: null,
      visits: [],
      calls: [],
      payload: null,
      error: { code: 'FLOW_YAML_SYNTAX', line: 1 },
    })
  })
})

describe('A call is wrong, and nothing is done, with', () => {
  const payload = (name: string) => ({ payload: `${folder.path}/${name}` })
  const cases: readonly (readonly [what: string, flow: string, options: () => RunOptions, message: RegExp])[] = [
    ['a flow file that does not exist', 'nope.yaml', () => ({}), /nope\.yaml does not exist\.$/],
    ['a flow file in a folder that does not exist', 'nope/x.yaml', () => ({}), /nope\/x\.yaml does not exist\.$/],
    ['a folder', '.', () => ({}), / is a folder, not a file with a flow\.$/],
    ['a file that is no flow', 'application.yaml', () => ({}), /application\.yaml is not a file with a flow/],
    ['a file that is no YAML', 'list.json', () => ({}), /list\.json is not a file with a flow/],
    [
      'a body that is no JSON',
      'failing.yaml',
      () => ({ body: '{"a":' }),
      /--body cannot be taken: The text is not valid JSON/,
    ],
    ['a body with __proto__', 'failing.yaml', () => ({ body: '{"__proto__":{}}' }), /a key that is not allowed/],
    ['a payload that is not there', 'failing.yaml', () => payload('no.json'), /payload file no\.json cannot be read/],
    ['a payload that is a folder', 'failing.yaml', () => payload('.'), /payload file \. cannot be read/],
    [
      'a payload that is no JSON',
      'failing.yaml',
      () => payload('pots.yaml'),
      /pots\.yaml cannot be taken: The text is not valid JSON/,
    ],
    [
      'an empty payload',
      'failing.yaml',
      () => payload('empty.json'),
      /empty\.json cannot be taken: The text is not valid JSON/,
    ],
    ['a payload that is a list', 'failing.yaml', () => payload('list.json'), /must hold a JSON object/],
    ['a payload that is null', 'failing.yaml', () => payload('null.json'), /must hold a JSON object/],
    [
      'an unknown trigger',
      'pots.yaml',
      () => ({ trigger: 'x' }),
      /has no trigger "x"\. It has: .*"Clean up", "local"\./,
    ],
    ['a request that is none', 'failing.yaml', () => ({ request: '/failing' }), /must be a method and a path/],
    ['a request that nothing answers', 'failing.yaml', () => ({ request: 'GET /x' }), /No endpoint answers GET \/x/],
    ['a request of another flow', 'pots.yaml', () => ({ request: 'GET /failing' }), /is answered by failing\.yaml/],
    ['parameters that are not known', 'pots.yaml', () => ({}), /has parameters\. Say which with --request/],
    ['an address that is none', 'failing.yaml', () => ({ user: 'ada' }), /--user ada: .*email/],
  ]
  test.each(cases)('%s', async (_what, flow, options, message) => {
    const { code, output, errors } = await call(flow, options())
    expect([code, output]).toEqual(['CLI_CALL_WRONG', ''])
    expect(errors).toMatch(message)
  })
})
