/** What tests of flows say of values that are stored for a time, or only if absent. */
import { expect, test } from 'vitest'
import { describeReport } from '../../../cli/describe-report.ts'
import { readSettings } from '../../../server/settings.ts'
import { runTests } from '../../../workbench/testing/run-tests.ts'
import { temporaryFolder } from '../../e2e/flowpot-process.ts'

const flow = `name: Claim
on: { endpoint: POST /claim }
nodes:
  - id: claim
    type: store-value
    key: owner
    value: << data.body.by >>
    ifAbsent: true
    ttl: 60
    result: working.owner
    else: taken
  - { id: mine, type: reply, body: << working.owner >> }
  - { id: taken, type: reply, status: 409, body: << working.owner >> }
`

const tests = `
- name: answers from the stub as if that were stored
  stubs: { claim: { result: bob } }
  request: { method: POST, path: /claim, body: { by: ada } }
  expect: { status: 409, body: bob, visits: [ claim, taken ] }
- name: takes the output that a stub names
  stubs: { claim: { output: else } }
  request: { method: POST, path: /claim, body: { by: ada } }
  expect: { status: 409, visits: [ claim, taken ] }
- name: lets the clock of the test decide
  clock: 2026-03-02T12:00:00Z
  steps:
    - request: { method: POST, path: /claim, body: { by: ada } }
      expect: { status: 200, body: ada }
    - clock: 2026-03-02T12:00:59Z
      request: { method: POST, path: /claim, body: { by: bob } }
      expect: { status: 409, body: ada }
    - clock: 2026-03-02T12:01:00Z
      request: { method: POST, path: /claim, body: { by: bob } }
      expect: { status: 200, body: bob }
`

test('stubs and the clock decide what is stored, and both ways count as branches', async () => {
  const folder = await temporaryFolder({
    'application.yaml': 'name: claims\n',
    'claim.yaml': flow,
    'claim.test.yaml': tests,
  })
  try {
    const report = await runTests({ folder: folder.path, flowId: undefined, filter: undefined }, readSettings({}, {}))
    expect(report.problems).toEqual([])
    expect(report.results.filter(({ failure }) => failure !== undefined).length, describeReport(report)).toBe(0)
    expect(report.results).toHaveLength(3)
    expect(report.coverage).toMatchObject([{ nodes: { covered: 3, total: 3 }, branches: { covered: 2, total: 2 } }])
  } finally {
    await folder.remove()
  }
})
