import { Type } from 'typebox'
import { listShape, objectShape } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, Value } from '../../engine/schema.ts'
import { formatFields, maxCells, recordDelimiterField, renderFormat, translateFormat } from '../parts/csv-format.ts'
import { templateAt } from '../parts/losant-path.ts'
import { recordOf } from '../parts/payload-values.ts'
import { refusalShape } from '../parts/refuse.ts'
import { attempt, readText, Unreadable } from '../parts/unreadable.ts'

export const csvDecode = defineNode({
  type: 'csv-decode',
  losant: { type: 'CSVDecodeNode', translate },
  summary: 'Reads CSV as a list of maps.',
  description: `The first record names the columns, and each after it becomes a map of texts. Of two columns with one name the last counts. Empty
lines are left out, and so is a byte order mark at the beginning.

Where the text is no CSV, such as with a record that has more or fewer values than there are columns, \`else\` is taken with
\`{ error: { message } }\` at \`result\`; without an \`else\` that fails the run. More than a million values are not read.`,
  config: Type.Object({
    source: Value({ description: 'The text.', examples: ['<< data.response.body >>'] }),
    ...formatFields,
    recordDelimiter: recordDelimiterField(
      'What ends a record; where it is not given, the first line break that there is.',
    ),
    result: PathTo({ description: 'Where the list goes, or the error.' }),
  }),
  outputs: ['else', 'then'],
  throwsUnlessWired: ['else'],
  writes: ({ result }, output) => [
    { path: String(result), shape: output === 'else' ? refusalShape : listShape(objectShape({}, true)) },
  ],
  compile: ({ source, result, ...format }, { wired }) => {
    return async (payload) => {
      const { parse } = await import('csv-parse/sync')
      const options = { ...renderFormat(format, payload), bom: true, skip_empty_lines: true }
      const read = () => {
        const text = readText(source, payload)
        checkCells(text, [options.delimiter, options.record_delimiter?.[0] ?? '\n', '\r'])
        return toRecords(parseOr(() => parse(text, options)))
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

/** Each value has one of `ends` after it, that of its record or a delimiter. */
function checkCells(text: string, ends: readonly string[]): void {
  let cells = 0
  for (let at = 0; at < text.length; at += 1) if (ends.includes(text.charAt(at))) cells += 1
  if (cells > maxCells) throw new Unreadable(`The CSV has more than ${maxCells} values.`)
}

function parseOr(parse: () => string[][]): string[][] {
  try {
    return parse()
  } catch (cause) {
    throw new Unreadable(`The text is no CSV: ${cause instanceof Error ? cause.message : cause}.`, { cause })
  }
}

/** Every record has as many values as there are columns, or the library would have thrown. */
function toRecords([columns = [], ...records]: readonly string[][]): Record<string, string | undefined>[] {
  if (columns.includes('__proto__'))
    throw new Unreadable('The CSV has a column that is not allowed, such as __proto__.')
  return records.map((values) => recordOf(columns.map((column, index) => [column, values[index]])))
}

/** In Losant it never fails the run, so its one output is `else` too. */
function translate(config: RawConfig): RawConfig {
  return {
    source: templateAt(config.source, 'source'),
    ...translateFormat(config),
    result: config.destination,
  }
}
