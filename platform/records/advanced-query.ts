/** Compiles an advanced query, an object of conditions in Losant's words, to SQL. Refuses fields and operators that it does not know. */
import { sql } from 'kysely'
import Type from 'typebox'
import { invalid } from '../base/refusals.ts'
import { readTimeText } from '../base/time-text.ts'
import type { Tables } from '../store/tables.ts'
import { allOf, always, anyOf, type Condition, folded, isIn, never, not } from './conditions.ts'

/** The schema lets any object pass: `compileQuery` checks it, since only the fields know what they take. */
export const AdvancedQuery = Type.Unsafe<Readonly<Record<string, unknown>>>({
  type: 'object',
  description: 'Conditions on fields, and $and, $or and $nor over lists of them.',
})

/** Compiles the condition on a field. `at` is the place in the query, for messages. */
export type QueryField = (condition: unknown, at: string) => Condition

export type QueryFields = Readonly<Record<string, QueryField>>

/** The fields that every resource has. */
export function resourceQueryFields(table: keyof Tables) {
  return {
    id: idField(sql.ref(`${table}.id`)),
    creationDate: timeField(sql.ref(`${table}.created_at`)),
    lastUpdated: timeField(sql.ref(`${table}.updated_at`)),
  }
}

const maxDepth = 10
const maxItems = 100
/** Limits conditions and values together: a database takes only some thousands of either in one statement. */
const maxParts = 1000

export function compileQuery(query: unknown, fields: QueryFields, at = 'query', mostParts = maxParts): Condition {
  let parts = 0
  count(query)
  return compile(query, at, 1)

  function count(value: unknown): void {
    if (++parts > mostParts) refuse(at, `has more than ${mostParts} conditions and values`)
    if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) count(part)
  }

  function compile(part: unknown, place: string, depth: number): Condition {
    if (depth > maxDepth) refuse(place, `is nested more than ${maxDepth} deep`)
    const conditions = Object.entries(asObject(part, place)).map(([key, value]) => {
      const below = `${place}.${key}`
      if (key === '$and' || key === '$or' || key === '$nor') {
        const list = asList(value, below)
        // Clients begin with an empty `$and` and add to it; an empty `$or` would be met by nothing.
        if (list.length === 0 && key !== '$and') refuse(below, 'must not be empty')
        const all = list.map((item, index) => compile(item, `${below}[${index}]`, depth + 1))
        if (key === '$and') return allOf(all)
        return key === '$or' ? anyOf(all) : not(anyOf(all))
      }
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined
      if (!field) refuse(below, `is no field that can be queried; there are ${Object.keys(fields).join(', ')}`)
      return field(value, below)
    })
    return allOf(conditions)
  }
}

interface Operation {
  readonly operator: string
  readonly value: unknown
  readonly at: string
}

/** Compiles the operations of a condition, which must all hold. A plain value means `$eq`. `$ci` is not an operation: it says how text is compared. */
function compileAll(condition: unknown, at: string, compileOne: (operation: Operation) => Condition): Condition {
  if (typeof condition !== 'object' || condition === null) return compileOne({ operator: '$eq', value: condition, at })
  const entries = Object.entries(asObject(condition, at)).filter(([operator]) => operator !== '$ci')
  if (entries.length === 0) refuse(at, 'has no operator')
  return allOf(entries.map(([operator, value]) => compileOne({ operator, value, at: `${at}.${operator}` })))
}

type Scalar = string | number
/** Turns a value of a query into what the column holds; `undefined` if the column can never hold it. */
type Reader = (value: unknown, at: string) => Scalar | null | undefined

/** A column of text. */
export function textField(column: Condition): QueryField {
  return (condition, place) => {
    const ignoresCase = readCi(condition, place)
    const left = ignoresCase ? folded(column) : column
    const fold = (text: string) => (ignoresCase ? text.toLowerCase() : text)
    const read: Reader = (value, at) => {
      if (value !== null && typeof value === 'object') refuse(at, 'must be text')
      return typeof value === 'string' ? fold(value) : value === null ? null : undefined
    }
    return compileAll(condition, place, (operation) => {
      const { operator, value, at } = operation
      const part = typeof value === 'string' ? fold(value) : ''
      const length = [...part].length
      switch (operator) {
        case '$startsWith':
        case '$endsWith':
        case '$contains':
          if (part === '') refuse(at, 'must be text, and not empty')
          if (operator === '$startsWith') return sql`substr(${left}, 1, ${sql.lit(length)}) = ${part}`
          if (operator === '$contains') return sql`replace(${left}, ${part}, '') <> ${left}`
          return sql`substr(${left}, length(${left}) - ${sql.lit(length - 1)}) = ${part}`
        default:
          return compare(left, operation, read)
      }
    })
  }
}

/** A column of times: ISO text or milliseconds since 1970. */
export function timeField(column: Condition): QueryField {
  const read: Reader = (value, at) => {
    if (value === null) return null
    const time = typeof value === 'string' ? readTimeText(value) : value
    if (typeof time !== 'number' || !Number.isSafeInteger(time))
      refuse(at, 'must be a time, as ISO text or milliseconds')
    return time
  }
  return (condition, at) => compileAll(condition, at, (operation) => compare(column, operation, read))
}

const readId: Reader = (value, at) => {
  if (value === null) return null
  if (typeof value !== 'string' || !/^[0-9a-fA-F]{24}$/.test(value))
    refuse(at, 'must be an ID of 24 hexadecimal digits')
  return value
}

const equality = ['$eq', '$ne', '$in', '$nin']
const comparison = [...equality, '$gt', '$gte', '$lt', '$lte']

/** A column that holds an ID or nothing. IDs are in the order of their digits. */
export function idField(column: Condition): QueryField {
  const compileOne = (operation: Operation) => {
    const { operator, at } = operation
    if (!comparison.includes(operator)) refuse(at, `is no operator for an ID; there are ${comparison.join(', ')}`)
    return compare(column, operation, readId)
  }
  return (condition, at) => compileAll(condition, at, compileOne)
}

/** IDs of which a row can have several: `has` says which rows have one of the given IDs. */
export function idsField(has: (ids: readonly string[]) => Condition): QueryField {
  const read = (value: unknown, at: string): string => {
    const id = readId(value, at)
    if (typeof id !== 'string') refuse(at, 'must be an ID of 24 hexadecimal digits')
    return id
  }
  const compileOne = ({ operator, value, at }: Operation) => {
    if (operator === '$eq') return has([read(value, at)])
    if (operator === '$ne') return not(has([read(value, at)]))
    if (operator !== '$in' && operator !== '$nin')
      refuse(at, `is no operator for IDs; there are ${equality.join(', ')}`)
    const ids = asList(value, at).map((id, index) => read(id, `${at}[${index}]`))
    const isAmong = ids.length === 0 ? never : has(ids)
    return operator === '$in' ? isAmong : not(isAmong)
  }
  return (condition, at) => compileAll(condition, at, compileOne)
}

/** Texts of which a row can have several. One text that meets the condition is enough; `$ne` and `$nin` hold if no text is among those named. */
export function textsField(column: Condition, has: (condition: Condition) => Condition): QueryField {
  const one = textField(column)
  return (condition, at) => {
    const ci = typeof condition === 'object' && condition !== null && '$ci' in condition ? { $ci: condition.$ci } : {}
    return compileAll(condition, at, ({ operator, value }) => {
      if (operator === '$ne') return not(has(one({ $eq: value, ...ci }, at)))
      if (operator === '$nin') return not(has(one({ $in: value, ...ci }, at)))
      return has(one({ [operator]: value, ...ci }, at))
    })
  }
}

const orders = { $gt: sql`>`, $gte: sql`>=`, $lt: sql`<`, $lte: sql`<=` }

function compare(column: Condition, { operator, value, at }: Operation, read: Reader): Condition {
  switch (operator) {
    case '$eq':
    case '$ne': {
      const scalar = read(value, at)
      const isEqual =
        scalar === undefined ? never : scalar === null ? sql`${column} is null` : sql`${column} = ${scalar}`
      return operator === '$eq' ? isEqual : not(isEqual)
    }
    case '$in':
    case '$nin': {
      const scalars = asList(value, at).map((item, index) => read(item, `${at}[${index}]`))
      const isAmong = isIn(
        column,
        scalars.filter((scalar) => scalar !== undefined && scalar !== null),
      )
      const condition = scalars.includes(null) ? anyOf([isAmong, sql`${column} is null`]) : isAmong
      return operator === '$in' ? condition : not(condition)
    }
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      const scalar = read(value, at)
      return scalar === undefined || scalar === null ? never : sql`${column} ${orders[operator]} ${scalar}`
    }
    default:
      return refuse(at, 'is no operator of queries, or none for this field')
  }
}

function readCi(condition: unknown, at: string): boolean {
  if (typeof condition !== 'object' || condition === null || !('$ci' in condition)) return false
  if (typeof condition.$ci !== 'boolean') refuse(`${at}.$ci`, 'must be true or false')
  return condition.$ci
}

/** Where the tags of a resource are. */
export interface Tags {
  readonly key: Condition
  readonly value: Condition
  /** The rows that have a tag of which the condition holds. */
  has(condition: Condition): Condition
}

/**
 * Tags: `{ $tagKey, $tagValue }` are of one tag, and in `{ room: "hall", owner: … }` each is of a tag of its own. A key or value is text, or
 * `$in` or `$nin` with a list; `null` under a key is met where no tag has it. `null` alone is met by what has no tags. Each may be wrapped in `$eq` or `$ne`.
 */
export function tagsField({ key, value, has }: Tags): QueryField {
  const compile: QueryField = (condition, at) => {
    if (condition === null) return not(has(always))
    const parts = asObject(condition, at)
    const keys = Object.keys(parts)
    if (keys.length === 0) refuse(at, 'must not be empty')
    if (keys.length === 1 && '$eq' in parts) return compile(parts.$eq, `${at}.$eq`)
    if (keys.length === 1 && '$ne' in parts) return not(compile(parts.$ne, `${at}.$ne`))
    const ofOne: Condition[] = []
    const all: Condition[] = []
    for (const [name, asked] of Object.entries(parts)) {
      const place = `${at}.${name}`
      if (name === '$tagKey') ofOne.push(textOfTag(key, asked, place))
      else if (name === '$tagValue') ofOne.push(textOfTag(value, asked, place))
      else if (name.startsWith('$')) refuse(place, 'is no operator for tags; there are $tagKey, $tagValue, $eq and $ne')
      else if (asked === null) all.push(not(has(sql`${key} = ${name}`)))
      else all.push(has(allOf([sql`${key} = ${name}`, textOfTag(value, asked, place)])))
    }
    return allOf([...(ofOne.length > 0 ? [has(allOf(ofOne))] : []), ...all])
  }
  return compile
}

function textOfTag(column: Condition, asked: unknown, at: string): Condition {
  // Every tag has a key and a value.
  if (asked === null) return never
  if (typeof asked !== 'object') return sql`${column} = ${tagText(asked, at)}`
  const [[operator = '', list] = [], ...more] = Object.entries(asObject(asked, at))
  if ((operator !== '$in' && operator !== '$nin') || more.length > 0) {
    refuse(at, 'must be text, or either $in or $nin with a list')
  }
  const place = `${at}.${operator}`
  const isAmong = isIn(
    column,
    asList(list, place).map((text, index) => tagText(text, `${place}[${index}]`)),
  )
  return operator === '$in' ? isAmong : not(isAmong)
}

/** Counts characters, as the schema of tags does, and not UTF-16 units. */
function tagText(value: unknown, at: string): string {
  if (typeof value === 'string' && Array.from(value).length <= 255) return value
  return refuse(at, 'must be text of at most 255 characters')
}

function asObject(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(at, 'must be an object')
  return { ...value }
}

function asList(value: unknown, at: string): unknown[] {
  if (!Array.isArray(value)) refuse(at, 'must be a list')
  if (value.length > maxItems) refuse(at, `must not have more than ${maxItems} items`)
  return value
}

function refuse(at: string, problem: string): never {
  throw invalid({ problem: `${at} ${problem}` })
}
