/** Formatting, semantic tokens and inlay types of `flowpot lsp`. */
import { join } from 'node:path'
import { expect } from 'vitest'
import type { InlayHint, SemanticTokens, TextEdit } from 'vscode-languageserver/node'
import { tokenTypes } from '../../workbench/language/semantic-tokens.ts'
import { it, type Scene } from './it.ts'
import { startLanguageServer, uriOf } from './language-client.ts'

const flow = `name: Read   # a comment with << data.no >>
on: { endpoint: POST /read }
nodes:
  - type: api
    call: devices.post
    with: { device: { name: << upper data.body.name >>, description: "{{#if (eq data.query.a 'x')}}1{{else}}-2{{/if}}" } }
    result: working.device
  - type: reply
    body: << working.device.result.name >>
`

async function opened(scene: Scene, text: string) {
  const folder = await scene.folder()
  const client = await startLanguageServer(scene)
  const file = join(folder, 'read.yaml')
  await client.open(file, text)
  const ask = <Result>(method: string, params = {}) =>
    client.ask<Result>(`textDocument/${method}`, { textDocument: { uri: uriOf(file) }, ...params })
  return { ask, client, file }
}

it('formats the file as one edit, and a broken one not at all', async ({ scene }) => {
  const { ask, client, file } = await opened(scene, flow)
  const options = { options: { tabSize: 2, insertSpaces: true } }
  const [edit] = await ask<TextEdit[]>('formatting', options)
  expect(edit?.newText).toBe(flow.replace('   #', ' #'))
  await client.change(file, edit?.newText ?? '')
  expect(await ask('formatting', options)).toEqual([])
  await client.change(file, flow.replace('name: Read', 'name: [Read'))
  expect(await ask('formatting', options)).toEqual([])
})

it('tells paths, helpers, texts and words of templates apart', async ({ scene }) => {
  const { ask } = await opened(scene, flow)
  const { data } = await ask<SemanticTokens>('semanticTokens/full')
  const lines = flow.split('\n')
  const found: string[] = []
  let [line, character] = [0, 0]
  for (let i = 0; i < data.length; i += 5) {
    const [down = 0, right = 0, length = 0, type = 0] = data.slice(i, i + 4)
    line += down
    character = down > 0 ? right : character + right
    found.push(`${tokenTypes[type]} ${lines[line]?.slice(character, character + length)}`)
  }
  expect(found.filter((token) => !token.startsWith('operator'))).toEqual([
    'function upper',
    'variable data.body.name',
    'function if',
    'function eq',
    'variable data.query.a',
    "string 'x'",
    'keyword else',
    'function if',
    'variable working.device.result.name',
  ])
  expect(found[0]).toBe('operator <<')
})

it('shows the type of what a node writes', async ({ scene }) => {
  const { ask } = await opened(scene, flow)
  const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } }
  const [hint, ...others] = await ask<InlayHint[]>('inlayHint', { range })
  expect([hint?.position.line, hint?.label, others]).toEqual([6, ': { error, result }', []])
})
