/** Changes that do what the hint of a problem says. */

import type { CodeAction, Diagnostic, Range, TextEdit } from 'vscode-languageserver'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { isMap } from 'yaml'
import type { DiagnosticData } from './diagnostics.ts'
import { readTree } from './yaml-place.ts'

/** The fixes of those diagnostics that have one. `document` has the text that they are about. */
export function quickFixes(document: TextDocument, diagnostics: readonly Diagnostic[]): readonly CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    if (diagnostic.source !== 'flowpot') return []
    const fixes = fixers.flatMap((fixer) => fixer(document, diagnostic, dataOf(diagnostic)) ?? [])
    return fixes.map(({ title, edits }, index) => ({
      title,
      kind: 'quickfix',
      diagnostics: [diagnostic],
      isPreferred: index === 0,
      edit: { changes: { [document.uri]: [...edits] } },
    }))
  })
}

interface Fix {
  readonly title: string
  readonly edits: readonly TextEdit[]
}

type Fixer = (document: TextDocument, diagnostic: Diagnostic, data: DiagnosticData) => Fix | undefined

const fixers: readonly Fixer[] = [writeWhatWasMeant, removeField, addField, quoteValue]

/** An editor may not give back what it was sent. */
function dataOf({ message, data }: Diagnostic): DiagnosticData {
  if (typeof data === 'object' && data !== null && 'message' in data) return data as DiagnosticData
  const [first = '', ...hint] = (typeof message === 'string' ? message : message.value).split('\n')
  return { message: first, ...(hint.length > 0 && { hint: hint.join('\n') }) }
}

/** `Did you mean "reply"?`: the wrong word is the one that is like it, at or behind the place of the problem. */
function writeWhatWasMeant(
  document: TextDocument,
  { range }: Diagnostic,
  { message, hint }: DiagnosticData,
): Fix | undefined {
  const meant = /Did you mean "([^"]+)"\?/.exec(hint ?? '')?.[1]
  if (meant === undefined) return undefined
  const candidates = [...message.matchAll(/"([^"]+)"/g)].map(([, word = '']) => word)
  const field = /no field (\S+?)(?: in |\.$)/.exec(message)?.[1]
  const line = lineFrom(document, range)
  for (const wrong of [...(field === undefined ? [] : [field]), ...candidates]) {
    const at = indexOfWord(line.text, wrong)
    if (wrong === meant || at === -1) continue
    const start = document.positionAt(line.start + at)
    const end = document.positionAt(line.start + at + wrong.length)
    return { title: `Write ${meant}`, edits: [{ range: { start, end }, newText: meant }] }
  }
  return undefined
}

function lineFrom(document: TextDocument, { start }: Range): { readonly start: number; readonly text: string } {
  const from = document.offsetAt(start)
  const whole = document.getText()
  const end = whole.indexOf('\n', from)
  return { start: from, text: whole.slice(from, end === -1 ? whole.length : end) }
}

function indexOfWord(text: string, word: string): number {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.search(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`))
}

/** Removes a key with all that stands below it, if it has lines of its own. */
function removeField(document: TextDocument, { code, range }: Diagnostic): Fix | undefined {
  if (code !== 'FLOW_UNKNOWN_FIELD' && code !== 'FLOW_UNKNOWN_OUTPUT') return undefined
  const text = document.getText()
  const offset = document.offsetAt(range.start)
  const key = /^[\w-]+(?=\s*:)/.exec(text.slice(offset))?.[0]
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const lead = text.slice(lineStart, offset)
  if (key === undefined || /\S/.test(lead)) return undefined
  const lines = text.slice(lineStart).split('\n')
  const isBelow = (line: string) => line.trim() === '' || (/^ */.exec(line)?.[0].length ?? 0) > lead.length
  const count = lines.findIndex((line, index) => index > 0 && !isBelow(line))
  const removed = lines.slice(0, count === -1 ? lines.length : count)
  while (removed.length > 1 && removed.at(-1)?.trim() === '') removed.pop()
  const length = Math.min(text.length - lineStart, removed.join('\n').length + 1)
  const all = { start: document.positionAt(lineStart), end: document.positionAt(lineStart + length) }
  return { title: `Remove ${key}`, edits: [{ range: all, newText: '' }] }
}

/** Writes the missing key as the first of its map. */
function addField(document: TextDocument, { code, range }: Diagnostic, { message }: DiagnosticData): Fix | undefined {
  const field = /(?:^|[.\]])([\w-]+) is missing\.$/.exec(message)?.[1]
  if (code !== 'FLOW_MISSING_FIELD' || field === undefined) return undefined
  const text = document.getText()
  const offset = document.offsetAt(range.start)
  if (!/^["']?[\w-]+["']?\s*:/.test(text.slice(offset))) return undefined
  const { line, character } = range.start
  // The first key of a map that is an item of a list stands behind its dash.
  const newText = `${field}: \n${' '.repeat(character)}`
  const start = { line, character }
  return { title: `Add ${field}`, edits: [{ range: { start, end: start }, newText }] }
}

/** Quotes the value of the line, where YAML would read it otherwise. */
function quoteValue(document: TextDocument, { range }: Diagnostic, { hint = '' }: DiagnosticData): Fix | undefined {
  if (!/\bin quotes\b|^Quote\b|\bquote it\b/i.test(hint) || /without quotes|Take the quotes away/.test(hint))
    return undefined
  const text = document.getText()
  const from = document.offsetAt({ line: range.start.line, character: 0 })
  const end = text.indexOf('\n', from)
  const line = text.slice(from, end === -1 ? text.length : end)
  const [whole, key = '', value = ''] = /^(\s*(?:- +)*(?:[\w.-]+:\s+)?)(\S.*?)\s*$/.exec(line) ?? []
  if (whole === undefined || key.trim() === '' || /^["'[{|>]/.test(value)) return undefined
  const quoted = `${key}'${value.replaceAll("'", "''")}'`
  if (!isSoundAlone(`${quoted.trimStart()}`)) return undefined
  const start = { line: range.start.line, character: 0 }
  return {
    title: 'Put the value in quotes',
    edits: [{ range: { start, end: { ...start, character: line.length } }, newText: quoted }],
  }
}

function isSoundAlone(line: string): boolean {
  const tree = readTree('line.yaml', line)
  return tree !== undefined && tree.errors.length === 0 && (isMap(tree.contents) || line.startsWith('-'))
}
