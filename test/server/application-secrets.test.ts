/** `secrets` of application.yaml: flows have their values, and nobody else sees them. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type RunOptions, run } from '../../cli/run.ts'
import { hideValues } from '../../engine/secret-names.ts'
import { loadSources, loadToServe } from '../../server/compose/load-folder.ts'
import { createLog, withoutSecrets } from '../../server/http/log.ts'
import { callCommand } from '../cli/call-command.ts'
import { temporaryFolder } from '../e2e/flowpot-process.ts'
import { load, recordRun, replayed } from './recorder/recorded-run.ts'

const value = 'sk "live" 4f/9a'
const settings = 'name: shop\nsecrets: { stripeKey: { env: SHOP_STRIPE_KEY } }\n'
const flow = `name: Flow
on: { endpoint: POST /flow }
nodes:
  - { type: debug, message: "Key << secrets.stripeKey >>" }
  - { type: function, script: "payload.data.copy = payload.secrets.stripeKey; delete payload.secrets" }
  - { type: hash, data: << data.copy >>, result: data.hash }
  - { type: json-encode, source: << data.copy >>, result: data.json }
  - { type: reply, body: { copy: << data.copy >>, hash: << data.hash >> } }
`
const spellings = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), btoa(value)]

function expectHidden(shown: unknown): void {
  for (const spelling of spellings) {
    expect(typeof shown === 'string' ? shown : JSON.stringify(shown)).not.toContain(spelling)
    expect(JSON.stringify(shown)).not.toContain(JSON.stringify(spelling).slice(1, -1))
  }
}

beforeEach(() => vi.stubEnv('SHOP_STRIPE_KEY', value))
afterEach(() => vi.unstubAllEnvs())

describe('secrets', () => {
  const textFlow = flow.replace(/.*(?:function|json-encode).*\n/g, '').replaceAll('data.copy', 'secrets.stripeKey')

  test('reach flows, and no record, whatever the flow does to them', async () => {
    const application = load(textFlow, { 'application.yaml': settings })
    const record = await recordRun(application, { note: value, token: btoa(value) })
    expectHidden(record)
    expect(record.visits[0]?.logs[0]?.message).toBe('Key [redacted]')
    expect(record.reply).toMatchObject({ body: { copy: '[redacted]', hash: expect.stringMatching(/^[0-9a-f]{64}$/) } })
    expect(await replayed(application, record)).toMatchObject({
      reply: record.reply,
      visits: [{}, { changes: [{}] }, {}],
    })
  })

  test('are found in a text that stands under no telling name, once a flow has taken them off the payload', async () => {
    const application = load(textFlow, { 'application.yaml': settings })
    expect(application.secretNames.hide(`a ${value} b ${encodeURIComponent(value)}`)).toBe('a [redacted] b [redacted]')
    expect(hideValues({ a: [`${value}!`], n: 1, [value]: null }, application.secretNames)).toEqual({
      a: ['[redacted]!'],
      n: 1,
      '[redacted]': null,
    })
    expect(withoutSecrets({ note: `is ${value}` }, application.secretNames)).toEqual({ note: 'is [redacted]' })
  })

  test('are in no line of the log, which stays JSON', () => {
    const { secretNames } = load(textFlow, { 'application.yaml': settings })
    vi.stubEnv('SHOP_STRIPE_KEY', '5432')
    const ofDigits = load(textFlow, { 'application.yaml': settings }).secretNames
    for (const names of [secretNames, ofDigits]) {
      const lines: string[] = []
      const log = createLog('info', { write: (line) => lines.push(line) }, () => names)
      log.info({ details: { note: value }, port: 5432, err: new Error(`${value} failed`) }, `told ${value}`)
      expect(JSON.parse(lines.join(''))).toMatchObject({ port: 5432 })
      if (names === secretNames) expectHidden(lines.join(''))
    }
  })

  test('are not shown by a dry run', async () => {
    const folder = await temporaryFolder({ 'application.yaml': settings, 'flow.yaml': flow })
    try {
      for (const json of [true, false]) {
        const options: RunOptions = { json, body: '{}' }
        const { output, errors } = await callCommand(() => run(`${folder.path}/flow.yaml`, options))
        expect(output).toContain('[redacted]')
        expectHidden(output + errors)
      }
    } finally {
      await folder.remove()
    }
  })

  test('that the environment does not have are a warning where nothing is served, and an error where it is', async () => {
    for (const unset of [undefined, '']) {
      vi.stubEnv('SHOP_STRIPE_KEY', unset)
      const sources = [
        { file: 'application.yaml', text: settings },
        { file: 'flow.yaml', text: flow },
      ]
      const problem = {
        code: 'APPLICATION_SECRET_NOT_SET',
        file: 'application.yaml',
        line: 2,
        column: 30,
        message: 'The environment variable SHOP_STRIPE_KEY is not set, so there is no value for secrets.stripeKey.',
      }
      const { application, problems } = loadSources(sources)
      expect(application).toBeDefined()
      expect(problems).toEqual([expect.objectContaining({ ...problem, severity: 'warning' })])
      const folder = await temporaryFolder({ 'application.yaml': settings, 'flow.yaml': flow })
      try {
        const loaded = await loadToServe(folder.path, {})
        expect(loaded.application).toBeUndefined()
        expect(loaded.problems).toEqual([expect.objectContaining({ code: problem.code, severity: 'error' })])
      } finally {
        await folder.remove()
      }
    }
  })

  test('that a connection lacks are a warning, and what does without it is served', async () => {
    const text = 'name: shop\nconnections: { readings: { env: SHOP_READINGS_URL } }\n'
    const problem = {
      code: 'APPLICATION_CONNECTION_NOT_SET',
      severity: 'warning',
      line: 2,
      message: 'The environment variable SHOP_READINGS_URL is not set, so no flow can use the connection readings.',
    }
    const folder = await temporaryFolder({ 'application.yaml': text })
    const { application, problems } = await loadToServe(folder.path, {}).finally(folder.remove)
    expect([application !== undefined, problems]).toEqual([true, [expect.objectContaining(problem)]])
    vi.stubEnv('SHOP_READINGS_URL', 'postgres://127.0.0.1/readings')
    expect(loadSources([{ file: 'application.yaml', text }]).problems).toEqual([])
  })

  test.each([
    ['secrets: { a: sk_live_1 }', 'error', 'secrets.a must be'],
    ['secrets: { a: { env: 1BAD } }', 'error', 'secrets.a.env'],
    ['secrets: [ A ]', 'error', 'secrets must be'],
    ['globals: { stripe: { key: { env: STRIPE_KEY } } }', 'warning', 'the environment variable STRIPE_KEY'],
  ])('are told where they are none: %s', (line, severity, message) => {
    const { problems } = loadSources([{ file: 'application.yaml', text: `name: a\n${line}\n` }])
    expect(problems).toEqual([expect.objectContaining({ severity, message: expect.stringContaining(message) })])
  })

  test('that application.yaml does not name are an absent path, and a global called env is one', () => {
    const text = textFlow.replaceAll('stripeKey', 'stripKey')
    const { problems } = loadSources([
      { file: 'application.yaml', text: `${settings}globals: { app: { env: production } }\n` },
      { file: 'flow.yaml', text },
    ])
    expect(new Set(problems.map(({ code, file }) => `${file} ${code}`))).toEqual(
      new Set(['flow.yaml FLOW_ABSENT_PATH']),
    )
  })
})
