/** Conditional blocks. They compare values and not their texts: `eq` is `===`. */
import { compare, isObject, toText } from '../../values/coerce.ts'
import { indexOfText } from '../../values/find-text.ts'
import type { ConditionHelper } from '../helper.ts'
import { isEmpty } from '../scope.ts'
import { match } from './match.ts'

export const conditions: Readonly<Record<string, ConditionHelper>> = {
  if: { arity: 1, test: ([value], { hash }) => isGiven(value, hash.includeZero) },
  unless: { arity: 1, test: ([value], { hash }) => !isGiven(value, hash.includeZero) },
  eq: { arity: 2, test: ([a, b]) => a === b },
  ne: { arity: 2, test: ([a, b]) => a !== b },
  gt: { arity: 2, test: ([a, b]) => compare(a, b, '>') },
  gte: { arity: 2, test: ([a, b]) => compare(a, b, '>=') },
  lt: { arity: 2, test: ([a, b]) => compare(a, b, '<') },
  lte: { arity: 2, test: ([a, b]) => compare(a, b, '<=') },
  includes: { arity: 2, test: ([collection, value]) => includes(collection, value) },
  match,
}

function isGiven(value: unknown, includeZero: unknown): boolean {
  return (Boolean(value) || Boolean(includeZero)) && !isEmpty(value)
}

/** Whether a list has the item, an object the value, or a text the part. */
export function includes(collection: unknown, value: unknown): boolean {
  if (Array.isArray(collection)) return collection.includes(value)
  if (isObject(collection)) return Object.values(collection).includes(value)
  return typeof collection === 'string' && indexOfText(collection, toText(value)) !== -1
}
