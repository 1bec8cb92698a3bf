/** Flows that flows start, where nothing is really started: in dry runs and in tests. */
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type RunOptions, run } from '../../../cli/run.ts'
import { readSettings } from '../../../server/settings.ts'
import { runTests } from '../../../workbench/testing/run-tests.ts'
import { callCommand } from '../../cli/call-command.ts'
import { temporaryFolder } from '../../e2e/flowpot-process.ts'

const asks = `name: asks
on: { button: Ask }
nodes:
  - { id: start, type: workflow-trigger, flow: << data.body.flow >>, button: Go, data: << data.body >>, result: data.run }
  - { type: mutate, rules: [ { set: data.body.flow, to: changed } ] }
`
const works = 'name: works\non: { button: Go }\nnodes: [ { type: throw, message: It ran. } ]\n'

async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const made = await temporaryFolder(files)
  onTestFinished(() => made.remove())
  return made.path
}

describe('A dry run', () => {
  const dryRun = async (body: object, options: RunOptions = {}, files = {}) => {
    const folder = await makeFolder({ 'asks.yaml': asks, 'works.yaml': works, ...files })
    const data = join(folder, 'data')
    return callCommand(() => run(join(folder, 'asks.yaml'), { body: JSON.stringify(body), data, ...options }))
  }
  const body = { flow: 'works', password: 'hunter2' }

  test.each([false, true])('lists the flow that would be started, and starts none; live: %s', async (live) => {
    const { output } = await dryRun(body, { json: true, live })
    expect(JSON.parse(output)).toMatchObject({
      ok: true,
      calls: [
        {
          visit: 0,
          call: 'flow',
          params: { flow: 'works', button: 'Go', data: { flow: 'works', password: '[redacted]' } },
          outcome: { result: null },
          sent: false,
        },
      ],
      payload: { data: { run: { runId: '000000000000000000000000' } } },
    })
  })

  test('says that it started none', async () => {
    const { output } = await dryRun(body)
    expect(output).toMatch(/^ {2}start +workflow-trigger .*\n(?: {6}.*\n)+ {6}not started: that takes a server$/m)
    expect(output).not.toContain('hunter2')
  })

  test('fails where there is no such flow', async () => {
    const { output } = await dryRun({ flow: 'work' }, { json: true })
    expect(JSON.parse(output)).toMatchObject({
      ok: false,
      calls: [{ call: 'flow', outcome: { error: { type: 'FLOW_NO_BUTTON' } } }],
      error: { node: 'start', message: expect.stringContaining('There is no flow "work"') },
    })
  })

  test('leaves out flows that would start one that is broken', async () => {
    const broken = { 'broken.yaml': 'name: broken\n', 'needs.yaml': asks.replace('<< data.body.flow >>', 'broken') }
    const { code, errors } = await dryRun(
      body,
      {},
      { ...broken, 'needs.yaml': broken['needs.yaml'].replace('asks', 'needs') },
    )
    expect(errors.split('\n').map((line) => line.replace(/\/.*\//, ''))).toEqual([
      'Left out, since broken: broken.yaml',
      'Left out, since broken: needs.yaml',
      '',
    ])
    expect(code).toBe(0)
  })
})

describe('A test', () => {
  const runAll = async (tests: string) => {
    const folder = await makeFolder({ 'asks.yaml': asks, 'works.yaml': works, 'asks.test.yaml': tests })
    const { results, problems } = await runTests({ folder, flowId: undefined, filter: undefined }, readSettings({}, {}))
    expect(problems).toEqual([])
    return results.map(({ failure }) => failure?.differences?.[0] ?? failure?.message)
  }
  const trigger = 'trigger: { data: { body: { flow: works, n: 1 } } }'

  test('sees what a flow starts without a stub, and may say that it cannot be started', async () => {
    const failures = await runAll(`
- name: starts the other
  ${trigger}
  expect: { sent: { start: { flow: works, button: Go, data: { flow: works, n: 1 } } } }
- name: starts it where a stub takes it
  stubs: { start: { sent: true } }
  ${trigger}
  expect: { sent: { start: { flow: works } } }
- name: fails with it
  stubs: { start: { error: The store is gone. } }
  ${trigger}
  expect: { error: !match The store is gone }
- name: fails where there is none
  trigger: { data: { body: { flow: x } } }
  expect: { error: !match There is no flow "x" }
`)
    expect(failures).toEqual([undefined, undefined, undefined, undefined])
  })

  test('fails where a flow starts another than it expects', async () => {
    const failures = await runAll(
      `- { name: a, ${trigger}, expect: { sent: { start: { data: { flow: works, n: 2 } } } } }\n`,
    )
    expect(failures).toEqual([expect.objectContaining({ actual: '1' })])
  })
})
