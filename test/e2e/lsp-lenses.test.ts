/** Lenses of `flowpot lsp`: what they offer, and what they show once it was run. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { CodeLens, ShowMessageParams } from 'vscode-languageserver/node'
import { checkout } from './flowpot-process.ts'
import { it } from './it.ts'
import { startLanguageServer, uriOf } from './language-client.ts'

it('runs the tests of a flow, one test, and a dry run with the request of a test', async ({ scene }) => {
  const flow = `name: Half
on: { endpoint: POST /half }
nodes:
  - type: conditional
    if: << data.body.n >>
    else: [ { type: reply, status: 400 } ]
  - { type: reply, body: << divide data.body.n 2 >> }
`
  const tests = `- name: halves
  request: { method: POST, path: /half, body: { n: 4 } }
  expect: { status: 200, body: 2 }
- name: is wrong
  request: { method: POST, path: /half, body: { n: 4 } }
  expect: { status: 201 }
`
  const folder = await scene.folder({ 'half.yaml': flow, 'half.test.yaml': tests })
  const client = await startLanguageServer(scene)
  const [flowFile, testFile] = [join(folder, 'half.yaml'), join(folder, 'half.test.yaml')]
  await client.open(flowFile, flow)
  await client.open(testFile, tests)
  const titles = async (file: string) => {
    const lenses = await client.ask<CodeLens[]>('textDocument/codeLens', { textDocument: { uri: uriOf(file) } })
    return lenses.map(({ range, command }) => `${range.start.line + 1} ${command?.title.replace(/\d+ ms/, 'n ms')}`)
  }
  const execute = (command: string, ...args: readonly string[]) =>
    client.ask('workspace/executeCommand', { command, arguments: args })

  expect(await titles(flowFile)).toEqual(['1 ▶ Run tests'])
  expect(await titles(testFile)).toEqual(['1 ▶ Run', '1 ▷ Dry run', '4 ▶ Run', '4 ▷ Dry run'])
  await execute('flowpot.test', uriOf(flowFile))
  await expect
    .poll(() => titles(flowFile))
    .toEqual([
      '1 ▶ Run tests',
      '1 1 of 2 passed, 1 of 2 branches taken',
      '4 "else" never taken by a test',
      '6 never visited by a test',
    ])
  expect(await titles(testFile)).toEqual([
    '1 ▶ Run',
    '1 ▷ Dry run',
    '1 ✓ passed (n ms)',
    '4 ▶ Run',
    '4 ▷ Dry run',
    expect.stringMatching(/^4 ✗ .*201/),
  ])

  const told = new Promise<ShowMessageParams>((resolve) => {
    client.connection.onNotification('window/showMessage', resolve)
  })
  await execute('flowpot.dryRun', uriOf(testFile), 'halves')
  expect((await told).message).toBe('reply 200')
})

it('offers nothing where there is no test, and says why tests cannot run', async ({ scene }) => {
  const folder = join(checkout, 'flows')
  const client = await startLanguageServer(scene)
  const file = join(folder, 'application.yaml')
  await client.open(file, await readFile(file, 'utf8'))
  expect(await client.ask('textDocument/codeLens', { textDocument: { uri: uriOf(file) } })).toEqual([])

  const broken = await scene.folder({
    'a.yaml': 'name: A\non: { button: x }\nnodes: [ { type: nothing } ]\n',
    'a.test.yaml': '- name: x\n',
  })
  const text = '- name: x\n  trigger: {}\n  expect: { visits: [] }\n'
  await client.open(join(broken, 'a.test.yaml'), text)
  const textDocument = { uri: uriOf(join(broken, 'a.test.yaml')) }
  await client.ask('workspace/executeCommand', { command: 'flowpot.test', arguments: [textDocument.uri, 'x'] })
  await expect
    .poll(async () =>
      (await client.ask<CodeLens[]>('textDocument/codeLens', { textDocument })).map(({ command }) => command?.title),
    )
    .toEqual(['▶ Run', '✗ There is no node type "nothing".'])
})
