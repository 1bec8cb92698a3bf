/** Hover, definitions, references, rename and quick fixes of `flowpot lsp`. In each text, `|` is the cursor. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CodeAction, Hover, Location, Range, WorkspaceEdit } from 'vscode-languageserver/node'
import { temporaryFolder } from './flowpot-process.ts'
import { type LanguageClient, startLanguageServer, uriOf } from './language-client.ts'

const texts: Record<string, string> = {
  'look-up.yaml': `name: Look up
description: Finds a plant by its key.
on:
  custom-node: look-up
  inputs: { key: { type: string, required: true, description: Name of the plant. } }
nodes:
  - { type: return, value: { name: Fern } }
`,
  'report.yaml': `name: Report
on: { button: Send }
nodes:
  - { id: count, type: store-value, key: total, value: 3 }
  - { type: get-value, key: total, result: working.total }
  - { id: say, type: debug, message: << working.total >> }
`,
  'new.yaml': `name: New
on:
  endpoint: POST /new
  access: public
nodes:
  - type: api
    call: devices.post
    with: { device: { name: << upper data.body.name >> } }
    result: working.device
    else: refused
  - type: custom-node
    node: look-up
    with: { key: fern }
    result: working.plant
  - type: workflow-trigger
    flow: report
    button: Send
  - type: switch
    value: << working.plant.name >>
    cases: [ { is: Fern, then: refused } ]
    default: done
  - { id: done, type: reply, status: 201, body: << working.device.result.name >> }
  - id: refused
    type: reply
    status: 400
`,
  'new.test.yaml': `- name: makes a device
  request: { method: POST, path: /new, body: { name: x } }
  stubs: { report/say: { sent: true } }
  expect: { status: 201, visits: [done] }
- name: refuses
  steps:
    - { request: { method: POST, path: /new, body: {} }, expect: { visits: [ new/refused ], sent: { done: [] } } }
`,
}

const ends: (() => unknown)[] = []
let client: LanguageClient
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder(texts)
  client = await startLanguageServer({ after: (end) => void ends.push(end) })
  for (const [name, text] of Object.entries(texts)) await client.open(join(folder.path, name), text)
})
afterAll(async () => {
  for (const end of ends) await end()
  await folder.remove()
})

/** `marked` is a part of the file with the cursor in it. */
function at(name: string, marked: string) {
  const text = texts[name] ?? ''
  const found = text.indexOf(marked.replace('|', ''))
  expect(found).toBeGreaterThan(-1)
  const before = text.slice(0, found + marked.indexOf('|')).split('\n')
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 }
  return { textDocument: { uri: uriOf(join(folder.path, name)) }, position }
}

const told = async (name: string, marked: string) => {
  const answer = await client.ask<Hover | null>('textDocument/hover', at(name, marked))
  return answer && typeof answer.contents === 'object' && 'value' in answer.contents ? answer.contents.value : ''
}

const shown = (locations: readonly Location[]) =>
  locations
    .map(({ uri, range }) => `${uri.slice(uri.lastIndexOf('/') + 1)}:${range.start.line + 1} ${textIn(uri, range)}`)
    .sort()

function textIn(uri: string, { start, end }: Range): string {
  const line = (texts[uri.slice(uri.lastIndexOf('/') + 1)] ?? '').split('\n')[start.line] ?? ''
  return start.line === end.line ? line.slice(start.character, end.character) : `${line.slice(start.character)}…`
}

describe('hover', () => {
  it.for([
    ['a node type', 'type: a|pi', ['**api**', '`then`', '`else`']],
    ['a call', 'call: devices.p|ost', ['**devices.post**', 'Parameters:', '`device` (required)', 'Result:']],
    ['a field', 'resu|lt: working.device', ['**result**', 'Where the outcome goes.']],
    ['a parameter of a call', 'with: { dev|ice', ['**device**']],
    ['a trigger', 'endp|oint: POST', ['**endpoint**']],
    ['a field of a trigger', 'acc|ess: public', ['Who may call', 'Default: `"public"`']],
    ['a helper', 'upp|er data', ['upper text → text', 'In upper case.']],
    ['a path of the trigger', 'data.bo|dy.name', ['data.body: anything', 'when the flow begins']],
    [
      'a path that a node wrote',
      'working.device.result.na|me',
      ['working.device.result.name: text', 'Written by:', '(api)'],
    ],
    ['a node that a wire names', 'else: refu|sed', ['**refused**', '`reply`', 'new.yaml', 'Used 3 times.']],
    [
      'a custom node',
      'node: look|-up',
      ['Finds a plant by its key.', '`key` (required): Name of the plant.', '`next`'],
    ],
    ['a button', 'button: Se|nd', ['**Send**: button of', 'report.yaml']],
  ] as const)('tells of %s', async ([, marked, parts]) => {
    const text = await told('new.yaml', marked)
    for (const part of parts) expect(text).toContain(part)
  })

  it('tells of nodes that a test names, and of what a test may say', async () => {
    expect(await told('new.test.yaml', 'visits: [do|ne]')).toContain('**done**: node of type `reply`')
    expect(await told('new.test.yaml', 'report/s|ay')).toContain('**say**: node of type `debug`')
    expect(await told('new.test.yaml', 'expe|ct: { status: 201')).toContain('**expect**: object')
  })
})

describe('definition', () => {
  it.for([
    ['a node', 'new.yaml', 'default: do|ne', ['new.yaml:22 done']],
    ['a node of a test', 'new.test.yaml', 'report/s|ay', ['report.yaml:6 say']],
    ['a custom node', 'new.yaml', 'node: look-|up', ['look-up.yaml:4 look-up']],
    ['a flow', 'new.yaml', 'flow: repo|rt', ['report.yaml:1 ']],
    ['a button', 'new.yaml', 'button: Se|nd', ['report.yaml:2 Send']],
    ['what writes a path', 'new.yaml', 'working.plant.na|me', ['new.yaml:11 type: custom-node…']],
  ] as const)('leads to %s', async ([, name, marked, expected]) => {
    expect(shown(await client.ask<Location[]>('textDocument/definition', at(name, marked)))).toEqual(expected)
  })
})

describe('references', () => {
  const ask = async (name: string, marked: string, includeDeclaration: boolean) =>
    shown(
      await client.ask<Location[]>('textDocument/references', { ...at(name, marked), context: { includeDeclaration } }),
    )

  it('finds all wires and tests that name a node', async () => {
    const uses = ['new.test.yaml:7 refused', 'new.yaml:10 refused', 'new.yaml:20 refused']
    expect(await ask('new.yaml', 'id: refu|sed', false)).toEqual(uses)
    expect(await ask('new.yaml', 'else: refu|sed', true)).toEqual([...uses, 'new.yaml:23 refused'])
  })

  it('finds where a stored value is read and written', async () => {
    expect(await ask('report.yaml', 'get-value, key: to|tal', true)).toEqual([
      'report.yaml:4 total',
      'report.yaml:5 total',
    ])
  })
})

describe('rename', () => {
  const ask = (name: string, marked: string, newName: string) =>
    client.ask<WorkspaceEdit>('textDocument/rename', { ...at(name, marked), newName })

  /** The lines that change, as they are afterwards. */
  const renamed = async (name: string, marked: string, newName: string) => {
    const { changes = {} } = await ask(name, marked, newName)
    return Object.entries(changes).flatMap(([uri, edits]) => {
      const file = uri.slice(uri.lastIndexOf('/') + 1)
      const lines = (texts[file] ?? '').split('\n')
      const last = edits.toSorted((a, b) => b.range.start.character - a.range.start.character)
      for (const { range, newText } of last) {
        const line = lines[range.start.line] ?? ''
        lines[range.start.line] = line.slice(0, range.start.character) + newText + line.slice(range.end.character)
      }
      return [...new Set(edits.map(({ range }) => `${file} ${lines[range.start.line]?.trim()}`))]
    })
  }

  it('changes a node in its flow and in the tests', async () => {
    expect((await renamed('new.yaml', 'default: do|ne', 'finished')).sort()).toEqual([
      'new.test.yaml - { request: { method: POST, path: /new, body: {} }, expect: { visits: [ new/refused ], sent: { finished: [] } } }',
      'new.test.yaml expect: { status: 201, visits: [finished] }',
      'new.yaml - { id: finished, type: reply, status: 201, body: << working.device.result.name >> }',
      'new.yaml default: finished',
    ])
  })

  it('changes only the node of FLOW/NODE', async () => {
    const [first] = await renamed('report.yaml', 'id: sa|y', 'tell')
    expect(first).toBe('new.test.yaml stubs: { report/tell: { sent: true } }')
  })

  it('changes custom nodes, buttons and stored values, quoted where they have to be', async () => {
    expect((await renamed('look-up.yaml', 'custom-node: look|-up', 'find plant')).sort()).toEqual([
      'look-up.yaml custom-node: find plant',
      'new.yaml node: find plant',
    ])
    expect(await renamed('report.yaml', 'button: Se|nd', 'Send: all')).toEqual([
      'new.yaml button: "Send: all"',
      'report.yaml on: { button: "Send: all" }',
    ])
    expect((await renamed('report.yaml', 'store-value, key: tot|al', 'sum')).length).toBe(2)
  })

  it.for([
    ['a name that is no ID', 'id: refu|sed', '1 two', 'no ID'],
    ['a name that is taken', 'id: refu|sed', 'done', 'already'],
    ['what is no name', 'status: 4|00', 'x', 'no name that can be changed'],
  ] as const)('refuses %s', async ([, marked, newName, reason]) => {
    await expect(ask('new.yaml', marked, newName)).rejects.toThrow(reason)
  })

  it('says beforehand what it would change', async () => {
    const range = await client.ask<Range>('textDocument/prepareRename', at('new.test.yaml', 'report/s|ay'))
    expect(textIn('/new.test.yaml', range)).toBe('say')
    expect(await client.ask('textDocument/prepareRename', at('new.yaml', 'status: 4|00'))).toBeNull()
  })
})

describe('quick fixes', () => {
  const endpoint = 'name: Fix\non: { endpoint: GET /fix }\nnodes:\n'

  /** The text once the first fix of the first problem is applied. */
  async function fixed(text: string): Promise<string> {
    const file = join(folder.path, 'fix.yaml')
    const diagnostics = await client.open(file, text)
    const [first] = diagnostics
    const context = { diagnostics: first ? [first] : [] }
    const textDocument = { uri: uriOf(file) }
    const actions = await client.ask<CodeAction[]>('textDocument/codeAction', {
      textDocument,
      range: first?.range,
      context,
    })
    await client.close(file)
    const [edit] = actions[0]?.edit?.changes?.[uriOf(file)] ?? []
    if (!edit) return `no fix of ${JSON.stringify(first)}`
    const offset = ({ line, character }: Range['start']) =>
      text.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + character
    return text.slice(0, offset(edit.range.start)) + edit.newText + text.slice(offset(edit.range.end))
  }

  it.for([
    ['a node type', `${endpoint}  - type: repyl\n`, `${endpoint}  - type: reply\n`],
    ['a field', `${endpoint}  - type: reply\n    stauts: 200\n`, `${endpoint}  - type: reply\n    status: 200\n`],
    [
      'a path',
      `${endpoint}  - { type: reply, body: << data.qury.a >> }\n`,
      `${endpoint}  - { type: reply, body: << data.query.a >> }\n`,
    ],
    [
      'a helper',
      `${endpoint}  - { type: reply, body: << uper data.path >> }\n`,
      `${endpoint}  - { type: reply, body: << upper data.path >> }\n`,
    ],
    [
      'a target',
      `${endpoint}  - { type: debug, message: x, next: lst }\n  - { id: last, type: reply }\n`,
      `${endpoint}  - { type: debug, message: x, next: last }\n  - { id: last, type: reply }\n`,
    ],
    [
      'a field that is missing',
      `${endpoint}  - type: reply\n    cookies:\n      - name: x\n`,
      `${endpoint}  - type: reply\n    cookies:\n      - value: \n        name: x\n`,
    ],
    [
      'a field that does not exist',
      `${endpoint}  - type: reply\n    elephant:\n      big: true\n    status: 200\n`,
      `${endpoint}  - type: reply\n    status: 200\n`,
    ],
    [
      'a text that YAML reads otherwise',
      `${endpoint}  - type: reply\n    body: item #<< data.path >>\n`,
      `${endpoint}  - type: reply\n    body: 'item #<< data.path >>'\n`,
    ],
  ] as const)('mends %s', async ([, wrong, right]) => {
    expect(await fixed(wrong)).toBe(right)
  })
})
