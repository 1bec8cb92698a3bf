/**
 * A path of a payload: `data.items.[0].name`. It is parsed once, at load. Reading sees own properties only.
 *
 * The grammar is that of both Losant's payload paths and Handlebars: segments joined by dots, each a name, an index, or
 * anything in square brackets. A single `.` is the whole payload. https://docs.losant.com/workflows/accessing-payload-data/
 */
import { defineError } from '../../contracts/errors.ts'
import { TextSyntaxError, templateError } from '../source/syntax-error.ts'
import { isObject } from './coerce.ts'
import type { Payload } from './payload.ts'

export interface Path {
  /** Normalised: `data.items.[0].name`. */
  readonly text: string
  readonly segments: readonly string[]
  /** The value at the path; `undefined` if there is none. */
  get(payload: Payload): unknown
  /**
   * Creates objects on the way, never lists, and replaces a text, number or boolean on the way with an object.
   * Throws `FLOW_PATH_UNWRITABLE` for the whole payload, and for a key that is not an index of the list on the way.
   */
  set(payload: Payload, value: unknown): void
  /** Removes the key, or the item from its list. */
  delete(payload: Payload): void
}

/** A path of the payload that is read, with its place in the source. */
export interface PathRead {
  readonly path: Path
  readonly offset: number
  readonly length: number
}

export const pathUnwritable = defineError<{ path: string; why: string }>(
  'FLOW_PATH_UNWRITABLE',
  500,
  ({ path, why }) => `Nothing can be written to "${path}": ${why}.`,
)

/** A larger index is a mistake, and the list would fill memory once it is written as JSON. */
export const maxIndex = 100_000

/** A name that needs no brackets, by Handlebars' own definition of an ID. */
const plainName = /^[^\s!"#%-,./;->@[-^`{-~]+$/
const index = /^(0|[1-9][0-9]*)$/
/** Names that lead to a prototype. */
export const unsafeNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Throws `TextSyntaxError`: `FLOW_TEMPLATE_SYNTAX`, or `FLOW_UNSAFE_PATH` for `__proto__`, `constructor` and `prototype`. */
export function parsePath(text: string): Path {
  if (text === '.') return pathOf([])
  const segments: string[] = []
  let at = 0
  do {
    if (at > 0) at += 1
    const end = text[at] === '[' ? endOfBrackets(text, at) : endOfName(text, at)
    const name = text[at] === '[' ? unescapeBrackets(text.slice(at + 1, end - 1)) : text.slice(at, end)
    checkSegment(name, at, end - at)
    segments.push(name)
    at = end
    if (at < text.length && text[at] !== '.') {
      throw badPath(`"${text}" is not a path: a dot belongs between its segments.`, at, text)
    }
  } while (at < text.length)
  return pathOf(segments)
}

/** Throws `FLOW_UNSAFE_PATH` for a name that leads to a prototype. */
export function checkSegment(name: string, offset: number, length: number): void {
  if (unsafeNames.has(name)) {
    throw new TextSyntaxError('FLOW_UNSAFE_PATH', `A path cannot name "${name}".`, { offset, length })
  }
}

/** The path of `segments`, which the caller has checked. */
export function pathOf(segments: readonly string[]): Path {
  const text = segments.length === 0 ? '.' : segments.map(writeSegment).join('.')
  const parents = segments.slice(0, -1)
  const last = segments.at(-1)
  return {
    text,
    segments,
    get: getter(segments),
    set(payload, value) {
      if (last === undefined) throw pathUnwritable({ path: text, why: 'it is the whole payload' })
      let target: Record<string, unknown> = payload
      for (const key of parents) {
        const next = readOwn(target, key)
        target = isObject(next) ? next : write(target, key, {}, text)
      }
      write(target, last, value, text)
    },
    delete(payload) {
      if (last === undefined) throw pathUnwritable({ path: text, why: 'it is the whole payload' })
      let target: unknown = payload
      for (const key of parents) target = readOwn(target, key)
      if (!isObject(target) || !Object.hasOwn(target, last)) return
      if (!Array.isArray(target)) delete target[last]
      else if (index.test(last)) target.splice(Number(last), 1)
    },
  }
}

/** The own property `key` of a value. A text has its characters and its length. */
export function readOwn(value: unknown, key: string): unknown {
  if (isObject(value)) return Object.hasOwn(value, key) ? value[key] : undefined
  return typeof value === 'string' && (key === 'length' || index.test(key))
    ? Reflect.get(Object(value), key)
    : undefined
}

function getter(segments: readonly string[]): (payload: Payload) => unknown {
  const [a, b, c] = segments
  // Most paths have two or three segments. Unrolled, reading them takes half the time of the loop.
  if (a !== undefined && b !== undefined && segments.length === 2) return (payload) => readOwn(readOwn(payload, a), b)
  if (a !== undefined && b !== undefined && c !== undefined && segments.length === 3) {
    return (payload) => readOwn(readOwn(readOwn(payload, a), b), c)
  }
  return (payload) => {
    let value: unknown = payload
    for (const key of segments) value = readOwn(value, key)
    return value
  }
}

function write<T>(target: Record<string, unknown>, key: string, value: T, path: string): T {
  if (Array.isArray(target) && !(index.test(key) && Number(key) < maxIndex)) {
    throw pathUnwritable({ path, why: `"${key}" is not an index of the list there` })
  }
  target[key] = value
  return value
}

function writeSegment(segment: string): string {
  return plainName.test(segment) && !index.test(segment) && segment !== 'this'
    ? segment
    : `[${segment.replace(/[\\\]]/g, '\\$&')}]`
}

function unescapeBrackets(text: string): string {
  return text.replace(/\\([\\\]])/g, '$1')
}

function endOfBrackets(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === ']') return at + 1
  }
  throw badPath('This [ is not closed by ].', start, text)
}

function endOfName(text: string, start: number): number {
  let end = start
  while (end < text.length && plainName.test(text.charAt(end))) end += 1
  if (end === start) {
    const what =
      start < text.length ? `"${text[start]}" is not allowed here in a path.` : 'A segment is missing here in a path.'
    throw badPath(what, Math.min(start, Math.max(0, text.length - 1)), text)
  }
  return end
}

function badPath(message: string, offset: number, text: string): TextSyntaxError {
  return templateError(message, { offset, length: 1 }, hintFor(text))
}

function hintFor(text: string): string {
  if (/<<|\{\{/.test(text)) return 'A path is written without << >>, as in data.result.'
  if (/[^.]\[/.test(text)) return 'Write a dot before the bracket, as in data.items.[0].'
  if (/\s/.test(text)) return 'Put a name with a space into brackets, as in data.[a name].'
  return 'A path is written like data.items.[0].name.'
}
