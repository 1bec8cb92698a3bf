/** How CSV is written, for the nodes that read and write it. https://www.rfc-editor.org/rfc/rfc4180 */
import { Type } from 'typebox'
import type { RawConfig } from '../../engine/node.ts'
import { type CompiledValue, ValueOf } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { defined } from './defined.ts'
import { filled } from './losant-fields.ts'

/** Reading or writing CSV blocks the process: a million cells take about a second. */
export const maxCells = 1_000_000
/** With more keys than this, a map takes far longer to build than its number of cells suggests. */
export const maxColumns = 1000

const Character = Type.String({ maxLength: 1 })
const character = (description: string, byDefault: string) =>
  Type.Optional(ValueOf(Character, { description, default: byDefault }))

export const formatFields = {
  delimiter: character('Separates the columns.', ','),
  quote: character('Encloses a value that contains delimiters or line breaks; `""` turns quoting off.', '"'),
  escape: character('Precedes a quote inside a quoted value.', '"'),
}

export const recordDelimiterField = (description: string) =>
  Type.Optional(ValueOf(Type.String({ maxLength: 2 }), { description, examples: ['"\\r\\n"'] }))

interface FormatFields {
  readonly delimiter?: CompiledValue<string> | undefined
  readonly quote?: CompiledValue<string> | undefined
  readonly escape?: CompiledValue<string> | undefined
  readonly recordDelimiter?: CompiledValue<string> | undefined
}

/** The options of both libraries. A field whose template renders to nothing counts as not given. */
export function renderFormat(fields: FormatFields, payload: Payload) {
  const delimiter = fields.delimiter?.(payload) || ','
  // An empty quote turns quoting off: a quote is then a character like any other.
  const quote: string = fields.quote?.(payload) ?? '"'
  if ([quote, '\n', '\r'].includes(delimiter)) throw new Error('delimiter must be neither the quote nor a line break.')
  return {
    delimiter,
    quote,
    escape: fields.escape?.(payload) || '"',
    ...defined({ record_delimiter: fields.recordDelimiter?.(payload) || undefined }),
  }
}

/** Translates the CSV format of an exported node. A line feed ends records by default, so it is left out. */
export function translateFormat(config: RawConfig): RawConfig {
  const { delimiterTemplate, quoteCharTemplate, escapeCharTemplate, recordDelimiterTemplate } = config
  return {
    ...filled({ delimiter: delimiterTemplate, quote: quoteCharTemplate, escape: escapeCharTemplate }),
    ...(recordDelimiterTemplate === '\n' ? {} : filled({ recordDelimiter: recordDelimiterTemplate })),
  }
}
