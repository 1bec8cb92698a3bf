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
  description: `The first record names the columns, and each record after it becomes a map of texts. If two columns have the same name, the last one
counts. Empty lines are skipped, and so is a byte order mark at the beginning.

If the text is not CSV, or a record has more or fewer values than there are columns, \`else\` is taken with \`{ error: { message } }\` at
\`result\`; without an \`else\`, the run fails. The limits are a million values and a thousand columns.

With \`relax\`, extra values of a record are dropped, and a record with fewer values becomes a map with fewer keys. If the first record does not name the
columns, name them in \`columns\`.`,
  config: Type.Object({
    source: Value({ description: 'The text.', examples: ['<< data.response.body >>'] }),
    columns: Type.Optional(
      ValueOf(Type.Array(Type.String(), { minItems: 1, maxItems: maxColumns }), {
        description: 'Names of the columns, if the first record does not name them but is one like the others.',
      }),
    ),
    relax: Type.Optional(
      ValueOf(Type.Boolean(), {
        description: 'Whether records may have more or fewer values than there are columns.',
        default: false,
      }),
    ),
    ...formatFields,
    recordDelimiter: recordDelimiterField('Ends a record. Defaults to any line break.'),
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
      title: 'One value too many',
      yaml: `type: csv-decode
source: << data.text >>
result: data.rows`,
      payload: { data: { text: 'name\nFern,0.4' } },
      expect: { error: 'expect 1, got 2 on line 2' },
    },
  ],
})

/** The library would take the first line break that it finds for the only kind. */
const anyLineBreak = ['\r\n', '\n', '\r']

/** Counts values by what follows them: a delimiter, or the end of their record. */
function checkCells(text: string, ends: readonly string[]): void {
  let cells = 0
  for (let at = 0; at < text.length; at += 1) if (ends.includes(text.charAt(at))) cells += 1
  if (cells > maxCells) throw new Refused(`The CSV has more than ${maxCells} values.`)
}

function parseOr(parse: () => string[][]): string[][] {
  try {
    return parse()
  } catch (cause) {
    throw new Refused(`The text is not CSV: ${cause instanceof Error ? cause.message : cause}.`, { cause })
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
    // The library does not know the columns that the flow names, so it cannot check this.
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
