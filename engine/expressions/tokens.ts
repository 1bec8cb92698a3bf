/** Cuts an expression into tokens. A template is one token: it is evaluated to a value, and never pasted as text. */
import { type Span, TextSyntaxError } from '../source/syntax-error.ts'
import { scanMustache } from '../templates/scan.ts'

export interface Token extends Span {
  readonly kind: 'template' | 'number' | 'string' | 'name' | 'operator' | 'end'
  /** As it is in the source. A string is without its quotes and escapes. */
  readonly text: string
}

/** Keeps the recursion of the parser and its closures from overflowing the stack. */
const maxTokens = 1000

const space = /\s*/y
const number = /(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y
/** Includes dots and brackets, so that an error names the whole of a path that is outside of a template. */
const name = /[\p{L}_$@][\p{L}\p{N}_$-]*(?:\.(?:[\p{L}\p{N}_$-]+|\[[^\]]*\]))*/uy
const operator = /===|!==|==|!=|<=|>=|&&|\|\||[<>+\-*/%^!(),]/y
const template = /<<|\{\{/y
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** The last token is the end. Throws `TextSyntaxError`. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    at += matchAt(space, source, at).length
    const token = readToken(source, at)
    tokens.push(token)
    if (token.kind === 'end') return tokens
    if (tokens.length > maxTokens) {
      throw expressionError(`An expression has at most ${maxTokens} parts.`, token, 'Compute it in several nodes.')
    }
    at += token.length
  }
}

export function expressionError(message: string, place: Span, hint?: string): TextSyntaxError {
  return new TextSyntaxError('FLOW_EXPRESSION_SYNTAX', message, place, hint)
}

function readToken(source: string, offset: number): Token {
  if (offset >= source.length) return { kind: 'end', text: '', offset, length: 1 }
  if (matchAt(template, source, offset)) {
    const { end, kind } = scanMustache(source, offset)
    const text = source.slice(offset, end)
    if (kind !== 'value') {
      const what = kind === 'comment' ? 'A comment' : 'A block'
      const hint = kind === 'comment' ? undefined : 'Use the operators of expressions instead of a block.'
      throw expressionError(`${what} has no value to compute with.`, { offset, length: text.length }, hint)
    }
    return { kind: 'template', text, offset, length: text.length }
  }
  const character = source.charAt(offset)
  if (character === '"' || character === "'") return readString(source, offset, character)
  for (const [kind, pattern] of [
    ['number', number],
    ['name', name],
    ['operator', operator],
  ] as const) {
    const text = matchAt(pattern, source, offset)
    if (text) return { kind, text, offset, length: text.length }
  }
  throw expressionError(`"${character}" is not allowed in an expression.`, { offset, length: 1 }, hintFor(character))
}

function matchAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0] ?? ''
}

function readString(source: string, offset: number, quote: string): Token {
  let text = ''
  for (let at = offset + 1; at < source.length; at += 1) {
    const character = source.charAt(at)
    if (character === quote) return { kind: 'string', text, offset, length: at + 1 - offset }
    if (character === '\\') {
      at += 1
      const escaped = source.charAt(at)
      const code = escaped === 'u' ? /^[0-9a-fA-F]{4}/.exec(source.slice(at + 1, at + 5))?.[0] : undefined
      text += code === undefined ? (escapes[escaped] ?? escaped) : String.fromCharCode(Number.parseInt(code, 16))
      at += code?.length ?? 0
    } else if (matchAt(template, source, at)) {
      const hint = 'Leave the quotes out: << data.name >> is a value of its own.'
      throw expressionError('Within quotes, a template would be plain text.', { offset: at, length: 2 }, hint)
    } else {
      text += character
    }
  }
  throw expressionError(`The ${quote} that opens here is not closed.`, { offset, length: 1 })
}

function hintFor(character: string): string | undefined {
  if (character === '=') return 'Write === to compare.'
  if (character === '&' || character === '|') return `Write ${character}${character}.`
  if (character === '?' || character === ':') return 'There is no "? :"; use a conditional node.'
  return undefined
}
