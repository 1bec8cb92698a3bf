/** Rewords the errors of the YAML library, with a hint what to write instead. */
import type { YAMLError } from 'yaml'

interface Wording {
  readonly message: string
  readonly hint: string
}

const quote = 'Put the text in quotes.'

const wordings: Partial<Record<YAMLError['code'], Wording>> = {
  BAD_ALIAS: {
    message: 'An anchor or an alias has no name.',
    hint: 'Put a text that starts with & or * in quotes.',
  },
  BAD_COLLECTION_TYPE: { message: 'The tag does not fit what it stands before.', hint: 'Leave the tag out.' },
  BAD_DIRECTIVE: { message: 'A line that starts with % is a directive, and YAML has none like this.', hint: quote },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'A map cannot begin on the line of its key.',
    hint: 'If this is one text, put it in quotes. If it is a map, begin it on the next line, indented.',
  },
  BLOCK_IN_FLOW: {
    message: 'Inside [ ] and { } a list or a map needs brackets of its own.',
    hint: 'If this is one text, such as one with a colon in it, put it in quotes. If it is a list or a map, put it in brackets.',
  },
  BAD_PROP_ORDER: { message: 'A tag or an anchor is in the wrong place.', hint: quote },
  DUPLICATE_KEY: { message: 'A map has the same key twice.', hint: 'Remove one of the two.' },
  KEY_OVER_1024_CHARS: {
    message: 'A key is longer than 1024 characters.',
    hint: 'Is this a text with a colon in it? Then put it in quotes.',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'A key takes more than one line.',
    hint: 'Is a line indented too far, or is a colon missing above?',
  },
  MULTIPLE_ANCHORS: { message: 'A value has more than one anchor.', hint: quote },
  MULTIPLE_TAGS: { message: 'A value has more than one tag.', hint: quote },
  MULTIPLE_DOCS: {
    message: 'A second document begins here.',
    hint: 'A file has one document: remove the ---, or move the rest to another file.',
  },
  NON_STRING_KEY: {
    message: 'A key is a list or a map.',
    hint: 'A key must be text. If this is meant as a value, put it in quotes.',
  },
  RESOURCE_EXHAUSTION: { message: 'The file is nested too deep to be read.', hint: 'Nest less.' },
  TAB_AS_INDENT: { message: 'A tab cannot indent a line in YAML.', hint: 'Use spaces.' },
  TAG_RESOLVE_FAILED: { message: 'A word that starts with ! is a tag, and this one is not known.', hint: quote },
}

/** Wordings by the library's message, where its code does not say enough. */
const byMessage: readonly (Wording & { readonly pattern: RegExp })[] = [
  {
    pattern: /Missing closing/,
    message: 'The quote that opens here is never closed.',
    hint: 'Close it, or double a quote that belongs to the text.',
  },
  {
    pattern: /end with a ([\]}])/,
    message: 'The bracket that opens here is never closed.',
    hint: 'Close it, and indent the lines within it.',
  },
  {
    pattern: /start with (?:a )?(?:reserved|directive|flow|tab|block)/,
    message: 'A text cannot start with this character unless it is in quotes.',
    hint: quote,
  },
  {
    pattern: /Not a YAML token/,
    message: 'After | or > the text begins on the next line.',
    hint: 'Begin it there, indented, or put it in quotes.',
  },
  {
    pattern: /block-seq-ind on same line/,
    message: 'A list cannot begin on the line of its key.',
    hint: 'Begin it on the next line, or put the text in quotes.',
  },
  {
    pattern: /same column|same line|indent/i,
    message: 'The line is not indented like the lines around it.',
    hint: 'The keys of a map begin in the same column, and what belongs to a key is indented further.',
  },
  {
    pattern: /followed by map values/,
    message: 'A key has no colon after it.',
    hint: 'Write key: value, with a space after the colon.',
  },
  {
    pattern: /Missing , or :/,
    message: 'A comma or a colon is missing before this.',
    hint: 'In [ ] and { } put a text with brackets, commas or quotes in quotes.',
  },
  {
    pattern: /Comments must be/,
    message: 'A comment needs a space before its #.',
    hint: 'If the # belongs to a text, put the text in quotes.',
  },
  {
    pattern: /^Unexpected/,
    message: 'This does not belong to what is before it.',
    hint: 'If it is part of a text, put the whole text in quotes.',
  },
]

export function wordYamlError(error: YAMLError): Wording {
  if (error.code === 'BAD_DQ_ESCAPE') return wordEscape(/\\\S*/.exec(error.message)?.[0] ?? '\\')
  const found = wordings[error.code] ?? byMessage.find(({ pattern }) => pattern.test(error.message))
  return { message: found?.message ?? `${error.message}.`, hint: found?.hint ?? quote }
}

export function wordEscape(written: string): Wording {
  return {
    message: `YAML has no escape ${written} in double quotes.`,
    hint: 'In double quotes a backslash is written \\\\; single quotes take it as it is.',
  }
}

/** Whether a quote or a bracket is never closed. The library then points to where it should be closed. */
export function isUnclosed(error: YAMLError): boolean {
  return /Missing closing|end with a [\]}]/.test(error.message)
}

/** Whether the library has already given up on the document. Then nearly everything that follows is such an error. */
export function isAfterTheEnd(error: YAMLError): boolean {
  return error.message.includes('in YAML stream')
}
