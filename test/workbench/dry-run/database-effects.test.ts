/** Queries, Redis commands and MongoDB operations in a dry run, in one that is live, and in tests beside the flows. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type RunOptions, run } from '../../../cli/run.ts'
import { readSettings } from '../../../server/settings.ts'
import { runTests } from '../../../workbench/testing/run-tests.ts'
import { callCommand } from '../../cli/call-command.ts'
import { temporaryFolder } from '../../e2e/flowpot-process.ts'
import { describePostgres, postgresUrl } from '../../platform/store/databases.ts'

const files = {
  'application.yaml':
    'name: x\nconnections: { readings: { env: TEST_READINGS }, cache: { env: TEST_CACHE }, garden: { env: TEST_GARDEN } }\n',
  'pots.yaml': `name: pots
on: { button: go }
nodes:
  - { id: find, type: sql, connection: readings, query: "select $1::int as id", params: [ 7 ], result: data.pots }
  - { id: keep, type: redis, connection: cache, command: get, args: [ "pot:<< data.pots.0.id >>" ], result: data.kept, else: end }
  - { id: note, type: mongo, connection: garden, collection: pots, operation: insertOne, document: { pot: << data.pots.0.id >> }, result: data.noted }
`,
}

beforeAll(() => {
  vi.stubEnv('DATABASE_URL', '')
  vi.stubEnv('FLOWPOT_LOG_LEVEL', 'silent')
  vi.stubEnv('TEST_READINGS', '')
  vi.stubEnv('TEST_CACHE', '')
  vi.stubEnv('TEST_GARDEN', '')
})
afterAll(() => {
  vi.unstubAllEnvs()
})

async function makeFolder(more: Record<string, string> = {}) {
  const made = await temporaryFolder({ ...files, ...more })
  onTestFinished(() => made.remove())
  return made.path
}

async function dryRun(options: RunOptions) {
  const folder = await makeFolder()
  const given = { trigger: 'go', json: true, data: join(folder, 'data'), ...options }
  const { output } = await callCommand(() => run(join(folder, 'pots.yaml'), given))
  return output
}

const query = { connection: 'readings', query: 'select $1::int as id', params: [7] }
const command = { connection: 'cache', command: 'get', args: ['pot:'] }
const insertion = { connection: 'garden', collection: 'pots', operation: 'insertOne', document: {} }

test('A dry run asks no database, lists what it would have asked, and says so', async () => {
  expect(JSON.parse(await dryRun({}))).toMatchObject({
    ok: true,
    calls: [
      { call: 'sql', params: query, sent: false, outcome: { result: [] } },
      { call: 'redis', params: command, sent: false, outcome: { result: null } },
      { call: 'mongo', params: insertion, sent: false, outcome: { result: { insertedId: { $oid: '0'.repeat(24) } } } },
    ],
    payload: { data: { pots: [], kept: null, noted: { acknowledged: true } } },
  })
  const output = await dryRun({ json: false })
  expect(output).toContain('not sent, and answered without rows; --live sends it')
  expect(output).toContain('not sent, and answered null; --live sends it')
  expect(output).toContain('not sent, and answered as if nothing were there; --live sends it')
})

test('A run that is live says which environment variable is not set', async () => {
  const { ok, calls, error } = JSON.parse(await dryRun({ live: true }))
  expect(ok).toBe(false)
  expect(calls).toMatchObject([{ call: 'sql', sent: true, outcome: { error: { type: 'CONNECTION_NOT_SET' } } }])
  expect(error.message).toContain('the environment variable TEST_READINGS is not set')
})

describePostgres(() => {
  test('a run that is live asks the database', async () => {
    vi.stubEnv('TEST_READINGS', postgresUrl)
    onTestFinished(() => {
      vi.stubEnv('TEST_READINGS', '')
    })
    expect(JSON.parse(await dryRun({ live: true }))).toMatchObject({
      ok: true,
      calls: [
        { call: 'sql', params: query, sent: true, outcome: { result: [{ id: 7 }] } },
        { call: 'redis', params: { args: ['pot:7'] }, sent: true, outcome: { error: { type: 'CONNECTION_NOT_SET' } } },
      ],
    })
  })
})

describe('A test', () => {
  test('says what the database, Redis and MongoDB answer, and sees what they were asked', async () => {
    const folder = await makeFolder({
      'pots.test.yaml': `
- name: answers
  trigger: { data: {} }
  stubs: { find: { result: [ { id: 7 } ] }, keep: { result: b }, note: { result: { insertedId: 1 } } }
  expect:
    sent: { note: { operation: insertOne, document: { pot: 7 } }, find: { query: "select $1::int as id", params: [ 7 ] }, keep: { command: get, args: [ "pot:7" ] } }
- name: fails
  trigger: { data: {} }
  stubs: { find: { error: It is down. } }
  expect: { error: !match It is down }
- name: lacks another stub
  trigger: { data: {} }
  stubs: { find: { result: [] }, keep: { result: b } }
  expect: { sent: { find: { params: [ 7 ] } } }
- name: lacks a stub
  trigger: { data: {} }
  stubs: { find: { result: [] } }
  expect: { sent: { find: { params: [ 7 ] } } }
`,
    })
    const { results, problems } = await runTests({ folder, flowId: undefined, filter: undefined }, readSettings({}, {}))
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(results.map(({ failure }) => failure && JSON.stringify(failure))).toEqual([
      undefined,
      undefined,
      expect.stringContaining('stubs: { note: { result: [ { name: Fern } ] } }'),
      expect.stringContaining('stubs: { keep: { result: OK } }'),
    ])
  })
})
