/** What an expression may compute with: JavaScript's operators and coercions, and Losant's functions. */

import { lengthOf } from '../templates/helpers/collections.ts'
import { includes } from '../templates/helpers/conditions.ts'
import { compare, equalsLoosely, toNumber, toPrimitive } from '../values/coerce.ts'

type Binary = (left: unknown, right: unknown) => unknown

export interface BinaryOperator {
  /** The greater binds the tighter. */
  readonly precedence: number
  readonly apply: Binary
}

/** `&&`, `||` and `^` are not among them: the parser knows that the first two may leave out their right side, and that the third binds to the right. */
export const binaryOperators: ReadonlyMap<string, BinaryOperator> = new Map(
  Object.entries({
    '==': { precedence: 3, apply: equalsLoosely },
    '!=': { precedence: 3, apply: (a, b) => !equalsLoosely(a, b) },
    '===': { precedence: 3, apply: (a, b) => a === b },
    '!==': { precedence: 3, apply: (a, b) => a !== b },
    '<': { precedence: 4, apply: (a, b) => compare(a, b, '<') },
    '<=': { precedence: 4, apply: (a, b) => compare(a, b, '<=') },
    '>': { precedence: 4, apply: (a, b) => compare(a, b, '>') },
    '>=': { precedence: 4, apply: (a, b) => compare(a, b, '>=') },
    '+': { precedence: 5, apply: add },
    '-': { precedence: 5, apply: (a, b) => toNumber(a) - toNumber(b) },
    '*': { precedence: 6, apply: (a, b) => toNumber(a) * toNumber(b) },
    '/': { precedence: 6, apply: (a, b) => toNumber(a) / toNumber(b) },
    '%': { precedence: 6, apply: (a, b) => toNumber(a) % toNumber(b) },
  } satisfies Record<string, BinaryOperator>),
)

export const power: Binary = (base, exponent) => toNumber(base) ** toNumber(exponent)

export const constants: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
  ['E', Math.E],
  ['PI', Math.PI],
])

export interface ExpressionFunction {
  /** How many arguments it takes; undefined is one or more. */
  readonly arity: number | undefined
  readonly apply: (args: readonly unknown[]) => unknown
}

const ofOneNumber = [
  ...(['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'] as const),
  ...(['sqrt', 'log', 'log10', 'abs', 'ceil', 'floor', 'round', 'trunc', 'exp'] as const),
]

export const functions: ReadonlyMap<string, ExpressionFunction> = new Map<string, ExpressionFunction>([
  ...ofOneNumber.map(
    (name) => [name, { arity: 1, apply: ([value]: readonly unknown[]) => Math[name](toNumber(value)) }] as const,
  ),
  ['atan2', { arity: 2, apply: ([y, x]) => Math.atan2(toNumber(y), toNumber(x)) }],
  ['pow', { arity: 2, apply: ([base, exponent]) => power(base, exponent) }],
  ['min', { arity: undefined, apply: (args) => Math.min(...args.map(toNumber)) }],
  ['max', { arity: undefined, apply: (args) => Math.max(...args.map(toNumber)) }],
  ['length', { arity: 1, apply: ([value]) => lengthOf(value) }],
  ['includes', { arity: 2, apply: ([collection, value]) => includes(collection, value) }],
])

function add(left: unknown, right: unknown): unknown {
  const [a, b] = [toPrimitive(left, 'text'), toPrimitive(right, 'text')]
  return typeof a === 'string' || typeof b === 'string' ? String(a) + String(b) : Number(a) + Number(b)
}
