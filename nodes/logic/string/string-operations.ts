import { listShape, scalar } from '../../../engine/json-schema/shape.ts'
import { indexOfText, splitAtText } from '../../../engine/values/find-text.ts'
import type { Operation } from '../../parts/operations.ts'

/** The fields of the operation, rendered; those that it does not have are empty. */
export interface StringArguments {
  readonly separator: string
  readonly search: string
  readonly replacement: string
  readonly strings: readonly string[]
  readonly start: number
  readonly length: number
  readonly fill: string
  readonly omission: string
}

export interface StringOperation extends Operation {
  readonly run: (text: string, args: StringArguments) => unknown
}

/** Losant's length of a text that is cut to none. */
const defaultLength = 30
/** A short text that is replaced by a long one, often, would fill the memory. */
const maxLength = 8 * 1024 * 1024

/** Named as in Losant. None takes a regular expression: what is searched for is text. */
export const stringOperations = {
  concat: {
    meaning: 'The text with each of `strings` added to its end.',
    required: ['strings'],
    shape: scalar,
    run: (text, { strings }) => text + strings.join(''),
  },
  indexOf: {
    meaning: 'Where `search` first stands in it, at `start` or later: 0 is its beginning, -1 nowhere.',
    required: ['search'],
    optional: ['start'],
    shape: scalar,
    run: (text, { search, start }) => indexOfText(text, search, start),
  },
  pad: {
    meaning: 'The text made as long as `length` by `fill` on both sides; an odd character goes to its end.',
    required: ['length'],
    optional: ['fill'],
    shape: scalar,
    run: (text, { length, fill }) =>
      text.padStart(text.length + Math.floor((length - text.length) / 2), fill).padEnd(length, fill),
  },
  padEnd: {
    meaning: 'The same, at its end alone.',
    required: ['length'],
    optional: ['fill'],
    shape: scalar,
    run: (text, { length, fill }) => text.padEnd(length, fill),
  },
  padStart: {
    meaning: 'The same, at its beginning alone.',
    required: ['length'],
    optional: ['fill'],
    shape: scalar,
    run: (text, { length, fill }) => text.padStart(length, fill),
  },
  replaceAll: {
    meaning: 'The text with `replacement`, or nothing, wherever `search` stands. An empty `search` stands nowhere.',
    required: ['search'],
    optional: ['replacement'],
    shape: scalar,
    run: (text, { search, replacement }) => (search === '' ? text : replaceAll(text, search, replacement)),
  },
  replaceFirst: {
    meaning: 'The same, where it first stands.',
    required: ['search'],
    optional: ['replacement'],
    shape: scalar,
    run: (text, { search, replacement }) => {
      const at = search === '' ? -1 : indexOfText(text, search)
      return at === -1 ? text : text.slice(0, at) + replacement + text.slice(at + search.length)
    },
  },
  split: {
    meaning: 'A list of what stands between the `separator`s; of its characters where that is empty.',
    required: ['separator'],
    shape: listShape(scalar),
    run: (text, { separator }) => splitAtText(text, separator),
  },
  toLower: { meaning: 'The text in lower case.', shape: scalar, run: (text) => text.toLowerCase() },
  toNumber: {
    meaning: 'The number that it says. `NaN`, which JSON writes as `null`, where it says none.',
    shape: scalar,
    run: (text) => (text.trim() === '' ? Number.NaN : Number(text)),
  },
  toUpper: { meaning: 'The text in upper case.', shape: scalar, run: (text) => text.toUpperCase() },
  trim: {
    meaning: 'The text without white space at its beginning and end.',
    shape: scalar,
    run: (text) => text.trim(),
  },
  trimEnd: { meaning: 'The same, at its end alone.', shape: scalar, run: (text) => text.trimEnd() },
  trimStart: { meaning: 'The same, at its beginning alone.', shape: scalar, run: (text) => text.trimStart() },
  truncate: {
    meaning: 'What is longer than `length` is cut to it, `omission` at its end included. A `length` of 0 is one of 30.',
    required: ['length'],
    optional: ['omission'],
    shape: scalar,
    run: (text, { length, omission }) => truncate(text, length || defaultLength, omission),
  },
} satisfies Record<string, StringOperation>

function replaceAll(text: string, search: string, replacement: string): string {
  const parts = splitAtText(text, search)
  const length = text.length + (parts.length - 1) * (replacement.length - search.length)
  if (length > maxLength) {
    throw new Error(`With all its replacements the text would have more than ${maxLength} characters.`)
  }
  return parts.join(replacement)
}

/** Counts characters, so that none is cut in two. */
function truncate(text: string, length: number, omission: string): string {
  const characters = [...text.slice(0, 2 * (length + 1))]
  if (characters.length <= length) return text
  return characters.slice(0, Math.max(0, length - [...omission].length)).join('') + omission
}
