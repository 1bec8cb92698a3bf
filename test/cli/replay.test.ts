import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ReplayOptions, replay } from '../../cli/replay.ts'
import { loadFolder } from '../../server/compose/load-folder.ts'
import type { RunRecord } from '../../server/recorder/run-record.ts'
import { temporaryFolder } from '../e2e/flowpot-process.ts'
import { recordRun } from '../server/recorder/recorded-run.ts'
import { callCommand } from './call-command.ts'

const flow = `name: Flow
on: { endpoint: POST /flow }
nodes:
  - { id: ask, type: conditional, if: << data.body.count >> > 3, else: [ { type: reply, status: 400 } ] }
  - { id: make, type: api, call: devices.post, with: { device: { name: << data.body.name >> } }, result: working.device }
  - { id: name, type: generate-id, result: working.id }
  - { type: reply, status: 201, body: << working >> }
`

describe('flowpot replay', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let record: RunRecord
  beforeAll(async () => {
    folder = await temporaryFolder({ 'application.yaml': 'name: a\n', 'flow.yaml': flow })
    await writeFile(join(folder.path, 'changed.txt'), flow.replace('> 3', '> 30'))
    await writeFile(join(folder.path, 'broken.txt'), flow.replace('conditional', 'conditoinal'))
    const { application } = await loadFolder(folder.path)
    if (!application) throw new Error('The flow is not sound.')
    record = await recordRun(
      application,
      { body: { count: 7, name: 'Fern', password: 'hunter2hunter2' } },
      {
        clock: { now: () => Date.now() },
        random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
        api: async () => ({ result: { id: 'd' } }),
      },
    )
    await write('run.json', record)
  })
  afterAll(() => folder.remove())

  const write = (name: string, content: unknown) =>
    writeFile(join(folder.path, name), typeof content === 'string' ? content : JSON.stringify(content))
  const call = (name: string, options: ReplayOptions = {}) =>
    callCommand(() => replay(join(folder.path, name), options))

  test('says that a run replays equal, from the folder where it was recorded', async () => {
    const { code, output, errors } = await call('run.json')
    expect({ code, output }).toEqual({ code: 0, output: 'Equal: 4 steps of flow, 1 call.\n' })
    expect(errors).toContain('Secrets were taken out')
    expect(JSON.parse((await call('run.json', { json: true })).output)).toEqual({
      ok: true,
      steps: 4,
      difference: null,
    })
  })

  test('shows the first node at which a changed flow differs', async () => {
    const against = join(folder.path, 'changed.txt')
    const { code, output } = await call('run.json', { against })
    expect(code).toBe(1)
    expect(output).toBe(`Step 1, ask (conditional) at ${against}:4, differs: its output.
  recorded: "then"
  replayed: "else"
`)
    const { difference } = JSON.parse((await call('run.json', { against, json: true })).output)
    expect(difference).toMatchObject({ step: 1, what: 'its output', recorded: 'then', replayed: 'else' })
  })

  test('shows what someone changed in the record', async () => {
    await write('changed.json', JSON.stringify(record).replaceAll('"Fern"', '"Moss"').replace('"Moss"', '"Fern"'))
    const { code, output } = await call('changed.json')
    expect(code).toBe(1)
    expect(output).toContain('the parameters of its call devices.post at device.name')
  })

  test.each([
    ['a file that is not there', undefined, 'cannot be read'],
    ['what is no JSON', '{', 'is not JSON'],
    ['what is no run', [], 'is no recorded run'],
    ['another version', () => ({ ...record, version: 2 }), 'is no recorded run'],
    ['a call that is none', () => ({ ...record, calls: [{ call: 1 }] }), 'is no recorded run'],
    ['a payload that is none', () => ({ ...record, payload: [] }), 'is no recorded run'],
    ['a tag that nobody writes', () => ({ ...record, payload: { data: { $evil: 1 } } }), 'is no recorded run'],
    [
      'a payload without a bottom',
      () =>
        JSON.stringify({ ...record, payload: { data: 'deep' } }).replace(
          '"deep"',
          `${'['.repeat(1e5)}${']'.repeat(1e5)}`,
        ),
      'its payload is nested too deep',
    ],
    ['a flow elsewhere', () => ({ ...record, flow: '../../etc/passwd' }), 'is no recorded run'],
    ['a folder that is gone', () => ({ ...record, file: '/nowhere/flow.yaml' }), '--folder'],
    ['a flow that is gone', () => ({ ...record, flow: 'other' }), 'has no flow other'],
    ['a run that nobody watched', () => ({ ...record, isTraced: false }), 'nobody watched it'],
    ['a trigger that is gone', () => ({ ...record, trigger: { id: 'x', type: 'button' } }), 'no trigger button'],
  ])('refuses %s as a wrong call', async (_, content, message) => {
    if (content !== undefined) await write('wrong.json', typeof content === 'function' ? content() : content)
    expect(await call(content === undefined ? 'none.json' : 'wrong.json')).toMatchObject({
      code: 'CLI_CALL_WRONG',
      errors: expect.stringContaining(message),
    })
  })

  test('says what is wrong with a flow that cannot be run', async () => {
    const against = join(folder.path, 'broken.txt')
    const { code, errors } = await call('run.json', { against })
    expect(code).toBe(2)
    expect(errors).toMatch(/broken\.txt:4.*conditoinal/s)
  })
})
