/** Runs that take too long, and too many at once. They are slow because they write to a database that the test has locked. */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Flowpot, request, startFlowpot, temporaryFolder } from './flowpot-process.ts'
import { revealing } from './revealing.ts'

const files = {
  'slow.yaml': `name: Slow
on:
  - endpoint: POST /slow
nodes:
  - type: api
    call: devices.post
    with: { device: { name: slow } }
    then: answer
  - id: answer
    type: reply
    status: 201
    body: { done: true }
`,
  'explains.yaml': `name: Explains
on:
  - endpoint: POST /explains
  - error: local
    then: note
nodes:
  - type: api
    call: devices.post
    with: { device: { name: slow } }
    then: answer
  - id: answer
    type: reply
    status: 201
  - id: note
    type: debug
    message: << data.errorInfo.error.name >>
`,
  'quick.yaml': 'name: Quick\non: { endpoint: GET /quick }\nnodes: [ { type: reply, status: 200 } ]\n',
}

let folder = { path: '', remove: async () => {} }
let flowpot: Flowpot

beforeAll(async () => {
  folder = await temporaryFolder(files)
  flowpot = await startFlowpot({
    data: join(folder.path, 'data'),
    folder: folder.path,
    args: ['--run-timeout-ms', '3000'],
    env: { FLOWPOT_MAX_CONCURRENT_RUNS: '2' },
  })
})
afterAll(async () => {
  await flowpot.stop()
  await folder.remove()
})

/** Keeps everybody else from writing to the store during `work`. */
async function whileLocked(work: () => Promise<void>): Promise<void> {
  const database = new Database(join(folder.path, 'data', 'flowpot.db'))
  database.exec('BEGIN IMMEDIATE')
  try {
    await work()
  } finally {
    database.exec('ROLLBACK')
    database.close()
  }
}

const post = (path: string) => request(`${flowpot.experience}${path}`, { method: 'POST' })

test.each(['/slow', '/explains'])('A flow over its time is answered 504 with the request’s ID: %s', async (path) => {
  await whileLocked(async () => {
    const { status, headers, body } = await post(path)
    const requestId = headers.get('x-request-id')
    const error = 'The flow took longer than 3000 ms.'
    expect([status, body]).toEqual([504, { error, code: 'RUN_TIMED_OUT', requestId }])
    expect(JSON.stringify(body)).not.toMatch(revealing)
    // Requests that do not need the database are served meanwhile.
    expect(await request(`${flowpot.experience}/quick`)).toMatchObject({ status: 200 })
  })
  expect(await post(path)).toMatchObject({ status: 201 })
})

test('More runs than may be at once are answered 503 with Retry-After', async () => {
  await whileLocked(async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => post('/slow')))
    expect(answers.map(({ status }) => status).sort()).toEqual([503, 503, 503, 503, 504, 504])
    for (const { status, headers, body } of answers) {
      if (status === 503) expect([headers.get('retry-after'), body]).toMatchObject(['1', { code: 'RUN_TOO_MANY' }])
    }
  })
  expect(await post('/slow')).toMatchObject({ status: 201 })
})
