/** Tests of flows that use custom nodes, and of custom nodes themselves. */
import { afterEach, expect, test } from 'vitest'
import { describeReport } from '../../../cli/describe-report.ts'
import { readSettings } from '../../../server/settings.ts'
import { runTests } from '../../../workbench/testing/run-tests.ts'
import { temporaryFolder } from '../../e2e/flowpot-process.ts'

const files = {
  'application.yaml': 'name: pots\n',
  'ask.yaml': `name: Ask
on:
  custom-node: ask
  inputs: { url: { required: true }, word: { default: wet } }
  outputs: [then, else]
nodes:
  - { id: call, type: http, url: << data.url >>, result: working.answer }
  - id: choose
    type: conditional
    if: << working.answer.body >> === << data.word >>
    else:
      - { type: return, output: else }
  - { type: return, output: then, value: { said: << working.answer.body >> } }
`,
  'pots.yaml': `name: Pots
on: { endpoint: POST /pots }
nodes:
  - id: soil
    type: custom-node
    node: ask
    with: { url: https://example.com/soil }
    result: working.soil
    else: [ { type: reply, status: 409 } ]
  - { type: reply, body: << working.soil.said >> }
`,
}

const folders: { remove(): Promise<void> }[] = []
afterEach(async () => void (await Promise.all(folders.splice(0).map((folder) => folder.remove()))))

async function run(tests: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder({ ...files, ...tests })
  folders.push(folder)
  const choice = { folder: folder.path, flowId: undefined, filter: undefined }
  return runTests(choice, readSettings({}, {}))
}

test('see, stub and count the nodes of a custom node, and may stand in for the whole of it', async () => {
  const report = await run({
    'pots.test.yaml': `
- name: is wet
  request: { method: POST, path: /pots }
  stubs: { ask/call: { status: 200, body: wet } }
  expect: { status: 200, body: wet, visits: [ soil, ask/call, ask/choose ], sent: { ask/call: { url: "https://example.com/soil" } } }
- name: is not asked
  request: { method: POST, path: /pots }
  stubs: { soil: { output: else } }
  expect: { status: 409, visits: [ soil ] }
`,
  })
  expect(report.problems).toEqual([])
  expect(describeReport(report)).toContain('2 tests: all passed')
  const missed = report.coverage.map(({ flow, nodes, missed }) => [
    flow,
    `${nodes.covered}/${nodes.total}`,
    missed.length,
  ])
  expect(missed).toEqual([
    ['Ask', '3/4', 2],
    ['Pots', '3/3', 0],
  ])
})

test('start a custom node by itself, and look at what it comes to', async () => {
  const report = await run({
    'ask.test.yaml': `
- name: hears the word
  trigger: { data: { url: https://example.com, word: moist } }
  stubs: { call: { status: 200, body: moist } }
  expect: { returned: { output: then, value: { said: moist } } }
- name: hears another one
  trigger: { data: { url: https://example.com } }
  stubs: { call: { status: 200, body: dry } }
  expect: { returned: { output: then } }
`,
  })
  expect(report.problems).toEqual([])
  expect(report.results.map(({ failure }) => failure?.differences)).toMatchObject([
    undefined,
    [{ path: 'returned.output', expected: "'then'", actual: "'else'", line: 9 }],
  ])
})
