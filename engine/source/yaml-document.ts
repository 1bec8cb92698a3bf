/** Reads a YAML file: its plain data, its problems as YAML, and the place of each value. */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, type Scalar } from 'yaml'
import type { Finding } from './finding.ts'
import { type ParsedDocument, tooDeepAt, type YamlTags } from './parse-document.ts'
import type { DocumentPath, Position, SourceFile } from './position.ts'
import type { Problem } from './problem.ts'
import { readYaml } from './read-yaml.ts'
import { type ScalarStyle, sourceOffset } from './scalar-offset.ts'
import { writeOut } from './yaml-traps.ts'

interface Place {
  /** Points at the key and not at its value. */
  readonly isKey?: boolean | undefined
  /** Characters from the start of the scalar's value, mapped back into the YAML source. */
  readonly offset?: number | undefined
}

export interface YamlDocument {
  readonly source: SourceFile
  /** Plain data; `undefined` if the file is too broken to tell what was meant. */
  readonly value: unknown
  /** Syntax errors and traps, in the order of the file. */
  readonly problems: readonly Problem[]
  /** The place of a value or its key. If there is no such value, the place of the nearest ancestor that exists. */
  locate(path: DocumentPath, at?: Place): Position & Pick<Span, 'length'>
}

/** Far more than a flow, which has a few kilobytes. */
const mostCharacters = 250_000

/** Reads one file. Never throws: `problems` says what is wrong with it. */
export function parseYaml(source: SourceFile, known?: YamlTags): YamlDocument {
  // Editors do not count the byte order mark as a column.
  const text = source.text.replace(/^\uFEFF/, '')
  const position = positionsIn(text)
  const refusal = refusalOf(source, text)
  const read = refusal === undefined ? readYaml(text, known) : undefined
  const data = read?.isWhole === true ? dataOf(read.document) : {}
  const findings = [...(read?.findings ?? []), refusal, data.finding].filter((finding) => finding !== undefined)
  return {
    source,
    value: data.value,
    problems: findings.sort((a, b) => a.offset - b.offset).map((finding) => problemOf(finding, source.file, position)),
    locate(path, at = {}) {
      const { offset, length } = read ? spanOf(read.document, text, path, at) : { offset: 0 }
      return { ...position(offset), length }
    },
  }
}

function refusalOf({ unread }: SourceFile, text: string): Finding | undefined {
  if (unread) return { code: 'APPLICATION_FILE_UNREAD', offset: 0, ...unread }
  const at = { code: 'FLOW_YAML_SYNTAX', offset: 0 } as const
  if (text.length > mostCharacters) {
    const message = `The file has ${text.length} characters; ${mostCharacters} is the most that is read.`
    return { ...at, message, hint: 'Split it into several files.' }
  }
  if (text.trim() === '') return { ...at, message: 'The file is empty.', hint: 'Fill it, or delete it.' }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that no text file has.
  const offset = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]|\r(?!\n)/)
  if (offset === -1) return tooDeep(text)
  const code = (text.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return { ...at, offset, message: `The file contains U+${code}, which is not text.`, hint: 'Save it as UTF-8 text.' }
}

function tooDeep(text: string): Finding | undefined {
  const offset = tooDeepAt(text)
  const message = 'The values of the file are nested too deep.'
  const hint = 'Do many lines have a text with a colon and a space in it, which needs quotes?'
  return offset === undefined ? undefined : { code: 'FLOW_YAML_SYNTAX', offset, message, hint }
}

/** If there is a finding, there is no value. */
function dataOf(document: ParsedDocument): { value?: unknown; finding?: Finding } {
  try {
    // The library counts how much aliases expand to, and throws beyond a hundred times the file.
    return { value: document.toJS({ maxAliasCount: 100 }) }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    const message = 'The aliases of the file expand to too many values.'
    return { finding: { code: 'FLOW_YAML_SYNTAX', offset: 0, message, hint: writeOut } }
  }
}

function problemOf(finding: Finding, file: string, position: (offset: number) => Position): Problem {
  const { offset, related, ...rest } = finding
  const places = related && [{ file, ...position(related.offset), message: related.message }]
  return { severity: 'error', file, ...position(offset), ...rest, related: places }
}

/** Returns a function that turns an offset in `text` into a line and a column. */
function positionsIn(text: string): (offset: number) => Position {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1)
  const last = text.trimEnd().length
  return (offset) => {
    const { line, col } = lines.linePos(Math.min(offset, last))
    return { line, column: col }
  }
}

interface Span {
  readonly offset: number
  readonly length?: number | undefined
}

function spanOf(document: ParsedDocument, text: string, path: DocumentPath, { isKey, offset }: Place): Span {
  let node = resolved(document.contents, document)
  let span = spanOfNode(node, text)
  for (const [index, segment] of path.entries()) {
    const isLast = index === path.length - 1
    if (isMap(node)) {
      const pair = node.items.findLast(({ key }) => isScalar(key) && key.value === String(segment))
      if (pair === undefined || !isScalar(pair.key)) return span
      const key = spanOfNode(pair.key, text)
      if (isLast && isKey) return offset === undefined ? key : offsetIn(pair.key, text, offset)
      node = resolved(pair.value, document)
      // A value that is not written has no place, so its key is pointed at.
      span = isNode(node) && !isEmpty(node) ? spanOfNode(node, text) : key
    } else if (isSeq(node)) {
      const item: unknown = typeof segment === 'number' ? node.items[segment] : undefined
      if (item === undefined) return span
      node = resolved(item, document)
      span = spanOfNode(node, text)
    } else return span
  }
  return offset !== undefined && isScalar(node) ? offsetIn(node, text, offset) : span
}

function offsetIn(scalar: Scalar, text: string, offset: number): Span {
  const [start, end] = scalar.range ?? [0, 0]
  const styles: Record<string, ScalarStyle> = {
    QUOTE_SINGLE: 'single',
    QUOTE_DOUBLE: 'double',
    BLOCK_LITERAL: 'block',
    BLOCK_FOLDED: 'block',
  }
  const style = styles[scalar.type ?? 'PLAIN'] ?? 'plain'
  return { offset: start + sourceOffset(text.slice(start, end), style, String(scalar.value), offset) }
}

function spanOfNode(node: unknown, text: string): Span {
  if (!isNode(node)) return { offset: 0 }
  const [start, end] = node.range ?? [0, 0]
  if (!isScalar(node)) return { offset: start }
  const [firstLine = ''] = text.slice(start, end).split(/\r?\n/, 1)
  return { offset: start, length: Math.max(1, firstLine.length) }
}

function isEmpty(node: Node): boolean {
  return node.range?.[0] === node.range?.[1]
}

/** The target of an alias, whose place is that of the anchor; any other node itself. */
function resolved(node: unknown, document: ParsedDocument): unknown {
  return isAlias(node) ? node.resolve(document) : node
}
