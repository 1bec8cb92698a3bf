/** JSON from outside, which all comes in by `parseJson`: bodies, answers, messages, tokens, and what databases give. */
import { isObject } from './coerce.ts'

/** How many levels JSON may have that comes into a payload: what copies or writes one recurses. */
export const deepestJson = 100

/** How many lists and maps JSON may have: an empty one takes two characters, but far longer to read than as much text. */
export const maxCollections = 250_000

export type JsonFault = 'syntax' | 'depth' | 'key' | 'collections'

/** Says why in a sentence. */
export class UnreadableJson extends SyntaxError {
  readonly fault: JsonFault

  constructor(fault: JsonFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.fault = fault
  }
}

/**
 * Throws `UnreadableJson` where the text is no JSON, is nested too deep, has too many lists and maps, or has a key that would reach every object of the
 * process once it is merged into another.
 *
 * An integer whose digits a number would change, such as 8202522731445525542, is the text of its digits, and so is a number
 * that is larger than any: `1e400`.
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

/** Looks only at texts that are long enough to have them. */
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

/** Whether a number in it is so large that it may not have the digits that were sent. */
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

/** Puts the numbers that would change in quotes. The JSON has been read before, so that a text in it is one, and a number another. */
function keepDigits(json: string): string {
  return json.replace(textOrNumber, (token) => {
    if (token.startsWith('"')) return token
    const number = Number(token)
    const isKept = /^-?\d{16,}$/.test(token) ? String(number) === token : Number.isFinite(number)
    return isKept ? token : `"${token}"`
  })
}

/** What a text says if it is JSON; the text itself if it is not. */
export function jsonOrText(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
