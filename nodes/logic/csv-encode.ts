import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { readOwn } from '../../engine/values/path.ts'
import { attempt, Refused } from '../parts/attempt.ts'
import { formatFields, maxCells, recordDelimiterField, renderFormat, translateFormat } from '../parts/csv-format.ts'
import { templateAt, translateConversion } from '../parts/losant-fields.ts'
import { valueOrMissing } from '../parts/payload-values.ts'
import { mayRefuse, refusalShape } from '../parts/refuse.ts'

export const csvEncode = defineNode({
  type: 'csv-encode',
  losant: { type: 'CSVEncodeNode', translate },
  summary: 'Writes a list of maps as CSV.',
  description: `The first record names the columns: those of \`columns\`, or the keys of the first map. A value that a map does not have is empty. Dates,
maps and lists are written as in JSON.

If \`source\` is not a list of maps, or has more than a million values, \`else\` is taken with \`{ error: { message } }\` at \`result\`; without an
\`else\`, the run fails.

A value is written as it is. Spreadsheets take one that begins with \`=\`, \`+\`, \`-\` or \`@\` for a formula, even if a client sent it.`,
  config: Type.Object({
    source: Value({ description: 'The list.', examples: ['<< data.pots >>'] }),
    columns: Type.Optional(ValueOf(Type.Array(Type.String()), { description: 'The keys to write, in this order.' })),
    ...formatFields,
    recordDelimiter: recordDelimiterField('Ends a record. Defaults to a line feed.'),
    result: PathTo({ description: 'Where the text goes, or the error.' }),
  }),
  ...mayRefuse(refusalShape, scalar),
  compile: ({ source, columns, result, ...format }, { wired }) => {
    return async (payload) => {
      const { stringify } = await import('csv-stringify/sync')
      const options = { ...renderFormat(format, payload), cast }
      const write = () => {
        const maps = mapsOf(valueOrMissing(source, payload))
        const names = columns ? columns(payload) : Object.keys(maps[0] ?? {})
        // A template that gives nothing must not mean "every column".
        if (names === undefined) throw new Refused('columns is missing.')
        if (maps.length * names.length > maxCells) throw new Refused(`The CSV has more than ${maxCells} values.`)
        if (names.length === 0) return ''
        const rows = [names, ...maps.map((map) => names.map((name) => readOwn(map, name)))]
        if (options.quote === '') checkUnquoted(rows, [options.delimiter, options.record_delimiter ?? '\n', '\r', '\n'])
        return stringify(rows, options)
      }
      return attempt(write, { payload, result, wired })
    }
  },
  examples: [
    {
      title: 'Every key',
      yaml: `type: csv-encode
source: << data.pots >>
result: data.text`,
      payload: {
        data: {
          pots: [
            { name: 'Moss, dry', moisture: 0.1 },
            { name: 'Fern', alive: true },
          ],
        },
      },
      expect: { output: 'then', payload: { 'data.text': 'name,moisture\n"Moss, dry",0.1\nFern,\n' } },
    },
    {
      title: 'Some columns, for a spreadsheet',
      yaml: `type: csv-encode
source: << data.pots >>
columns: [ moisture, name ]
delimiter: ;
recordDelimiter: "\\r\\n"
result: data.text`,
      payload: { data: { pots: [{ id: 1, name: 'Fern', moisture: 0.4 }] } },
      expect: { output: 'then', payload: { 'data.text': 'moisture;name\r\n0.4;Fern\r\n' } },
    },
    {
      title: 'A list of texts',
      yaml: `type: csv-encode
source: << data.pots >>
result: data.text
else:
  - type: reply
    status: 404`,
      payload: { data: { pots: ['Fern'] } },
      expect: { output: 'else', payload: { 'data.text.error.message': 'source must be a list of maps.' } },
    },
  ],
})

/** The library writes 1 for true, nothing for false, and dates as milliseconds. */
const cast = { boolean: String, date: (date: Date) => date.toISOString() }

/** Without quotes, a value with a delimiter in it would be read as two. */
function checkUnquoted(rows: readonly (readonly unknown[])[], marks: readonly string[]): void {
  const text = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value))
  const isApart = (value: unknown) => marks.some((mark) => text(value).includes(mark))
  if (rows.some((row) => row.some(isApart))) {
    throw new Refused('A value has a delimiter or a line break in it, which cannot be written without quotes.')
  }
}

function mapsOf(source: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(source) && source.every(isMap)) return source
  throw new Refused(source === undefined ? 'source is missing.' : 'source must be a list of maps.')
}

/** Losant's node never fails the run, so its one output is also `else`. */
function translate(config: RawConfig): RawConfig {
  return { ...translateConversion(config), ...translateColumns(config), ...translateFormat(config) }
}

function translateColumns({ headerTemplateType = 'objectKeys', headerTemplate }: RawConfig): RawConfig {
  switch (headerTemplateType) {
    case 'objectKeys':
      return {}
    case 'stringTemplates':
      return { columns: headerTemplate }
    case 'payloadPath':
      return { columns: templateAt(headerTemplate, 'headerTemplate') }
    default:
      throw new Error(`Headers of the type ${headerTemplateType} have no counterpart.`)
  }
}
