import { Type } from 'typebox'
import { listShape, objectShape } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { attempt, Refused, readText } from '../parts/attempt.ts'
import {
  formatFields,
  maxCells,
  maxColumns,
  recordDelimiterField,
  renderFormat,
  translateFormat,
} from '../parts/csv-format.ts'
import { given } from '../parts/given.ts'
import { translateConversion } from '../parts/losant-fields.ts'
import { recordOf } from '../parts/payload-values.ts'
import { mayRefuse, refusalShape } from '../parts/refuse.ts'

export const csvDecode = defineNode({
  type: 'csv-decode',
  losant: { type: 'CSVDecodeNode', translate },
  summary: 'Reads CSV as a list of maps.',
  description: `The first record names the columns, and each after it becomes a map of texts. Of two columns with one name the last counts. Empty
lines are left out, and so is a byte order mark at the beginning.

Where the text is no CSV, such as with a record that has more or fewer values than there are columns, \`else\` is taken with
\`{ error: { message } }\` at \`result\`; without an \`else\` that fails the run. More than a million values, or a thousand columns, are not read.

With \`relax\` a record may have more values, which are left out, or fewer, so that its map has fewer keys. A file whose first record names no columns is read with
\`columns\`.`,
  config: Type.Object({
    source: Value({ description: 'The text.', examples: ['<< data.response.body >>'] }),
    columns: Type.Optional(
      ValueOf(Type.Array(Type.String(), { minItems: 1, maxItems: maxColumns }), {
        description: 'Names of the columns, where no record names them: the first record is one as the others.',
      }),
    ),
    relax: Type.Optional(
      ValueOf(Type.Boolean(), {
        description: 'Whether records may have more or fewer values than there are columns.',
        default: false,
      }),
    ),
    ...formatFields,
    recordDelimiter: recordDelimiterField('What ends a record; where it is not given, any line break.'),
    result: PathTo({ description: 'Where the list goes, or the error.' }),
  }),
  ...mayRefuse(refusalShape, listShape(objectShape({}, true))),
  compile: ({ source, columns, relax, result, ...format }, { wired }) => {
    return async (payload) => {
      const { parse } = await import('csv-parse/sync')
      const { record_delimiter = anyLineBreak, ...written } = renderFormat(format, payload)
      const isRelaxed = given('relax', relax, payload) ?? false
      const options = {
        ...written,
        record_delimiter,
        bom: true,
        skip_empty_lines: true,
        relax_column_count: isRelaxed || columns !== undefined,
      }
      const names = given('columns', columns, payload)
      const read = () => {
        const text = readText(source, payload)
        checkCells(text, [options.delimiter, ...[record_delimiter].flat().map((end) => end.charAt(0))])
        return toRecords(
          parseOr(() => parse(text, options)),
          names,
          isRelaxed,
        )
      }
      return attempt(read, { payload, result, wired })
    }
  },
  examples: [
    {
      title: 'A table that a client sent',
      yaml: `type: csv-decode
source: << data.body >>
result: data.pots
else:
  - type: reply
    status: 400
    body: { error: << data.pots.error.message >> }`,
      payload: { data: { body: 'name,moisture\r\nFern,0.4\r\n"Moss, dry",0.1\r\n' } },
      expect: {
        output: 'then',
        payload: {
          'data.pots': [
            { name: 'Fern', moisture: '0.4' },
            { name: 'Moss, dry', moisture: '0.1' },
          ],
        },
      },
    },
    {
      title: 'Semicolons',
      yaml: `type: csv-decode
source: << data.text >>
delimiter: ;
result: data.rows`,
      payload: { data: { text: 'name;moisture\nFern;0,4' } },
      expect: { output: 'then', payload: { 'data.rows': [{ name: 'Fern', moisture: '0,4' }] } },
    },
    {
      title: 'A value too many',
      yaml: `type: csv-decode
source: << data.text >>
result: data.rows`,
      payload: { data: { text: 'name\nFern,0.4' } },
      expect: { error: 'expect 1, got 2 on line 2' },
    },
  ],
})

/** The library would take the first that there is for all. */
const anyLineBreak = ['\r\n', '\n', '\r']

/** Each value has one of `ends` after it, that of its record or a delimiter. */
function checkCells(text: string, ends: readonly string[]): void {
  let cells = 0
  for (let at = 0; at < text.length; at += 1) if (ends.includes(text.charAt(at))) cells += 1
  if (cells > maxCells) throw new Refused(`The CSV has more than ${maxCells} values.`)
}

function parseOr(parse: () => string[][]): string[][] {
  try {
    return parse()
  } catch (cause) {
    throw new Refused(`The text is no CSV: ${cause instanceof Error ? cause.message : cause}.`, { cause })
  }
}

/** Without `names`, the first record has them. */
function toRecords(
  rows: readonly string[][],
  names: readonly string[] | undefined,
  isRelaxed: boolean,
): Record<string, string | undefined>[] {
  const columns = names ?? rows[0] ?? []
  const records = names ? rows : rows.slice(1)
  if (columns.length > maxColumns) throw new Refused(`The CSV has more than ${maxColumns} columns.`)
  if (columns.includes('__proto__')) {
    throw new Refused('The CSV has a column that is not allowed, such as __proto__.')
  }
  return records.map((values, index) => {
    // The library knows of no columns that the flow names.
    if (names && !isRelaxed && values.length !== columns.length) {
      throw new Refused(`Record ${index + 1} has ${values.length} values, and there are ${columns.length} columns.`)
    }
    const there = isRelaxed ? columns.slice(0, values.length) : columns
    return recordOf(there.map((column, place) => [column, values[place]]))
  })
}

/** Losant's node never fails the run, so its one output is also `else`. */
function translate(config: RawConfig): RawConfig {
  return { ...translateConversion(config), ...translateFormat(config) }
}
