/** Parses JSON from outside: all bodies, answers, messages, tokens, and results of databases pass through `parseJson`. */
import { isObject } from './coerce.ts'

/** How deep JSON may be nested, since whatever copies or writes a payload recurses. */
export const deepestJson = 100

/** How many lists and maps JSON may have. An empty one is two characters, but takes far longer to read than two characters of text. */
export const maxCollections = 250_000

export type JsonFault = 'syntax' | 'depth' | 'key' | 'collections'

/** The message says why in a sentence. */
export class UnreadableJson extends SyntaxError {
  readonly fault: JsonFault

  constructor(fault: JsonFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.fault = fault
  }
}

/**
 * Throws `UnreadableJson` if the text is not JSON, is nested too deep, has too many lists and maps, or has a key that would pollute the
 * prototype of all objects once it is merged into another object.
 *
 * An integer whose digits a JavaScript number would change, such as 8202522731445525542, becomes the text of its digits, and so does
 * a number that is too large for one: `1e400`.
 */
export function parseJson(text: string): unknown {
  // RFC 8259, section 8.1, lets a parser ignore a byte order mark, which some programs write.
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (hasMoreCollections(json, maxCollections)) {
    throw new UnreadableJson('collections', `The JSON has more than ${maxCollections} lists and maps.`)
  }
  const value = parse(json)
  return check(value, deepestJson) ? JSON.parse(keepDigits(json)) : value
}

/** Skips texts that are too short to have more than `max`. */
function hasMoreCollections(json: string, max: number): boolean {
  if (json.length < 2 * max) return false
  let count = 0
  let isText = false
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at)
    if (character === quote) isText = !isText
    else if (isText && character === backslash) at++
    else if (!isText && (character === bracket || character === brace) && ++count > max) return true
  }
  return false
}

const [quote, backslash, bracket, brace] = [0x22, 0x5c, 0x5b, 0x7b]

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UnreadableJson('syntax', `The text is not valid JSON: ${why}.`, cause)
  }
}

/** Returns whether a number in the value is so large that its digits may differ from those that were sent. */
function check(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER
  if (!isObject(value)) return false
  if (levels === 0) throw new UnreadableJson('depth', `The JSON is nested deeper than ${deepestJson} levels.`)
  let isLarge = false
  if (Array.isArray(value)) {
    for (const item of value) if (check(item, levels - 1)) isLarge = true
    return isLarge
  }
  for (const key in value) {
    const item = value[key]
    if (key === '__proto__' || (key === 'constructor' && isObject(item) && Object.hasOwn(item, 'prototype'))) {
      throw new UnreadableJson('key', 'The JSON has a key that is not allowed, such as __proto__.')
    }
    if (check(item, levels - 1)) isLarge = true
  }
  return isLarge
}

const textOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g

/** Puts numbers that would change in quotes. The JSON has been parsed before, so the pattern tells its texts from its numbers. */
function keepDigits(json: string): string {
  return json.replace(textOrNumber, (token) => {
    if (token.startsWith('"')) return token
    const number = Number(token)
    const isKept = /^-?\d{16,}$/.test(token) ? String(number) === token : Number.isFinite(number)
    return isKept ? token : `"${token}"`
  })
}

/** The parsed text if it is JSON, and the text itself otherwise. */
export function jsonOrText(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
