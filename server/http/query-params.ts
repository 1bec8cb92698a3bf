/**
 * Turns the text of a query into the values that an action's schema asks for: `?page=2&query={"$and":[]}`. Losant's clients send a
 * list or object as JSON text or, as the `qs` library does, with brackets: `tagFilter[0][key]=owner`.
 */
import type { TObject } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import { parseJson } from '../../engine/values/json.ts'

export const unreadableQuery = defineError<{ name: string; asked: string }>(
  'HTTP_QUERY_UNREADABLE',
  400,
  ({ name, asked }) => `${name} must be ${asked}`,
)

/** Reads one parameter. Errors mention it by `name`. */
type Reader = (value: Nested, name: string) => unknown
type Nested = string | Nested[] | NestedObject
interface NestedObject {
  [key: string]: Nested
}

export type QueryReader = (query: Readonly<Record<string, unknown>>) => Record<string, unknown>

/** Losant's clients send these with every request. Flowpot ignores them: its results have neither links nor embedded resources. */
const ignored = new Set(['_actions', '_links', '_embedded', 'losantdomain'])
const mostItems = 1000
const deepest = 5

/** Passes on a parameter that is not in the schema as text, so that the validator can refuse it by name. */
export function queryReader(params: TObject): QueryReader {
  const readers = new Map(Object.entries(params.properties).map(([name, schema]) => [name, readerOf(schema)]))
  return (query) => {
    const values: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(unbracketed(query))) {
      if (!ignored.has(name)) values[name] = (readers.get(name) ?? readText)(value, name)
    }
    return values
  }
}

function readerOf(schema: unknown): Reader {
  const { type, anyOf, items } = keywordsOf(schema)
  if (Array.isArray(anyOf)) return unionReader(anyOf)
  if (type === 'integer' || type === 'number') return type === 'integer' ? readInteger : readNumber
  if (type === 'boolean') return readBoolean
  if (type === 'string' || isText(schema)) return readText
  if (type === 'array') return listReader(readerOf(items))
  // Without a type, or with a reference to another schema, the value may be anything.
  return type === 'object' ? readObject : readAnything
}

function isText(schema: unknown): boolean {
  const { const: constant, enum: choices } = keywordsOf(schema)
  return (
    typeof constant === 'string' || (Array.isArray(choices) && choices.every((choice) => typeof choice === 'string'))
  )
}

function keywordsOf(schema: unknown): Readonly<Record<string, unknown>> {
  return typeof schema === 'object' && schema !== null ? { ...schema } : {}
}

/**
 * `readText` accepts everything, so it is tried last; except for plain text, which must not become a list of one item where a string is allowed.
 */
function unionReader(members: readonly unknown[]): Reader {
  const isStructured = (schema: unknown) => ['array', 'object'].includes(String(keywordsOf(schema).type))
  const structured = members.filter(isStructured).map(readerOf)
  const others = members.filter((schema) => !isStructured(schema)).map(readerOf)
  const plain = others.filter((read) => read !== readText)
  const text = others.filter((read) => read === readText)
  const forPlain = [...plain, ...text, ...structured]
  const forStructured = [...structured, ...plain, ...text]
  return (value, name) =>
    firstRead(typeof value === 'string' && !/^[[{]/.test(value) ? forPlain : forStructured, value, name)
}

function firstRead(readers: readonly Reader[], value: Nested, name: string): unknown {
  let failure: unknown
  for (const read of readers) {
    try {
      return read(value, name)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

const readText: Reader = (value) => value

const readInteger: Reader = (value, name) => {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined
  if (number === undefined) throw unreadableQuery({ name, asked: 'a whole number' })
  return number
}

const readNumber: Reader = (value, name) => {
  const isNumber = typeof value === 'string' && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)
  if (!isNumber || !Number.isFinite(Number(value))) throw unreadableQuery({ name, asked: 'a number' })
  return Number(value)
}

const readBoolean: Reader = (value, name) => {
  if (value !== 'true' && value !== 'false') throw unreadableQuery({ name, asked: 'true or false' })
  return value === 'true'
}

const readObject: Reader = (value, name) => {
  const object = typeof value === 'string' ? fromJson(value) : value
  if (typeof object !== 'object' || object === null) throw unreadableQuery({ name, asked: 'an object as JSON' })
  return object
}

const readAnything: Reader = (value, name) => firstRead([readObject, readText], value, name)

function listReader(read: Reader): Reader {
  return (value, name) => {
    if (typeof value === 'string' && value.startsWith('[')) {
      const list = fromJson(value)
      if (Array.isArray(list)) return list
      throw unreadableQuery({ name, asked: 'a list as JSON' })
    }
    return (Array.isArray(value) ? value : [value]).map((item, index) => read(item, `${name}[${index}]`))
  }
}

/** Returns `undefined` for text that `parseJson` refuses. */
function fromJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** Gathers `a[0][b]=1` under `a`. */
function unbracketed(query: Readonly<Record<string, unknown>>): NestedObject {
  const root: NestedObject = Object.create(null)
  for (const [key, value] of Object.entries(query)) {
    const path = pathOf(key)
    const all = Array.isArray(value) ? value : [value]
    if (all.length > mostItems) throw unreadableQuery({ name: key, asked: `of at most ${mostItems} items` })
    for (const one of all) put(root, path, String(one), key)
  }
  return listed(root, 'query') as NestedObject
}

function pathOf(key: string): string[] {
  const start = key.indexOf('[')
  if (start <= 0 || !/^(\[[^[\]]*\])+$/.test(key.slice(start))) return [key]
  return [key.slice(0, start), ...key.slice(start + 1, -1).split('][')]
}

function put(root: NestedObject, path: readonly string[], value: string, name: string): void {
  if (path.length > deepest) throw unreadableQuery({ name, asked: `nested at most ${deepest} deep` })
  let object = root
  for (const key of path.slice(0, -1)) {
    const below = object[key] ?? Object.create(null)
    if (typeof below !== 'object' || Array.isArray(below))
      throw unreadableQuery({ name, asked: 'written in only one way' })
    object[key] = below
    object = below
  }
  const last = path.at(-1) ?? ''
  // `a[]=1&a[]=2` numbers the items itself.
  const key = last === '' ? String(Object.keys(object).length) : last
  const before = object[key]
  if (before === undefined) object[key] = value
  else if (Array.isArray(before)) before.push(value)
  else if (typeof before === 'string') object[key] = [before, value]
  else throw unreadableQuery({ name, asked: 'written in only one way' })
}

/** Turns objects with the keys 0, 1, 2 … into lists, and all others into ordinary objects. */
function listed(value: Nested, name: string): Nested {
  if (typeof value === 'string' || Array.isArray(value)) return value
  const entries = Object.entries(value)
  if (entries.length > mostItems) throw unreadableQuery({ name, asked: `of at most ${mostItems} items` })
  if (entries.some(([key]) => key === '__proto__')) throw unreadableQuery({ name, asked: 'without the key __proto__' })
  if (entries.length > 0 && entries.every(([key], index) => key === String(index))) {
    return entries.map(([key, item]) => listed(item, `${name}[${key}]`))
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, listed(item, key)]))
}
