/** The YAML library's complaints in our words, with what to write instead. */
import type { YAMLError } from 'yaml'

interface Wording {
  readonly message: string
  readonly hint: string
}

const quote = 'Put the text in quotes.'

const wordings: Partial<Record<YAMLError['code'], Wording>> = {
  BAD_ALIAS: {
    message: 'An anchor or an alias has no name.',
    hint: 'A text that starts with & or * stands in quotes.',
  },
  BAD_COLLECTION_TYPE: { message: 'The tag does not fit what it stands before.', hint: 'Leave the tag out.' },
  BAD_DIRECTIVE: { message: 'A line that starts with % is a directive, and this is none that YAML has.', hint: quote },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'A map cannot begin on the line of its key.',
    hint: 'If this is one text, put it in quotes. If it is a map, begin it on the next line, indented.',
  },
  BLOCK_IN_FLOW: {
    message: 'Inside [ ] and { } a list or a map stands in brackets of its own.',
    hint: 'If this is one text, such as one with a colon in it, put it in quotes. If it is a list or a map, put it in brackets.',
  },
  BAD_PROP_ORDER: { message: 'A tag or an anchor stands in the wrong place.', hint: quote },
  DUPLICATE_KEY: { message: 'A key stands twice in one map.', hint: 'Remove one of the two.' },
  KEY_OVER_1024_CHARS: {
    message: 'A key is longer than 1024 characters.',
    hint: 'Is this a text with a colon in it? Then put it in quotes.',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'A key goes over more than one line.',
    hint: 'Is a line indented too far, or a colon missing above?',
  },
  MULTIPLE_ANCHORS: { message: 'A value has more than one anchor.', hint: quote },
  MULTIPLE_TAGS: { message: 'A value has more than one tag.', hint: quote },
  MULTIPLE_DOCS: {
    message: 'A second document begins here.',
    hint: 'One file holds one document: take the --- out, or make a file of its own.',
  },
  NON_STRING_KEY: {
    message: 'A key is a list or a map.',
    hint: 'A key is a text. Should this be a value, put it in quotes.',
  },
  RESOURCE_EXHAUSTION: { message: 'The file is nested too deep to be read.', hint: 'Nest less.' },
  TAB_AS_INDENT: { message: 'A tab cannot indent a line in YAML.', hint: 'Use spaces.' },
  TAG_RESOLVE_FAILED: { message: 'A word that starts with ! is a tag, and this is none that is known.', hint: quote },
}

/** By what the library's message says, where its code says too little. */
const byMessage: readonly (readonly [RegExp, Wording])[] = [
  [
    /Missing closing/,
    {
      message: 'The quote that opens here is never closed.',
      hint: 'Close it, or double a quote that belongs to the text.',
    },
  ],
  [
    /end with a ([\]}])/,
    { message: 'The bracket that opens here is never closed.', hint: 'Close it, and indent the lines within it.' },
  ],
  [
    /start with (?:a )?(?:reserved|directive|flow|tab|block)/,
    { message: 'A text cannot start with this character unless it stands in quotes.', hint: quote },
  ],
  [
    /Not a YAML token/,
    {
      message: 'After | or > the text begins on the next line.',
      hint: 'Begin it there, indented, or put it in quotes.',
    },
  ],
  [
    /block-seq-ind on same line/,
    {
      message: 'A list cannot begin on the line of its key.',
      hint: 'Begin it on the next line, or put the text in quotes.',
    },
  ],
  [
    /same column|same line|indent/i,
    {
      message: 'The line is not indented as those around it are.',
      hint: 'Keys of one map begin in the same column; what belongs to a key is indented further.',
    },
  ],
  [
    /followed by map values/,
    { message: 'A key has no colon after it.', hint: 'Write key: value, with a space after the colon.' },
  ],
  [
    /Missing , or :/,
    {
      message: 'A comma or a colon is missing before this.',
      hint: 'In [ ] and { } a text with brackets, commas or quotes in it stands in quotes itself.',
    },
  ],
  [
    /Comments must be/,
    { message: 'A comment needs a space before its #.', hint: 'If the # belongs to a text, put the text in quotes.' },
  ],
  [
    /^Unexpected/,
    {
      message: 'This does not belong to what stands before it.',
      hint: 'If it is part of a text, put the whole text in quotes.',
    },
  ],
]

export function wordYamlError(error: YAMLError): Wording {
  if (error.code === 'BAD_DQ_ESCAPE') return wordEscape(/\\\S*/.exec(error.message)?.[0] ?? '\\')
  const worded = wordings[error.code] ?? byMessage.find(([pattern]) => pattern.test(error.message))?.[1]
  return worded ?? { message: `${error.message}.`, hint: quote }
}

export function wordEscape(written: string): Wording {
  return {
    message: `YAML has no escape ${written} in double quotes.`,
    hint: 'In double quotes a backslash is written \\\\; single quotes take it as it is.',
  }
}

/** Whether something that was opened is missing its end; the library then points to where the end should be. */
export function isUnclosed(error: YAMLError): boolean {
  return /Missing closing|end with a [\]}]/.test(error.message)
}

/** Whether the library had already given up on the document, so that nearly everything after is such an error. */
export function isAfterTheEnd(error: YAMLError): boolean {
  return error.message.includes('in YAML stream')
}
