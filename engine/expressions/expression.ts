/**
 * Losant's expressions, compiled once at load to closures. Nothing is ever evaluated as code.
 *
 *   binary  = unary { operator unary }         by precedence: ||, &&, == != === !==, < <= > >=, + -, * / %
 *   unary   = ( "!" | "-" | "+" ) unary | power
 *   power   = operand [ "^" unary ]            from the right: 2 ^ 3 ^ 2 is 512; -2 ^ 2 is -4, as in mathematics
 *   operand = template | number | string | name | name "(" binary { "," binary } ")" | "(" binary ")"
 *
 * https://docs.losant.com/workflows/accessing-payload-data/#expressions
 */
import { didYouMean } from '../source/nearest-name.ts'
import { TextSyntaxError } from '../source/syntax-error.ts'
import type { Evaluate } from '../templates/compile-values.ts'
import { rootScope } from '../templates/scope.ts'
import { compileOperand, type PathRead } from '../templates/template.ts'
import type { Payload } from '../values/payload.ts'
import { binaryOperators, constants, functions, power, unaryOperators } from './operators.ts'
import { expressionError, type Token, tokenize } from './tokens.ts'

export interface Expression {
  readonly source: string
  readonly reads: readonly PathRead[]
  /** `values` are the values of the locals, in the same order. */
  evaluate(payload: Payload, values?: readonly unknown[]): unknown
}

interface Parser {
  readonly tokens: readonly Token[]
  readonly locals: readonly string[]
  readonly reads: PathRead[]
  at: number
}

/**
 * `locals` are names in addition to those of the payload. Throws `TextSyntaxError` (`FLOW_EXPRESSION_SYNTAX`, or a template's
 * code) with the offset in `source`.
 */
export function compileExpression(source: string, locals: readonly string[] = []): Expression {
  const parser: Parser = { tokens: tokenize(source), locals, reads: [], at: 0 }
  const evaluate = parseBinary(parser)
  const rest = peek(parser)
  if (rest.kind !== 'end') throw expressionError(`An operator is missing before ${nameOf(rest)}.`, rest)
  return { source, reads: parser.reads, evaluate: (payload, values) => evaluate(rootScope(payload, values)) }
}

/** Reads as far as operators that bind more tightly than `minimum` go. */
function parseBinary(parser: Parser, minimum = 0): Evaluate {
  let left = parseUnary(parser)
  for (;;) {
    const operator = binaryOperators.get(operatorAt(parser))
    if (!operator || operator.precedence <= minimum) return left
    parser.at += 1
    left = operator.combine(left, parseBinary(parser, operator.precedence))
  }
}

function parseUnary(parser: Parser): Evaluate {
  const apply = unaryOperators.get(operatorAt(parser))
  if (apply) {
    parser.at += 1
    const operand = parseUnary(parser)
    return (scope) => apply(operand(scope))
  }
  const base = parseOperand(parser)
  if (!accept(parser, '^')) return base
  const exponent = parseUnary(parser)
  return (scope) => power(base(scope), exponent(scope))
}

function parseOperand(parser: Parser): Evaluate {
  const token = peek(parser)
  parser.at += 1
  switch (token.kind) {
    case 'template':
      return parseTemplateOperand(parser, token)
    case 'number':
      return constant(Number(token.text))
    case 'string':
      return constant(token.text)
    case 'name':
      return operatorAt(parser) === '(' ? parseFunction(parser, token) : constant(constantNamed(token))
    case 'operator':
      if (token.text === '(') {
        const inner = parseBinary(parser)
        expectClosing(parser, token)
        return inner
      }
  }
  throw expressionError(`A value is missing before ${nameOf(token)}.`, token)
}

function parseTemplateOperand(parser: Parser, token: Token): Evaluate {
  const reads: PathRead[] = []
  try {
    const evaluate = compileOperand(token.text, { reads, blocks: [], locals: parser.locals, isOperand: true })
    parser.reads.push(...reads.map((read) => ({ ...read, offset: read.offset + token.offset })))
    return evaluate
  } catch (error) {
    if (!(error instanceof TextSyntaxError)) throw error
    const place = { ...error.place, offset: error.place.offset + token.offset }
    throw new TextSyntaxError(error.code, error.message, place, error.hint)
  }
}

function parseFunction(parser: Parser, name: Token): Evaluate {
  const called = functions.get(name.text)
  if (!called) {
    const hint = didYouMean(name.text, functions.keys())
    throw expressionError(`No function is called "${name.text}".`, name, hint)
  }
  const opening = peek(parser)
  parser.at += 1
  const args: Evaluate[] = []
  if (operatorAt(parser) !== ')') {
    do args.push(parseBinary(parser))
    while (accept(parser, ','))
  }
  expectClosing(parser, opening)
  const { arity, apply } = called
  if (args.length === 0 || (arity !== undefined && args.length !== arity)) {
    const wanted = arity === undefined ? 'at least one argument' : arity === 1 ? 'one argument' : `${arity} arguments`
    throw expressionError(`"${name.text}" takes ${wanted}, not ${args.length}.`, name)
  }
  return (scope) => apply(args.map((arg) => arg(scope)))
}

function constantNamed(name: Token): unknown {
  if (constants.has(name.text)) return constants.get(name.text)
  throw expressionError(`"${name.text}" means nothing in an expression.`, name, hintForName(name.text))
}

function hintForName(name: string): string {
  if (/[.@]/.test(name)) return `Write << ${name} >> to read that path.`
  if (functions.has(name)) return `${name} is a function: write ${name}(…).`
  return didYouMean(name, constants.keys()) ?? `Write '${name}' for the text, or << ${name} >> for a path.`
}

function expectClosing(parser: Parser, opening: Token): void {
  if (accept(parser, ')')) return
  const token = peek(parser)
  if (token.kind === 'end') throw expressionError('This ( is not closed by ).', opening)
  throw expressionError(`An operator or ) is missing before ${nameOf(token)}.`, token)
}

function peek(parser: Parser): Token {
  return parser.tokens[parser.at] ?? { kind: 'end', text: '', offset: 0, length: 1 }
}

/** The operator that comes next; empty if something else does. */
function operatorAt(parser: Parser): string {
  const { kind, text } = peek(parser)
  return kind === 'operator' ? text : ''
}

function accept(parser: Parser, operator: string): boolean {
  if (operatorAt(parser) !== operator) return false
  parser.at += 1
  return true
}

function constant(value: unknown): Evaluate {
  return () => value
}

function nameOf(token: Token): string {
  if (token.kind === 'end') return 'the end'
  return token.kind === 'string' ? 'this text' : token.text
}
