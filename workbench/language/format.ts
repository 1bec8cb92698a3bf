/** Formats a file: indentation, spaces and blank lines. What it says, its comments and its quotes stay as they are. */
import { isDeepStrictEqual } from 'node:util'
import { isCollection, isScalar, Lexer, type Node, Scalar, visit } from 'yaml'
import type { ParsedDocument } from '../../engine/source/parse-document.ts'
import { dataOf, readSoundTree } from './yaml-place.ts'

/** No file contains it. */
const standIn = 'flowpotKept'

/** The formatted text; `undefined` for a file with syntax errors, which is left alone. */
export function format(file: string, text: string): string | undefined {
  const tree = readSoundTree(file, text)
  if (!tree?.contents || text.includes(standIn)) return undefined
  const before = dataOf(tree)
  const kept = keepWhatHasLines(tree, text)
  const written = tree.toString({ lineWidth: 0, flowCollectionPadding: true })
  const formatted = restore(written, kept).replaceAll('!any,', '!any ,')
  return isSame(file, formatted, before, text) ? withLineEndsOf(text, formatted) : undefined
}

interface Kept {
  readonly source: string
  /** Of the line where it begins. */
  readonly indent: number
}

/** Puts stand-ins for tagged texts, and for what its author has laid out over several lines: texts, and collections in brackets. */
function keepWhatHasLines(tree: ParsedDocument, text: string): readonly Kept[] {
  const kept: Kept[] = []
  visit(tree, {
    Node(key, node) {
      if (key === 'key' || !node.range || !isLaidOut(node, text)) return undefined
      const [start, end] = node.range
      kept.push({ source: text.slice(start, end).replace(/\n+$/, ''), indent: indentAt(text, start) })
      const replacement = new Scalar(`${standIn}${kept.length - 1}End`)
      const { comment, commentBefore, spaceBefore } = node
      Object.assign(replacement, { comment, commentBefore, spaceBefore })
      if ('anchor' in node && node.anchor) replacement.anchor = String(node.anchor)
      if (node.tag && text.slice(0, start).trimEnd().endsWith(node.tag)) replacement.tag = node.tag
      return replacement
    },
  })
  return kept
}

function isLaidOut(node: Node, text: string): boolean {
  const [start, end] = node.range ?? [0, 0]
  // The tags of tests make values of their own.
  if (isScalar(node) && node.tag?.startsWith('!') && !node.tag.startsWith('tag:')) return true
  const hasLines = text.slice(start, end).trimEnd().includes('\n')
  return hasLines && (isScalar(node) || (isCollection(node) && node.flow === true))
}

function indentAt(text: string, offset: number): number {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  return /^ */.exec(text.slice(lineStart))?.[0].length ?? 0
}

/** Puts back what was kept, moved as far as the line that it stands on has moved. */
function restore(written: string, kept: readonly Kept[]): string {
  return kept.reduce((text, { source, indent }, index) => {
    const name = `${standIn}${index}End`
    const at = text.indexOf(name)
    const shift = indentAt(text, at) - indent
    const moved = source.replace(
      /\n( *)(?=[^\n])/g,
      (_, spaces: string) => `\n${' '.repeat(Math.max(0, spaces.length + shift))}`,
    )
    // A tag may stand alone, as !any does.
    const lead = source === '' ? text.slice(0, at).trimEnd() : text.slice(0, at)
    return lead + moved + text.slice(at + name.length)
  }, written)
}

/** A formatter that changes what a file says would be worse than none. */
function isSame(file: string, formatted: string, before: unknown, text: string): boolean {
  const after = readSoundTree(file, formatted)
  return (
    after !== undefined &&
    isDeepStrictEqual(dataOf(after), before) &&
    isDeepStrictEqual(commentsIn(formatted), commentsIn(text))
  )
}

function commentsIn(text: string): readonly string[] {
  return [...new Lexer().lex(text)].filter((token) => token.startsWith('#')).map((comment) => comment.trimEnd())
}

function withLineEndsOf(text: string, formatted: string): string {
  return text.includes('\r\n') ? formatted.replace(/\r?\n/g, '\r\n') : formatted
}
