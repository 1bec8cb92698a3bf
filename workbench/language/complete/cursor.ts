/** What stands at the cursor while somebody types: which key, value or template. */
import { isMap } from 'yaml'
import type { DocumentPath } from '../../../engine/source/position.ts'
import { dataOf, findScalar, nodeAt, readTree } from '../yaml-place.ts'

export interface Cursor {
  /** The file as data, with a stand-in where the cursor is. */
  readonly raw: unknown
  /** The map or list in which a key is typed, or the place of the value. */
  readonly path: DocumentPath
  readonly isKey: boolean
  /** The key is the first of its map, so that a single value may be meant as well: an item of a list, an ID after a wire. */
  readonly mayBeValue: boolean
  /** What is typed so far, and where it begins in the text. */
  readonly word: string
  readonly wordStart: number
  /** The end of the word, which may go on behind the cursor. */
  readonly wordEnd: number
  /** Whether a colon follows. */
  readonly hasColon: boolean
  /** What stands between the opening of a template and the cursor, if the cursor is in one. */
  readonly template: string | undefined
  /** How many characters the first key of the map stands to the right of the indentation of the cursor's line. */
  readonly keyIndent: number
}

/** No flow contains it. */
const standIn = 'flowpotCursor'

const wordBefore = /[\w.@/+-]*$/
const wordAfter = /^[\w.@/-]*/

export function cursorAt(file: string, text: string, offset: number): Cursor | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const lineEnd = endOfLine(text, offset)
  const before = text.slice(lineStart, offset)
  const after = text.slice(offset, lineEnd)
  const word = wordBefore.exec(before)?.[0] ?? ''
  const suffix = wordAfter.exec(after)?.[0] ?? ''
  const template = openTemplate(before)

  const from = template === undefined ? offset - word.length : lineStart + template.start
  const to = template === undefined ? offset + suffix.length : offset + restOfTemplate(after)
  const lead = text.slice(lineStart, from)
  const rest = text.slice(to, lineEnd)
  const standsAlone = template === undefined && /^\s*(?:- +)*$/.test(lead) && rest.trim() === ''
  const masked = `${text.slice(0, from)}${standIn}${standsAlone ? ':' : ''}${text.slice(to)}`

  const tree = readTree(file, masked)
  const place = tree && findScalar(tree, (node) => 'value' in node && String(node.value).includes(standIn))
  if (!tree || !place) return undefined
  const path = place.isKey ? place.path.slice(0, -1) : place.path
  const parent = nodeAt(tree, path)?.value
  return {
    raw: dataOf(tree),
    path,
    isKey: place.isKey,
    mayBeValue: place.isKey && standsAlone && isMap(parent) && parent.items.length === 1,
    word,
    wordStart: offset - word.length,
    wordEnd: offset + suffix.length,
    hasColon: /^\s*:/.test(rest),
    template: template?.inside,
    keyIndent: lead.length - (/^\s*/.exec(lead)?.[0].length ?? 0),
  }
}

/** Whether a key of the data is the stand-in and was not written by anybody. */
export function isStandIn(key: string): boolean {
  return key.includes(standIn)
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end
}

/** The template that is open at the end of the line so far. */
function openTemplate(before: string): { readonly start: number; readonly inside: string } | undefined {
  const start = Math.max(before.lastIndexOf('<<'), before.lastIndexOf('{{'))
  if (start === -1) return undefined
  const inside = before.slice(start + 2)
  const opener = before[start - 1] === before[start] ? start - 1 : start
  return /^[^"']*(?:"[^"]*"[^"']*|'[^']*'[^"']*)*(?:>>|\}\})/.test(inside) ? undefined : { start: opener, inside }
}

/** How much of what stands behind the cursor belongs to its template. */
function restOfTemplate(after: string): number {
  const closed = /^(?:(?!<<|\{\{).)*?(?:>>>?|\}\}\}?)/.exec(after)
  return closed ? closed[0].length : (wordAfter.exec(after)?.[0].length ?? 0)
}
