/**
 * `npx tsx bench/language.ts`: how long `flowpot lsp` takes from an edit to its diagnostics, for a flow of 100 nodes and in an application of
 * 200 flows. Build first.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node'
import { quantile } from './statistics.ts'

const edits = 60

const mutateNode = (index: number) => `  - id: step-${index}
    type: mutate
    rules:
      - { set: working.value${index}, to: << data.query.a >> and << data.headers.host >> }
`

const flowOf = (name: string, nodes: number) => `name: ${name}
on: { endpoint: GET /${name} }
nodes:
${Array.from({ length: nodes }, (_, index) => mutateNode(index)).join('')}  - type: reply
    body: { value: << working.value1 >> }
`

async function measure(title: string, files: Readonly<Record<string, string>>, edited: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'flowpot-bench-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
  const child = spawn(process.execPath, [cli, 'lsp'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  )
  connection.listen()
  await connection.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} })
  const uri = pathToFileURL(join(folder, edited)).href
  let tell = () => {}
  connection.onNotification('textDocument/publishDiagnostics', (told: { uri: string }) => {
    if (told.uri === uri) tell()
  })
  const text = files[edited] ?? ''
  const times: number[] = []
  for (let version = 0; version <= edits; version++) {
    const began = performance.now()
    const told = new Promise<void>((resolve) => {
      tell = resolve
    })
    const isWrong = version % 2 === 1
    const changed = isWrong ? text.replace('data.headers.host', `data.headers${version}.host`) : text
    await (version === 0
      ? connection.sendNotification('textDocument/didOpen', {
          textDocument: { uri, languageId: 'yaml', version, text },
        })
      : connection.sendNotification('textDocument/didChange', {
          textDocument: { uri, version },
          contentChanges: [{ text: changed }],
        }))
    await told
    times.push(performance.now() - began)
  }
  const [first = 0, ...others] = times
  const at = (share: number) => quantile(others, share).toFixed(0)
  console.log(`${title}: opened in ${first.toFixed(0)} ms; an edit in ${at(0.5)} ms, 19 of 20 in ${at(0.95)} ms`)
  child.stdin.end()
  await once(child, 'exit')
  await rm(folder, { recursive: true })
}

await measure('a flow of 100 nodes', { 'flow.yaml': flowOf('flow', 99) }, 'flow.yaml')
const many = Array.from({ length: 200 }, (_, index) => [`flow${index}.yaml`, flowOf(`flow${index}`, 9)] as const)
await measure('an application of 200 flows', Object.fromEntries(many), 'flow7.yaml')
