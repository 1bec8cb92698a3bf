/** `flowpot lsp` finds what `flowpot check` finds, in text that is not saved. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Diagnostic } from 'vscode-languageserver/node'
import type { Problem } from '../../engine/source/problem.ts'
import { damagedFlow, wrongFlow } from '../engine/wrong-flows/any-wrong-flow.ts'
import { applicationFile } from '../nodes/run-node.ts'
import { checkout } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'
import { type LanguageClient, startLanguageServer } from './language-client.ts'

const sound = 'name: Sound\non: { endpoint: GET /sound }\nnodes:\n  - { type: reply, body: << data.query.a >> }\n'
const wrong = sound.replace('data.query', 'data.qury')

/** As `check --json` prints it. */
function toProblem(file: string, { range, code, severity, message, data }: Diagnostic) {
  const { message: text, hint } = data as { message: string; hint?: string }
  expect(message).toBe(hint === undefined ? text : `${text}\n${hint}`)
  return {
    file,
    line: range.start.line + 1,
    column: range.start.character + 1,
    length: range.end.character - range.start.character,
    code,
    severity: severity === 1 ? 'error' : 'warning',
    message: text,
    hint,
  }
}

const byPlace = (a: { file: string; line: number; column: number; message: string }, b: typeof a) =>
  a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column || a.message.localeCompare(b.message)

async function checkedProblems(scene: Scene, folder: string) {
  const shown = scene.cli(['check', folder, '--json'])
  await shown.ended()
  const { problems }: { problems: Problem[] } = JSON.parse(shown.stdout.text())
  return problems
    .map(({ related: _, length = 1, ...problem }) => ({ hint: undefined, ...problem, length }))
    .sort(byPlace)
}

function toldProblems({ diagnostics }: LanguageClient) {
  return [...diagnostics].flatMap(([file, found]) => found.map((one) => toProblem(file, one))).sort(byPlace)
}

it('has the problems of every file once one of them is open', async ({ scene }) => {
  const folder = await scene.folder({ 'sound.yaml': sound, 'wrong.yaml': wrong, 'application.yaml': 'nam: x\n' })
  const client = await startLanguageServer(scene)
  expect(await client.open(join(folder, 'sound.yaml'), sound)).toEqual([])
  await client.until(join(folder, 'wrong.yaml'), (found) => found.length > 0)
  expect(toldProblems(client)).toEqual(await checkedProblems(scene, folder))
})

it('checks the text in the editor and not the one on disk', async ({ scene }) => {
  const folder = await scene.folder({ 'flow.yaml': sound })
  const file = join(folder, 'flow.yaml')
  const client = await startLanguageServer(scene)
  expect(await client.open(file, sound)).toEqual([])
  const [found] = await client.change(file, wrong)
  expect(found?.code).toBe('FLOW_ABSENT_PATH')
  expect(found?.message).toContain('Did you mean "query"?')
  expect(await client.change(file, sound)).toEqual([])
})

it('knows a file that was never saved, and forgets it once it is closed', async ({ scene }) => {
  const folder = await scene.folder({ 'flow.yaml': sound })
  const file = join(folder, 'flow.yaml')
  const twin = join(folder, 'twin.yaml')
  const client = await startLanguageServer(scene)
  await client.open(file, sound)
  await client.open(twin, sound.replace('Sound', 'Twin'))
  const [conflict] = await client.until(twin, (found) => found.length > 0)
  expect([conflict?.code, conflict?.relatedInformation?.length]).toEqual(['FLOW_ROUTE_CONFLICT', 1])
  await client.close(twin)
  expect(await client.until(twin, (found) => found.length === 0)).toEqual([])
})

it('looks at the disk again when the editor says that a file has changed', async ({ scene }) => {
  const folder = await scene.folder({ 'flow.yaml': sound, 'other.yaml': wrong })
  const other = join(folder, 'other.yaml')
  const client = await startLanguageServer(scene)
  await client.open(join(folder, 'flow.yaml'), sound)
  await client.until(other, (found) => found.length > 0)
  await rm(other)
  const changes = [{ uri: `file://${other}`, type: 3 }]
  await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes })
  expect(await client.until(other, (found) => found.length === 0)).toEqual([])
})

it('says nothing of YAML files that are no application', async ({ scene }) => {
  const folder = await scene.folder({ 'compose.yaml': 'services: { web: { image: nginx } }\n' })
  const client = await startLanguageServer(scene)
  const text = 'on: push\njobs: { build: { steps: [] } }\n'
  expect(await client.open(join(folder, 'workflow.yaml'), text)).toEqual([])
})

it('tells of wrong flows, damaged ones and bytes exactly what check tells', async ({ scene }) => {
  const [corpus] = fc.sample(
    fc.tuple(
      fc.array(wrongFlow, { minLength: 60, maxLength: 60 }),
      fc.array(damagedFlow, { minLength: 20, maxLength: 20 }),
    ),
    1,
  )
  // As the bytes on disk will be read.
  const texts = corpus?.flat().map(({ text }) => Buffer.from(text).toString()) ?? []
  const folder = await scene.folder({ [applicationFile.file]: applicationFile.text, 'first.yaml': sound })
  const client = await startLanguageServer(scene)
  await client.open(join(folder, 'first.yaml'), sound)
  for (const [index, text] of texts.entries()) await client.open(join(folder, `flow-${index}.yaml`), text)
  // The same text on disk, for the command.
  for (const [index, text] of texts.entries()) await writeFile(join(folder, `flow-${index}.yaml`), text)
  await client.change(join(folder, 'first.yaml'), `${sound}# The end.\n`)
  expect(toldProblems(client)).toEqual(await checkedProblems(scene, folder))
})

it('finds nothing wrong with the sample application', async ({ scene }) => {
  const folder = join(checkout, 'flows')
  const client = await startLanguageServer(scene)
  for (const name of await readdir(folder)) {
    const file = join(folder, name)
    expect([name, await client.open(file, await readFile(file, 'utf8'))]).toEqual([name, []])
  }
})

it('is loaded by no other command', async ({ scene }) => {
  const hook =
    "const M = require('node:module'); const { _load } = M; M._load = function (name) { if (/vscode/.test(name)) console.error('loads ' + name); return _load.apply(this, arguments) }"
  const folder = await scene.folder({ 'hook.cjs': hook, 'flow.yaml': sound })
  const env = { NODE_OPTIONS: `--require ${join(folder, 'hook.cjs')}` }
  for (const args of [['--help'], ['check', folder]]) {
    const command = scene.cli(args, env)
    expect([await command.ended(), command.stderr.text()]).toEqual([0, ''])
  }
  const server = scene.cli(['lsp'], env)
  await server.ended()
  expect(server.stderr.text()).toContain('loads vscode-languageserver')
})
