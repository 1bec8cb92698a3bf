/** Whatever `flowpot lsp` is sent and whatever happens to the files, the process goes on and answers. */
import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import {
  CancellationTokenSource,
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node'
import { startCli } from './flowpot-process.ts'
import { it } from './it.ts'
import { type LanguageClient, startLanguageServer, uriOf } from './language-client.ts'

const sound = 'name: Sound\non: { endpoint: GET /sound }\nnodes:\n  - { type: reply, body: hi }\n'

/** Requests that name a place in a file. */
const requests = ['completion', 'hover', 'definition', 'references', 'rename', 'prepareRename']

async function askAll(client: LanguageClient, file: string): Promise<void> {
  const textDocument = { uri: uriOf(file) }
  for (const position of [
    { line: 0, character: 0 },
    { line: 3, character: 7 },
    { line: 1_000_000, character: 5 },
  ]) {
    for (const name of requests) {
      await client
        .ask(`textDocument/${name}`, { textDocument, position, newName: 'x', context: { includeDeclaration: true } })
        .catch(() => undefined)
    }
  }
  for (const name of ['codeLens', 'formatting', 'semanticTokens/full', 'inlayHint', 'documentSymbol', 'codeAction']) {
    const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } }
    const params = { textDocument, range, context: { diagnostics: [] }, options: { tabSize: 2, insertSpaces: true } }
    await client.ask(`textDocument/${name}`, params).catch(() => undefined)
  }
}

async function expectAlive(client: LanguageClient, folder: string): Promise<void> {
  const file = join(folder, 'alive.yaml')
  await client.open(file, sound)
  const [found] = await client.change(file, sound.replace('type: reply', 'type: repyl'))
  expect(found?.code).toBe('FLOW_UNKNOWN_NODE')
  expect(client.process.child.exitCode).toBeNull()
}

it.for([
  ['10 MB of text', 'a: b\n'.repeat(2_000_000)],
  ['a line of 10 MB', `a: ${'x'.repeat(10_000_000)}`],
  ['binary text', randomBytes(100_000).toString('latin1')],
  ['NUL', '\0'.repeat(1000)],
  ['deep brackets', '['.repeat(100_000)],
  ['deep maps', Array.from({ length: 2000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
  [
    'many aliases',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]},`.repeat(9)}]`)
      .join('\n')}`,
  ],
  ['nothing', ''],
  ['only a template', '<<'.repeat(1000)],
  ['carriage returns', sound.replaceAll('\n', '\r')],
] as const)('answers about %s', async ([, text], { scene }) => {
  const folder = await scene.folder({ 'application.yaml': 'name: x\n' })
  const client = await startLanguageServer(scene)
  const files = ['flow.yaml', 'flow.test.yaml'].map((name) => join(folder, name))
  for (const file of files) {
    expect((await client.open(file, text)).length).toBeGreaterThan(0)
    await askAll(client, file)
    await client.close(file)
  }
  await expectAlive(client, folder)
})

it('goes on when files, and the folder itself, vanish', async ({ scene }) => {
  const parent = await scene.folder()
  const folder = join(parent, 'flows')
  await mkdir(folder)
  await writeFile(join(folder, 'flow.yaml'), sound)
  const client = await startLanguageServer(scene)
  await client.open(join(folder, 'flow.yaml'), sound)
  await rm(folder, { recursive: true })
  expect(await client.change(join(folder, 'flow.yaml'), `${sound}# gone\n`)).toEqual([])
  await askAll(client, join(folder, 'flow.yaml'))
  await expectAlive(client, parent)
})

it('takes addresses with odd characters, and those that are no files', async ({ scene }) => {
  const parent = await scene.folder()
  const folder = join(parent, 'lōm & söhne [1] #100%')
  await mkdir(folder)
  const client = await startLanguageServer(scene)
  const file = join(folder, 'flow %20 #1?.yaml')
  await client.connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri: uriOf(file), languageId: 'yaml', version: 1, text: sound.replace('reply', 'repyl') },
  })
  const [found] = await client.until(file, (list) => list.length > 0)
  expect(found?.code).toBe('FLOW_UNKNOWN_NODE')
  for (const uri of [
    'untitled:Untitled-1',
    'git:/x.yaml',
    'file://host/x.yaml',
    'file:///a%2Fb.yaml',
    'file:///%zz',
    '',
    'no address',
  ]) {
    await client.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text: sound },
    })
    const params = { textDocument: { uri }, position: { line: 0, character: 0 } }
    expect(await client.ask('textDocument/completion', params)).toEqual([])
  }
  await expectAlive(client, folder)
})

it('refuses requests before initialize, and answers those after', async ({ scene }) => {
  const process = startCli(['lsp'], { isSpokenTo: true })
  const { stdin, stdout } = process.child
  if (!stdin || !stdout) throw new Error('The process has no standard input and output.')
  scene.after(() => stdin.end())
  const connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin))
  connection.listen()
  const params = { textDocument: { uri: 'file:///x.yaml' }, position: { line: 0, character: 0 } }
  await expect(connection.sendRequest('textDocument/completion', params)).rejects.toMatchObject({ code: -32002 })
  await connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: 'file:///x.yaml', version: 1 },
    contentChanges: [{ text: '' }],
  })
  await connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} })
  expect(await connection.sendRequest('textDocument/completion', params)).toEqual([])
  await expect(connection.sendRequest('no/such/method', {})).rejects.toMatchObject({ code: -32601 })
  await connection.sendRequest('shutdown')
  await connection.sendNotification('exit')
  expect(await process.ended()).toBe(0)
})

it('takes requests that are cancelled, changes out of order and parameters of the wrong kind', async ({ scene }) => {
  const folder = await scene.folder()
  const client = await startLanguageServer(scene)
  const file = join(folder, 'flow.yaml')
  await client.open(file, sound)
  const params = { textDocument: { uri: uriOf(file) }, position: { line: 3, character: 7 } }
  const cancelled = Array.from({ length: 20 }, () => {
    const source = new CancellationTokenSource()
    const answer = client.connection.sendRequest('textDocument/completion', params, source.token)
    source.cancel()
    return answer.catch(() => 'cancelled')
  })
  await Promise.all(cancelled)
  for (const wrong of [
    {},
    null,
    [],
    7,
    { textDocument: 3 },
    { ...params, position: { line: -1, character: 1e9 } },
    { ...params, position: 'x' },
  ]) {
    for (const name of requests)
      await client.connection.sendRequest(`textDocument/${name}`, wrong as object).catch(() => undefined)
  }
  await client.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: uriOf(join(folder, 'never-opened.yaml')), version: 3 },
    contentChanges: [{ text: 'x' }],
  })
  await client.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri: uriOf(file), version: 9 },
    contentChanges: [{ range: { start: { line: 90, character: 4 }, end: { line: 2, character: 1 } }, text: 'x' }],
  })
  await expectAlive(client, folder)
})
