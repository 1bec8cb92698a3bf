/** Finds comparisons that are always true or never, by what is known of the values that they compare. */
import { type Token, tokenize } from '../expressions/tokens.ts'
import type { FlowNode } from '../flow/flow-graph.ts'
import { type Shape, shapeAt } from '../json-schema/shape.ts'
import type { DocumentPath } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import { compileTemplate } from '../templates/template.ts'
import type { Path } from '../values/path.ts'

/** An expression of a node, which has passed its check. */
export interface ConfigExpression {
  readonly at: DocumentPath
  readonly source: string
  /** Names that are not paths of the payload there. */
  readonly locals: readonly string[]
}

/** `payload` is the shape of the payload before the node. */
export function checkComparisons(
  node: FlowNode,
  expressions: readonly ConfigExpression[],
  payload: Shape,
  reporter: Reporter,
): void {
  for (const { at, source, locals } of expressions) {
    const tokens = tokenize(source)
    const report = ({ offset, length }: Token, message: string, hint: string) =>
      reporter.report({
        code: 'FLOW_COMPARISON_DECIDED',
        severity: 'warning',
        at,
        offset,
        length,
        message: `${node.name}: ${message}`,
        hint,
      })
    tokens.forEach((operator, index) => {
      if (!isComparison(operator) || !isWhole(tokens, index)) return
      const [left, right] = [tokens[index - 1], tokens[index + 1]]
      if (!left || !right) return
      const found = whyDecided(readOperand(left, locals, payload), readOperand(right, locals, payload), operator.text)
      if (!found) return
      const always = operator.text.startsWith('!') === found.differ ? 'always' : 'never'
      report(operator, `this comparison is ${always} true: ${found.why}.`, found.hint)
    })
    const constant = isCondition(at) ? constantAlternative(tokens) : undefined
    if (constant) {
      const message = `this condition is always true, since "${constant.text}" alone is a true value.`
      report(constant, message, 'Write the whole comparison again: << data.a >> === "x" || << data.a >> === "y".')
    }
  }
}

const strict = ['===', '!==']
const isComparison = ({ kind, text }: Token) => kind === 'operator' && ['==', '!=', ...strict].includes(text)

/** Whether the two tokens around the operator are all that it compares. */
function isWhole(tokens: readonly Token[], index: number): boolean {
  const [before, after] = [tokens[index - 2], tokens[index + 2]]
  return (!before || ['(', '&&', '||', ','].includes(operatorIn(before))) && (!after || endsOperand(after))
}

function endsOperand(token: Token): boolean {
  return token.kind === 'end' || [')', '&&', '||', ','].includes(operatorIn(token))
}

function operatorIn({ kind, text }: Token): string {
  return kind === 'operator' ? text : ''
}

type Kind = 'text' | 'number' | 'boolean'

interface Operand {
  readonly path?: Path
  readonly literal?: string | number | boolean
  readonly kind?: Kind | undefined
  /** Whether it is text that has no capitals. */
  readonly isLower?: boolean
}

function readOperand(token: Token, locals: readonly string[], payload: Shape): Operand {
  if (token.kind === 'string') return { literal: token.text, kind: 'text' }
  if (token.kind === 'number') return { literal: Number(token.text), kind: 'number' }
  if (token.kind === 'name' && /^(true|false)$/.test(token.text)) {
    return { literal: token.text === 'true', kind: 'boolean' }
  }
  const path = token.kind === 'template' ? compileTemplate(token.text).exactPath : undefined
  if (!path || locals.includes(path.segments[0] ?? '')) return {}
  const shape = shapeAt(payload, path.segments)
  const is = shape && 'is' in shape ? shape.is : undefined
  return { path, kind: is === 'lower' ? 'text' : is, isLower: is === 'lower' }
}

interface Decided {
  readonly differ: boolean
  readonly why: string
  readonly hint: string
}

function whyDecided(a: Operand, b: Operand, operator: string): Decided | undefined {
  if (a.path && a.path.text === b.path?.text) {
    const hint = 'Compare it with another path, or with a value.'
    return { differ: false, why: `it compares ${a.path.text} with itself`, hint }
  }
  const [known, other] = a.path ? [a, b] : [b, a]
  if (!known.path || !known.kind || !other.kind) return undefined
  if (known.kind !== other.kind) {
    if (!strict.includes(operator)) return undefined
    const named = other.path ? `${other.path.text} is ${nameOf(other.kind)}` : `this is ${nameOf(other.kind)}`
    return {
      differ: true,
      why: `${known.path.text} is ${nameOf(known.kind)}, and ${named}`,
      hint: hintFor(known, other),
    }
  }
  const { literal } = other
  if (!known.isLower || typeof literal !== 'string' || literal === literal.toLowerCase()) return undefined
  return {
    differ: true,
    why: `${known.path.text} is in lower case`,
    hint: `Write "${literal.toLowerCase()}".`,
  }
}

const names = { text: 'text', number: 'a number', boolean: 'true or false' }
const nameOf = (kind: Kind) => names[kind]

function hintFor({ kind }: Operand, { literal }: Operand): string {
  if (literal === undefined) return 'Write == to compare a number with its digits, or convert one of the two first.'
  if (kind === 'text') return `Write '${String(literal)}' in quotes, or compare with == instead.`
  return `Write ${String(literal)} without quotes, if that is the value.`
}

/** The fields whose value only decides which way is taken. */
const conditions: readonly unknown[] = ['if', 'reset', 'where']
const isCondition = (at: DocumentPath) => conditions.includes(at.at(-1))

/** A text or number that is a whole side of a `||`, and makes all of the expression true. */
function constantAlternative(tokens: readonly Token[]): Token | undefined {
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    const operator = operatorIn(token)
    if (operator === '(') depth += 1
    if (operator === ')') depth -= 1
    const side = tokens[index + 1]
    const after = tokens[index + 2]
    if (operator !== '||' || depth > 0 || !side || !after) continue
    if (after.kind !== 'end' && operatorIn(after) !== '||') continue
    if ((side.kind === 'string' && side.text !== '') || (side.kind === 'number' && Number(side.text) !== 0)) return side
  }
  return undefined
}
