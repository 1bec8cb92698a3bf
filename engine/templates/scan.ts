/**
 * Finds the templates in a text and rewrites them in Handlebars' syntax with the same number of characters, so that every
 * offset in what Handlebars parses is an offset in the source.
 *
 * Handlebars would misread some texts around a template (`{<< a >>}` would become three braces) and some paths
 * (`items.0`). Such characters are replaced by Unicode noncharacters, which no text may contain, and `restore` puts them back.
 */
import { type TextSyntaxError, templateError } from '../source/syntax-error.ts'

export interface Mustache {
  readonly start: number
  /** After its closer. */
  readonly end: number
  readonly kind: 'value' | 'open' | 'close' | 'else' | 'comment'
  /** `<<` or `{{`, as in the source. */
  readonly opener: string
}

export interface Scanned {
  /** For Handlebars' parser; as long as the source. */
  readonly text: string
  readonly mustaches: readonly Mustache[]
}

const opening = /\{\{\{\{|<<<|\{\{\{|<<|\{\{/g
const closers: Readonly<Record<string, string>> = { '<<': '>>', '<<<': '>>>', '{{': '}}', '{{{': '}}}' }
const wordPattern = /[^\s"'[\](){}<>=|~]+/y
const maxDepth = 100

const dropped = '\uFDDA'
const standIns = new Map([...'0123456789'].map((digit, index) => [digit, String.fromCharCode(0xfdd0 + index)]))
for (const [index, character] of ['{', '}', '\\', '\0'].entries()) {
  standIns.set(character, String.fromCharCode(0xfddb + index))
}
const originals = new Map([...standIns].map(([character, standIn]) => [standIn, character]))
const anyStandIn = /[\uFDD0-\uFDEF]/

export function scanTemplate(source: string): Scanned {
  const unusable = anyStandIn.exec(source)
  if (unusable) {
    throw syntaxError('This character is a Unicode noncharacter, which a text cannot contain.', unusable.index, 1)
  }
  const mustaches: Mustache[] = []
  const blocks: OpenBlock[] = []
  let text = ''
  let at = 0
  for (;;) {
    opening.lastIndex = at
    const found = opening.exec(source)
    const start = found?.index ?? source.length
    const opener = found?.[0] ?? ''
    // As in Handlebars, one backslash makes the opening a literal, and two are a backslash before a template.
    const isEscapedBackslash = opener !== '' && source.endsWith('\\\\', start) && start - 2 >= at
    const isLiteral = opener !== '' && !isEscapedBackslash && start > at && source[start - 1] === '\\'
    const hasBackslash = isEscapedBackslash || isLiteral
    text += standIn(source.slice(at, hasBackslash ? start - 1 : start)) + (hasBackslash ? dropped : '')
    if (opener === '') break
    if (isLiteral) {
      text += standIn(opener)
      at = start + opener.length
      continue
    }
    const mustache = scanMustache(source, start)
    text += mustache.text
    mustaches.push(mustache)
    trackBlock(blocks, mustache)
    at = mustache.end
  }
  const open = blocks.at(-1)
  if (open) {
    const [left, right] = [open.opener, closers[open.opener]]
    throw syntaxError(
      `The block "${open.name}" is not closed.`,
      open.start,
      open.opener.length,
      `Write ${left} /${open.name} ${right} where it ends.`,
    )
  }
  return { text, mustaches }
}

/** The text of the source where Handlebars read `text`. */
export function restore(text: string): string {
  return anyStandIn.test(text)
    ? text.replace(/[\uFDD0-\uFDEF]/g, (character) => (character === dropped ? '' : (originals.get(character) ?? '')))
    : text
}

interface OpenBlock {
  readonly name: string
  readonly start: number
  readonly opener: string
  /** Limited too, since Handlebars nests each `else if` in the one before. */
  branches: number
}

interface ScannedMustache extends Mustache {
  readonly text: string
  /** The name of a block. */
  readonly name: string
}

/** Reads the template whose opening is at `start`. */
export function scanMustache(source: string, start: number): ScannedMustache {
  opening.lastIndex = start
  const opener = opening.exec(source)?.[0] ?? '{{'
  const closer = closers[opener]
  if (closer === undefined) throw syntaxError('Raw blocks with four braces are not supported.', start, 4)
  const braces = '{{{'.slice(0, opener.length)
  const inside = start + opener.length
  const [, tilde = '', space = '', sigil = ''] =
    /^(~?)(\s*)([#^/&!>*]|else\b)?/.exec(source.slice(inside, inside + 200)) ?? []
  const sigilAt = inside + tilde.length + space.length
  const body = sigilAt + (sigil === 'else' || sigil === '>' ? 0 : sigil.length)

  if (sigil === '!') {
    const end = endOfComment(source, start, body, opener, closer)
    const tildeEnd = source[end - closer.length - 1] === '~' ? '~' : ''
    const bodyEnd = end - closer.length - tildeEnd.length
    const blank = source.slice(body, Math.max(body, bodyEnd)).replace(/[^\r\n]/g, ' ')
    const text = `${braces}${tilde}!${space}${blank}${tildeEnd}${closing(closer)}`
    return { start, end, kind: 'comment', opener, text, name: '' }
  }
  const isClosed = source.startsWith(closer, sigilAt)
  if (!isClosed && (sigil === '>' || source.startsWith('#>', sigilAt))) {
    throw syntaxError('Partials are not supported.', sigilAt, 1)
  }
  if (sigil === '*' || source.startsWith('#*', sigilAt)) {
    throw syntaxError('Decorators are not supported.', sigilAt, 1)
  }

  const { text, end } = scanBody(source, start, body, opener, closer)
  // Handlebars expects the sigil right after the opening.
  const head = sigil === 'else' || sigil === '>' ? space : sigil + space
  const name = /^[^\s~(){}<>|]*/.exec(source.slice(body, end).trimStart())?.[0] ?? ''
  return {
    start,
    end,
    kind: kindOf(sigil, name),
    opener,
    text: `${braces}${tilde}${head}${text}${closing(closer)}`,
    name,
  }
}

function kindOf(sigil: string, name: string): Mustache['kind'] {
  switch (sigil) {
    case '#':
      return 'open'
    case '/':
      return 'close'
    case '^':
      return name === '' ? 'else' : 'open'
    case 'else':
      return 'else'
    default:
      return 'value'
  }
}

/** From the first character after the sigil up to the closer. */
function scanBody(source: string, start: number, body: number, opener: string, closer: string) {
  let text = ''
  let at = body
  let depth = 0
  while (at < source.length) {
    const character = source.charAt(at)
    if (source.startsWith(closer, at)) return { text, end: at + closer.length }
    if (character === '"' || character === "'" || character === '[') {
      const end = endOfQuoted(source, at, character === '[' ? ']' : character)
      if (end === undefined) {
        throw syntaxError(`The ${character} that opens here is not closed.`, at, 1, unclosedHint(opener, closer))
      }
      text += source.slice(at, end)
      at = end
      continue
    }
    if (character === '(' && ++depth > maxDepth) {
      throw syntaxError(`Helpers are nested more than ${maxDepth} deep.`, at, 1)
    }
    if (character === ')') depth -= 1
    wordPattern.lastIndex = at
    const word = wordPattern.exec(source)?.[0] ?? character
    // `items.0`: Handlebars reads an index as a number unless it is in brackets.
    text += /^-?[0-9]+(\.[0-9]+)?$/.test(word) ? word : word.replace(/(?<=[./])[0-9]+(?=[./]|$)/g, standIn)
    at += word.length
  }
  throw syntaxError(`This ${opener} is not closed by ${closer}.`, start, opener.length, unclosedHint(opener, closer))
}

function endOfQuoted(source: string, start: number, quote: string): number | undefined {
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += source[at + 1] === quote ? 1 : 0
    else if (source[at] === quote) return at + 1
  }
  return undefined
}

function endOfComment(source: string, start: number, body: number, opener: string, closer: string): number {
  const dashes = source.startsWith('--', body) ? '--' : ''
  for (let at = body + dashes.length; ; at += 1) {
    const end = source.indexOf(closer, at)
    if (end === -1) {
      throw syntaxError(`This comment is not closed by ${dashes}${closer}.`, start, opener.length)
    }
    if (source.slice(at, end).replace(/~$/, '').endsWith(dashes)) return end + closer.length
    at = end
  }
}

function trackBlock(blocks: OpenBlock[], mustache: ScannedMustache): void {
  const { kind, name, start, end, opener } = mustache
  const block = blocks.at(-1)
  if (kind === 'open') {
    blocks.push({ name, start, opener, branches: 0 })
    if (blocks.length > maxDepth)
      throw syntaxError(`Blocks are nested more than ${maxDepth} deep.`, start, opener.length)
  } else if (kind === 'else') {
    if (block === undefined) throw syntaxError('This else is not in a block.', start, end - start)
    block.branches += 1
    if (block.branches > maxDepth) throw syntaxError(`A block has at most ${maxDepth} branches.`, start, end - start)
  } else if (kind === 'close') {
    if (block === undefined) throw syntaxError(`No block "${name}" is open here.`, start, end - start)
    if (block.name !== name) {
      throw syntaxError(`The block "${block.name}" is open here, but "${name}" is closed.`, start, end - start)
    }
    blocks.pop()
  }
}

function closing(closer: string): string {
  return '}}}'.slice(0, closer.length)
}

function standIn(text: string): string {
  return text.replace(/[{}\\\0]|[0-9]/g, (character) => standIns.get(character) ?? character)
}

function unclosedHint(opener: string, closer: string): string {
  return `Write ${closer} where the template ends, or \\${opener} if no template is meant.`
}

function syntaxError(message: string, offset: number, length: number, hint?: string): TextSyntaxError {
  return templateError(message, { offset, length }, hint)
}
