/** The operators, constants and functions of expressions: JavaScript's operators and coercions, and Losant's functions. */
import type { Evaluate } from '../templates/compile-values.ts'
import { lengthOf } from '../templates/helpers/collections.ts'
import { includes } from '../templates/helpers/conditions.ts'
import { compare, equalsLoosely, toNumber, toPrimitive } from '../values/coerce.ts'

type Binary = (left: unknown, right: unknown) => unknown

interface BinaryOperator {
  /** An operator of higher precedence binds more tightly. */
  readonly precedence: number
  readonly combine: (left: Evaluate, right: Evaluate) => Evaluate
}

/** All but `^`, which binds to the right. */
export const binaryOperators: ReadonlyMap<string, BinaryOperator> = new Map(
  Object.entries({
    '||': { precedence: 1, combine: (left, right) => (scope) => left(scope) || right(scope) },
    '&&': { precedence: 2, combine: (left, right) => (scope) => left(scope) && right(scope) },
    '==': ofBoth(3, equalsLoosely),
    '!=': ofBoth(3, (a, b) => !equalsLoosely(a, b)),
    '===': ofBoth(3, (a, b) => a === b),
    '!==': ofBoth(3, (a, b) => a !== b),
    '<': ofBoth(4, (a, b) => compare(a, b, '<')),
    '<=': ofBoth(4, (a, b) => compare(a, b, '<=')),
    '>': ofBoth(4, (a, b) => compare(a, b, '>')),
    '>=': ofBoth(4, (a, b) => compare(a, b, '>=')),
    '+': ofBoth(5, add),
    '-': ofBoth(5, (a, b) => toNumber(a) - toNumber(b)),
    '*': ofBoth(6, (a, b) => toNumber(a) * toNumber(b)),
    '/': ofBoth(6, (a, b) => toNumber(a) / toNumber(b)),
    '%': ofBoth(6, (a, b) => toNumber(a) % toNumber(b)),
  } satisfies Record<string, BinaryOperator>),
)

/** An operator that always evaluates both sides. */
function ofBoth(precedence: number, apply: Binary): BinaryOperator {
  return { precedence, combine: (left, right) => (scope) => apply(left(scope), right(scope)) }
}

export const unaryOperators: ReadonlyMap<string, (value: unknown) => unknown> = new Map(
  Object.entries({ '!': (value: unknown) => !value, '-': (value: unknown) => -toNumber(value), '+': toNumber }),
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

interface ExpressionFunction {
  /** How many arguments it takes; `undefined` for any number from one. */
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
