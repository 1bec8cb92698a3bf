/** Compares a recorded value with that of a test, and leaves open what differs in every run. */

import { redacted } from '../../../engine/secret-names.ts'
import type { DocumentPath } from '../../../engine/source/position.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { pathText, show } from '../differences.ts'
import { AnyValue, Match } from '../matchers.ts'
import { isRedacted } from './recorded-values.ts'

export interface Loosened {
  /** With matchers in place of IDs, dates and secrets. */
  readonly value: unknown
  /** What still differs, in words. */
  readonly differences: readonly string[]
}

/** `isLenient` leaves open any text or number that differs. */
export function loosen(recorded: unknown, actual: unknown, path: DocumentPath, isLenient: boolean): Loosened {
  const differences: string[] = []
  const differ = (recorded: unknown, actual: unknown, path: DocumentPath) => {
    differences.push(`${pathText(path)} was ${show(recorded)} in the run, and is ${show(actual)} in a test`)
    return recorded
  }

  const hold = (recorded: unknown, actual: unknown, path: DocumentPath): unknown => {
    if (isRedacted(recorded))
      return actual === undefined ? differ(recorded, actual, path) : aroundSecret(recorded, actual)
    if (Array.isArray(recorded) && Array.isArray(actual) && recorded.length === actual.length) {
      return recorded.map((item, index) => hold(item, actual[index], [...path, index]))
    }
    if (isMap(recorded) && isMap(actual)) {
      const keys = [...new Set([...Object.keys(recorded), ...Object.keys(actual)])]
      const entries = keys.map((key) => [key, hold(own(recorded, key), own(actual, key), [...path, key])])
      return Object.fromEntries(entries)
    }
    if (Object.is(recorded, actual)) return recorded
    if (typeof recorded === 'string' && typeof actual === 'string') {
      const pattern = patternOf(recorded)
      if (pattern !== undefined && pattern === patternOf(actual)) return new Match(pattern)
      if (isLenient || areTokens(recorded, actual)) return new AnyValue()
    }
    if (isLenient && typeof recorded === 'number' && typeof actual === 'number') return new AnyValue()
    return differ(recorded, actual, path)
  }

  return { value: hold(recorded, actual, path), differences }
}

function own(map: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

/** The text around the secret must match, if it does so in the test. */
function aroundSecret(recorded: string, actual: unknown): AnyValue | Match {
  const pattern = `^${recorded.split(redacted).map(escaped).join('.*')}$`
  const isBare = recorded === redacted || typeof actual !== 'string' || !new RegExp(pattern, 'u').test(actual)
  return isBare ? new AnyValue() : new Match(pattern)
}

/** Patterns of values that differ in every run, wherever they stand in a text. */
const made = {
  id: '[0-9a-f]{24}',
  uuid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  date: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z',
}
const anyMade = new RegExp(`\\b(?:(${made.id})|(${made.uuid})|(${made.date}))\\b`, 'g')

/** A pattern for the text that leaves such values open; `undefined` if it has none. */
function patternOf(text: string): string | undefined {
  let pattern = ''
  let at = 0
  for (const found of text.matchAll(anyMade)) {
    const [all, id, uuid] = found
    pattern += escaped(text.slice(at, found.index)) + (id ? made.id : uuid ? made.uuid : made.date)
    at = found.index + all.length
  }
  return at === 0 ? undefined : `^${pattern}${escaped(text.slice(at))}$`
}

/** Whether both texts look like keys or tokens, which nobody writes by hand: long and without spaces. */
function areTokens(recorded: string, actual: string): boolean {
  return [recorded, actual].every((text) => /^[\w.~+/=-]{16,}$/.test(text) && /\d/.test(text))
}

/** The part of a regular expression that matches exactly this text. */
export function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}/]/g, '\\$&')
}
