/** Completions of `flowpot lsp`. In each text, `|` is the cursor. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CompletionItem } from 'vscode-languageserver/node'
import { helperNames } from '../../engine/templates/template.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { temporaryFolder } from './flowpot-process.ts'
import { type LanguageClient, startLanguageServer, uriOf } from './language-client.ts'

const files = {
  'application.yaml': `name: shop
globals: { support: help@shop.example }
connections: { readings: { env: READINGS_URL } }
seeds:
  groups: [ { name: admins, description: They see everything. } ]
  users: [ { email: ada@shop.example } ]
`,
  'look-up.yaml': `name: Look up
on:
  custom-node: look-up
  inputs: { key: { type: string, required: true } }
  outputs: [found, missing]
nodes:
  - { type: return, output: found, value: { name: Fern, height: 3 } }
`,
  'report.yaml': `name: Report
on: { button: Send }
nodes:
  - { id: count, type: mutate, rules: [ { set: working.total, to: 3 } ] }
  - { id: tell, type: debug, message: << working.total >> }
`,
  'other.yaml': `name: Other
on: { endpoint: 'GET /other/{id}' }
nodes:
  - { id: answer, type: reply, body: << data.params.id >> }
`,
}

interface Completed {
  readonly items: readonly CompletionItem[]
  readonly labels: readonly string[]
  /** The text after an item was chosen. */
  choose(label: string): string
  item(label: string): CompletionItem | undefined
}

const ends: (() => unknown)[] = []
let client: LanguageClient
let folder: Awaited<ReturnType<typeof temporaryFolder>>

// One server for all tests, since each starts in half a second.
beforeAll(async () => {
  folder = await temporaryFolder(files)
  client = await startLanguageServer({ after: (end) => void ends.push(end) })
})
afterAll(async () => {
  for (const end of ends) await end()
  await folder.remove()
})

async function completeIn(name: string, written: string): Promise<Completed> {
  const [before = '', after = ''] = written.split('|', 2)
  const file = join(folder.path, name)
  await client.open(file, before + after)
  const lines = before.split('\n')
  const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 }
  const items = await client.ask<CompletionItem[]>('textDocument/completion', {
    textDocument: { uri: uriOf(file) },
    position,
  })
  await client.close(file)
  return {
    items,
    labels: items.map(({ label }) => label),
    item: (label) => items.find((item) => item.label === label),
    choose(label) {
      const edit = items.find((item) => item.label === label)?.textEdit
      if (!edit || !('range' in edit)) throw new Error(`There is no ${label} among ${items.map((item) => item.label)}.`)
      const { start, end } = edit.range
      const all = (before + after).split('\n')
      const line = all[start.line] ?? ''
      expect(end.line).toBe(start.line)
      // As editors do, which indent the further lines as the first one.
      const text = edit.newText.replaceAll('\n', `\n${/^ */.exec(line)?.[0]}`)
      all[start.line] = line.slice(0, start.character) + text + line.slice(end.character)
      return all.join('\n')
    },
  }
}

const endpoint = 'name: New\non: { endpoint: POST /new }\nnodes:\n'

describe('node types', () => {
  it('offers all of them after type:, each with what it does', async () => {
    const { labels, item } = await completeIn('new.yaml', `${endpoint}  - type: re|`)
    expect(labels).toEqual(expect.arrayContaining(nodeTypes.map(({ type }) => type)))
    expect(item('reply')?.documentation).toMatchObject({ value: 'Answers the request.' })
  })

  it('writes the fields that a node must have', async () => {
    const { choose } = await completeIn('new.yaml', `${endpoint}  - type: cond|`)
    expect(choose('conditional')).toMatch(/ {2}- type: conditional\n {4}if: /)
  })

  it('writes a whole node where an item of the list begins', async () => {
    const { choose } = await completeIn('new.yaml', `${endpoint}  - |\n  - { type: reply }\n`)
    expect(choose('get-value')).toMatch(/ {2}- type: get-value\n {4}result: /)
  })

  it('leaves the fields of a node that has some already', async () => {
    const { choose } = await completeIn('new.yaml', `${endpoint}  - type: cond|\n    if: true\n`)
    expect(choose('conditional')).toContain('- type: conditional\n    if: true')
  })
})

describe('triggers', () => {
  it('offers all types below on, with the value to begin with', async () => {
    const { labels, choose } = await completeIn('new.yaml', 'name: New\non:\n  |\nnodes: []\n')
    expect(labels).toEqual(expect.arrayContaining(triggerTypes.map(({ key }) => key)))
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a snippet
    expect(choose('endpoint')).toContain('  endpoint: ${1:POST /devices}')
  })

  it('offers the other fields of the trigger that is there', async () => {
    const { labels } = await completeIn('new.yaml', 'name: New\non:\n  endpoint: GET /\n  acc|\nnodes: []\n')
    expect(labels).toEqual(expect.arrayContaining(['access', 'unauthorized', 'then']))
    expect(labels).not.toContain('endpoint')
  })
})

describe('fields', () => {
  it('offers those of the type, but for those that are there', async () => {
    const { labels, item } = await completeIn('new.yaml', `${endpoint}  - type: reply\n    body: hi\n    |\n`)
    expect(labels).toEqual(expect.arrayContaining(['status', 'headers', 'cookies', 'id', 'next']))
    expect(labels).not.toContain('body')
    expect(item('status')?.documentation).toMatchObject({ value: expect.stringContaining('HTTP status') })
  })

  it('offers them in a branch of a branch, and in brackets', async () => {
    const nested = `${endpoint}  - type: conditional\n    if: true\n    then:\n      - { type: reply, st| }\n`
    expect((await completeIn('new.yaml', nested)).labels).toContain('status')
  })

  it('offers them where the rest of the file is broken', async () => {
    const broken = `${endpoint}  - type: reply\n    st|\n  - type: debug\n    message: [ "never closed\n  id: x\n`
    expect((await completeIn('new.yaml', broken)).labels).toContain('status')
  })

  it('offers the values of an enumeration', async () => {
    const { labels } = await completeIn('new.yaml', `${endpoint}  - type: debug\n    level: |\n`)
    expect(labels).toEqual(expect.arrayContaining(['debug', 'info', 'warn']))
  })

  it('offers what a flow and application.yaml may say', async () => {
    expect((await completeIn('new.yaml', 'name: New\non: { button: x }\nnodes: []\n|')).labels).toEqual(
      expect.arrayContaining(['description', 'retry', 'inOrder']),
    )
    expect((await completeIn('application.yaml', 'name: shop\n|')).labels).toEqual(
      expect.arrayContaining(['globals', 'seeds', 'connections', 'secrets', 'cors']),
    )
    expect((await completeIn('application.yaml', 'name: shop\nseeds:\n  |')).labels).toEqual(
      expect.arrayContaining(['groups', 'users', 'devices']),
    )
  })
})

describe('calls of the platform', () => {
  it('offers every action', async () => {
    const { labels } = await completeIn('new.yaml', `${endpoint}  - type: api\n    call: dev|\n`)
    expect(labels).toEqual(expect.arrayContaining(Object.keys(describeActions())))
  })

  it('offers the parameters of the action that is called', async () => {
    const { labels } = await completeIn(
      'new.yaml',
      `${endpoint}  - type: api\n    call: device.get\n    with:\n      |\n`,
    )
    expect(labels).toEqual(expect.arrayContaining(['deviceId', 'tagsAsObject']))
  })

  it('offers the fields within a parameter', async () => {
    const call = '  - type: api\n    call: devices.post\n    with:\n      device:\n        na|\n'
    expect((await completeIn('new.yaml', endpoint + call)).labels).toEqual(
      expect.arrayContaining(['name', 'tags', 'attributes']),
    )
  })
})

describe('names of the application', () => {
  const nodes = '  - { id: first, type: debug, message: hi }\n  - { id: last, type: reply }\n'

  it('offers the IDs of the flow where a wire leads, also to nodes further down', async () => {
    const { labels } = await completeIn(
      'new.yaml',
      `${endpoint}  - type: debug\n    message: hi\n    next: |\n${nodes}`,
    )
    expect(labels).toEqual(expect.arrayContaining(['first', 'last', 'end']))
    expect(labels).not.toContain('break')
  })

  it('offers break within a loop', async () => {
    const loop =
      '  - type: loop\n    over: << data.body >>\n    do:\n      - type: debug\n        message: hi\n        next: |\n'
    expect((await completeIn('new.yaml', endpoint + loop + nodes)).labels).toEqual(
      expect.arrayContaining(['break', 'end', 'first']),
    )
  })

  it('offers the groups that are seeded', async () => {
    const on = 'name: New\non:\n  endpoint: GET /new\n  access:\n    groups: [ | ]\nnodes: [ { type: reply } ]\n'
    expect((await completeIn('new.yaml', on)).labels).toContain('admins')
  })

  it('offers the connections', async () => {
    const { labels } = await completeIn('new.yaml', `${endpoint}  - type: sql\n    connection: |\n`)
    expect(labels).toContain('readings')
  })

  it('offers custom nodes, their inputs and their outputs', async () => {
    const node = `${endpoint}  - type: custom-node\n    node: `
    expect((await completeIn('new.yaml', `${node}|`)).labels).toContain('look-up')
    expect((await completeIn('new.yaml', `${node}look-up\n    with:\n      |`)).labels).toContain('key')
    expect((await completeIn('new.yaml', `${node}look-up\n    on:\n      |`)).labels).toEqual(
      expect.arrayContaining(['found', 'missing']),
    )
  })

  it('offers flows and their buttons', async () => {
    const node = `${endpoint}  - type: workflow-trigger\n    flow: `
    expect((await completeIn('new.yaml', `${node}|`)).labels).toContain('report')
    expect((await completeIn('new.yaml', `${node}report\n    button: |`)).labels).toContain('Send')
  })
})

describe('templates', () => {
  it('offers what stands on the payload when the trigger fires', async () => {
    const { labels, item } = await completeIn('new.yaml', `${endpoint}  - type: reply\n    body: << data.|\n`)
    expect(labels).toEqual(
      ['body', 'cookies', 'headers', 'method', 'params', 'path', 'query', 'replyId'].sort(
        (a, b) => labels.indexOf(a) - labels.indexOf(b),
      ),
    )
    expect(item('method')?.detail).toBe('text, number, boolean or null')
  })

  it('offers what nodes above have written, and nothing of nodes below', async () => {
    const nodes = `  - type: api
    call: devices.post
    with: { device: { name: Fern } }
    result: working.device
  - type: reply
    status: 201
    body: { id: << working.device.result.| >> }
    next:
      - { type: mutate, rules: [ { set: working.later, to: 1 } ] }
`
    const { labels, item } = await completeIn('new.yaml', endpoint + nodes)
    expect(labels).toEqual(expect.arrayContaining(['deviceId', 'name', 'attributes']))
    expect(item('name')?.detail).toBe('text')
    const root = await completeIn('new.yaml', endpoint + nodes.replace('working.device.result.|', 'working.|'))
    expect(root.labels).toEqual(['device'])
  })

  it('offers what a custom node returns', async () => {
    const nodes = `  - type: custom-node
    node: look-up
    with: { key: x }
    result: working.found
    on: { found: end, missing: answer }
  - { id: answer, type: reply, body: << working.found.| >> }
`
    const { labels } = await completeIn(
      'new.yaml',
      endpoint + nodes.replace('on: { found: end, missing: answer }', 'on: { found: answer, missing: answer }'),
    )
    expect(labels).toEqual(['name', 'height'])
  })

  it('offers globals, and the helpers with their signatures', async () => {
    const { labels, item } = await completeIn('new.yaml', `${endpoint}  - type: reply\n    body: "<< |"\n`)
    expect(labels).toEqual(expect.arrayContaining(['data', 'globals', 'time', ...helperNames]))
    expect(item('formatDate')?.detail).toBe('formatDate date [pattern] [tz=zone] → text')
    expect(item('upper')?.documentation).toMatchObject({ value: 'In upper case.' })
    const globals = await completeIn('new.yaml', `${endpoint}  - type: reply\n    body: << globals.|\n`)
    expect(globals.labels).toEqual(['support'])
  })

  it('offers paths and no helpers as an argument of a helper, and in a formula', async () => {
    const { labels } = await completeIn('new.yaml', `${endpoint}  - type: reply\n    body: << upper |\n`)
    expect([labels.includes('data'), labels.includes('lower')]).toEqual([true, false])
    const formula = `${endpoint}  - type: conditional\n    if: << data.body >> && << data.qu| >> > 3\n  - { type: reply }\n`
    const { choose } = await completeIn('new.yaml', formula)
    expect(choose('query')).toContain('if: << data.body >> && << data.query >> > 3')
  })
})

describe('tests', () => {
  const request = '- name: answers\n  request: { method: GET, path: /other/1 }\n'

  it('offers the keys of a test, of a request and of what is expected', async () => {
    expect((await completeIn('other.test.yaml', '- name: answers\n  |')).labels).toEqual(
      expect.arrayContaining(['request', 'trigger', 'call', 'user', 'expect', 'steps', 'stubs', 'seed', 'save']),
    )
    expect((await completeIn('other.test.yaml', '- name: answers\n  request:\n    |')).labels).toEqual(
      expect.arrayContaining(['method', 'path', 'headers', 'body']),
    )
    expect((await completeIn('other.test.yaml', `${request}  expect:\n    |`)).labels).toEqual(
      expect.arrayContaining(['status', 'body', 'visits', 'sent', 'debug', 'payload']),
    )
  })

  it('offers routes, methods, users and the nodes that are visited', async () => {
    const path = '- name: answers\n  request:\n    method: GET\n    path: |'
    expect((await completeIn('other.test.yaml', path)).labels).toContain('/other/{id}')
    const method = '- name: answers\n  request:\n    method: |'
    expect((await completeIn('other.test.yaml', method)).labels).toContain('PATCH')
    expect((await completeIn('other.test.yaml', '- name: answers\n  user: |')).labels).toContain('ada@shop.example')
    const visits = `${request}  expect:\n    visits: [ | ]\n`
    expect((await completeIn('other.test.yaml', visits)).labels).toEqual(
      expect.arrayContaining(['answer', 'report/tell']),
    )
  })

  it('offers nodes as keys of stubs, actions, their parameters and what was saved', async () => {
    expect((await completeIn('other.test.yaml', `${request}  stubs:\n    |`)).labels).toContain('answer')
    expect((await completeIn('other.test.yaml', '- name: x\n  call: |')).labels).toContain('devices.post')
    const call = '- name: x\n  call: devices.post\n  with:\n    |'
    expect((await completeIn('other.test.yaml', call)).labels).toContain('device')
    const steps = `- name: x
  steps:
    - { call: devices.get, save: { first: items.0.deviceId } }
    - { request: { method: GET, path: "/other/<< saved.| >>" }, expect: { status: 200 } }
`
    expect((await completeIn('other.test.yaml', steps)).labels).toEqual(['first'])
  })
})
