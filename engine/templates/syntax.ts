/** Parses a template with Handlebars' parser into a tree in which every path knows its offset in the source. */
import Handlebars from 'handlebars'
import { type Span, type TextSyntaxError, templateError } from '../source/syntax-error.ts'
import { type Mustache, restore, scanTemplate } from './scan.ts'

export interface Program {
  readonly statements: readonly Statement[]
  readonly blockParams: readonly string[]
}

export type Statement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly call: Call; readonly escaped: boolean }
  | { readonly kind: 'block'; readonly call: Call; readonly body: Program; readonly inverse: Program }

/** `path`, or `helper param param key=param`. */
export interface Call {
  readonly path: PathSyntax
  readonly params: readonly Param[]
  readonly hash: ReadonlyMap<string, Param>
  readonly hasArguments: boolean
}

export type Param =
  | { readonly kind: 'path'; readonly path: PathSyntax }
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'call'; readonly call: Call }

export interface PathSyntax extends Span {
  readonly text: string
  readonly segments: readonly string[]
  /** How many `../` it begins with. */
  readonly depth: number
  /** Begins with `@`. */
  readonly isVariable: boolean
  /** Begins with `./` or `this`, so that it never names a helper or a block parameter. */
  readonly isScoped: boolean
}

export interface ParsedTemplate {
  readonly program: Program
  readonly mustaches: readonly Mustache[]
}

/** Throws `TextSyntaxError` (`FLOW_TEMPLATE_SYNTAX`). */
export function parseTemplate(source: string): ParsedTemplate {
  const { text, mustaches } = scanTemplate(source)
  if (mustaches.length === 0) {
    return { program: { statements: [{ kind: 'text', text: restore(text) }], blockParams: [] }, mustaches }
  }
  const spanOf = spansIn(text)
  return { program: convertProgram(parseWithHandlebars(text, source, spanOf), spanOf), mustaches }
}

type SpanOf = (loc: hbs.AST.SourceLocation) => Span

function parseWithHandlebars(text: string, source: string, spanOf: SpanOf): hbs.AST.Program {
  try {
    return Handlebars.parse(text)
  } catch (error) {
    if (error instanceof Handlebars.Exception && typeof error.lineNumber === 'number') {
      const at = { line: error.lineNumber, column: Number(error.column) }
      const message = `${restore(error.message.replace(/ - \d+:\d+$/, ''))}.`
      throw templateError(message, spanOf({ source: '', start: at, end: { ...at, column: at.column + 1 } }))
    }
    // Handlebars' types leave out its parser. All parsing shares one lexer, which still points at the token that did not fit.
    const { lexer } = (Handlebars as unknown as { Parser: { lexer: { matched: string; match: string } } }).Parser
    throw unexpected(source, lexer.matched.length - lexer.match.length, lexer.match.length)
  }
}

function unexpected(source: string, offset: number, length: number): TextSyntaxError {
  const rest = source.slice(offset)
  if (rest === '' || /^~?(\}\}|>>)/.test(rest)) {
    return templateError('Something is missing before the end of this template.', {
      offset,
      length: Math.max(1, length),
    })
  }
  // Handlebars stops at the first letter of a word that it cannot read as a whole.
  const token = length > 1 ? rest.slice(0, length) : (/^[^\s(){}<>|"'=]+/.exec(rest)?.[0] ?? rest.charAt(0))
  return templateError(
    `"${token}" is not allowed here in a template.`,
    { offset, length: token.length },
    hintFor(token),
  )
}

function hintFor(token: string): string | undefined {
  if (/[^.]\[/.test(token)) return 'Write a dot before the bracket: items.[0] or items.0.'
  if (token === '|') return 'There are no pipes: write a helper before its arguments, as in upper data.name.'
  if (/^[=<>!&+*^%?-]/.test(token)) {
    return 'Operators belong to expressions, outside of the << >>. In a template, use a helper such as eq or add.'
  }
  if (/^(true|false|null|undefined|-?[0-9.]+)$/.test(token)) return `Write [${token}] if it is the name of a key.`
  return undefined
}

/** Handlebars counts lines from 1 and columns from 0. */
function spansIn(text: string): SpanOf {
  const lines = [0]
  for (const lineBreak of text.matchAll(/\r\n?|\n/g)) lines.push(lineBreak.index + lineBreak[0].length)
  const offsetOf = ({ line, column }: hbs.AST.Position) => (lines[line - 1] ?? 0) + column
  return ({ start, end }) => ({ offset: offsetOf(start), length: Math.max(1, offsetOf(end) - offsetOf(start)) })
}

/** Handlebars types a node as an open interface. Its parser only builds the nodes of this union. */
type StatementNode = hbs.AST.ContentStatement | hbs.AST.CommentStatement | hbs.AST.MustacheStatement | BlockNode
type BlockNode = Omit<hbs.AST.BlockStatement, 'program' | 'inverse'> & {
  program?: hbs.AST.Program
  inverse?: hbs.AST.Program
}
type ExpressionNode =
  | hbs.AST.PathExpression
  | hbs.AST.SubExpression
  | hbs.AST.StringLiteral
  | hbs.AST.NumberLiteral
  | hbs.AST.BooleanLiteral
  | hbs.AST.UndefinedLiteral
  | hbs.AST.NullLiteral

function convertProgram(program: hbs.AST.Program | undefined, spanOf: SpanOf): Program {
  const statements: Statement[] = []
  for (const node of (program?.body ?? []) as StatementNode[]) {
    if (node.type === 'ContentStatement') {
      const text = restore(node.value)
      if (text !== '') statements.push({ kind: 'text', text })
    } else if (node.type === 'MustacheStatement') {
      statements.push({ kind: 'value', call: convertCall(node, spanOf), escaped: node.escaped })
    } else if (node.type === 'BlockStatement') {
      statements.push({
        kind: 'block',
        call: convertCall(node, spanOf),
        body: convertProgram(node.program, spanOf),
        inverse: convertProgram(node.inverse, spanOf),
      })
    }
  }
  return { statements, blockParams: program?.blockParams ?? [] }
}

interface CallNode {
  readonly path: hbs.AST.Expression
  readonly params: readonly hbs.AST.Expression[]
  readonly hash?: hbs.AST.Hash
}

function convertCall(node: CallNode, spanOf: SpanOf): Call {
  const path = node.path as ExpressionNode
  if (path.type !== 'PathExpression') {
    throw templateError(
      'A template must begin with a path or a helper.',
      spanOf(path.loc),
      'Write the text without << >>.',
    )
  }
  const pairs = node.hash?.pairs ?? []
  return {
    path: convertPath(path, spanOf),
    params: node.params.map((param) => convertParam(param as ExpressionNode, spanOf)),
    hash: new Map(pairs.map(({ key, value }) => [restore(key), convertParam(value as ExpressionNode, spanOf)])),
    hasArguments: node.params.length > 0 || pairs.length > 0,
  }
}

function convertParam(node: ExpressionNode, spanOf: SpanOf): Param {
  switch (node.type) {
    case 'PathExpression':
      return { kind: 'path', path: convertPath(node, spanOf) }
    case 'SubExpression':
      return { kind: 'call', call: convertCall(node, spanOf) }
    case 'UndefinedLiteral':
      return { kind: 'literal', value: undefined }
    case 'NullLiteral':
      return { kind: 'literal', value: null }
    default:
      return { kind: 'literal', value: node.value }
  }
}

function convertPath(node: hbs.AST.PathExpression, spanOf: SpanOf): PathSyntax {
  return {
    ...spanOf(node.loc),
    text: restore(node.original),
    segments: node.parts.map(restore),
    depth: node.depth,
    isVariable: node.data,
    isScoped: !node.data && node.depth === 0 && /^(\.|this)($|[./])/.test(node.original),
  }
}
