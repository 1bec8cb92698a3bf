import { listShape, scalar } from '../../../engine/json-schema/shape.ts'
import { indexOfText, splitAtText } from '../../../engine/values/find-text.ts'
import type { Operation } from '../../parts/operations.ts'

/** The rendered fields of the operation; those that it does not have are empty. */
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

/** The length that Losant uses if the given one is 0. */
const defaultLength = 30
/** Limits replacements, since many occurrences of a short text replaced by a long one would fill the memory. */
const maxLength = 8 * 1024 * 1024

/** The operations, named as in Losant. None takes a regular expression: `search` is plain text. */
export const stringOperations = {
  concat: {
    meaning: 'The text with each of `strings` added to its end.',
    required: ['strings'],
    run: (text, { strings }) => text + strings.join(''),
  },
  indexOf: {
    meaning: 'The index of the first `search` at `start` or later, or -1.',
    required: ['search'],
    optional: ['start'],
    run: (text, { search, start }) => indexOfText(text, search, start),
  },
  pad: {
    meaning: 'The text padded with `fill` to `length` on both sides; an odd character goes to its end.',
    required: ['length'],
    optional: ['fill'],
    run: (text, { length, fill }) =>
      text.padStart(text.length + Math.floor((length - text.length) / 2), fill).padEnd(length, fill),
  },
  padEnd: {
    meaning: 'The text padded at its end.',
    required: ['length'],
    optional: ['fill'],
    run: (text, { length, fill }) => text.padEnd(length, fill),
  },
  padStart: {
    meaning: 'The text padded at its beginning.',
    required: ['length'],
    optional: ['fill'],
    run: (text, { length, fill }) => text.padStart(length, fill),
  },
  replaceAll: {
    meaning: 'The text with every `search` replaced by `replacement`, or removed. An empty `search` is never found.',
    required: ['search'],
    optional: ['replacement'],
    run: (text, { search, replacement }) => (search === '' ? text : replaceAll(text, search, replacement)),
  },
  replaceFirst: {
    meaning: 'The text with the first `search` replaced.',
    required: ['search'],
    optional: ['replacement'],
    run: (text, { search, replacement }) => {
      const at = search === '' ? -1 : indexOfText(text, search)
      return at === -1 ? text : text.slice(0, at) + replacement + text.slice(at + search.length)
    },
  },
  split: {
    meaning: 'The list of parts between the `separator`s, or of characters if that is empty.',
    required: ['separator'],
    shape: listShape(scalar),
    run: (text, { separator }) => splitAtText(text, separator),
  },
  toLower: { meaning: 'The text in lower case.', run: (text) => text.toLowerCase() },
  toNumber: {
    meaning: 'The text as a number, or `NaN` if it is none, which JSON writes as `null`.',
    run: (text) => (text.trim() === '' ? Number.NaN : Number(text)),
  },
  toUpper: { meaning: 'The text in upper case.', run: (text) => text.toUpperCase() },
  trim: { meaning: 'The text without white space at its beginning and end.', run: (text) => text.trim() },
  trimEnd: { meaning: 'The text without white space at its end.', run: (text) => text.trimEnd() },
  trimStart: { meaning: 'The text without white space at its beginning.', run: (text) => text.trimStart() },
  truncate: {
    meaning: 'The text cut to `length`, including `omission` at its end. A `length` of 0 means 30.',
    required: ['length'],
    optional: ['omission'],
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

/** Counts whole characters, so that no surrogate pair is split. */
function truncate(text: string, length: number, omission: string): string {
  const characters = [...text.slice(0, 2 * (length + 1))]
  if (characters.length <= length) return text
  return characters.slice(0, Math.max(0, length - [...omission].length)).join('') + omission
}
