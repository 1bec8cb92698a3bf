import { Type } from 'typebox'
import { listShape, objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { Code, PathTo, Value } from '../../engine/schema.ts'
import { connectionField, timeoutField } from '../parts/connection-fields.ts'
import { failedEffect } from '../parts/failed-effect.ts'
import { translateSql } from '../parts/losant-sql.ts'
import { mayRefuse, typedRefusalShape } from '../parts/refuse.ts'
import { checkQuery } from '../parts/sql-check.ts'
import { written } from '../parts/written.ts'

const leaving = mayRefuse(typedRefusalShape, listShape(objectShape({}, true)))

export const sql = defineNode({
  type: 'sql',
  losant: { type: 'SqlNode', translate: translateSql },
  summary: 'Queries or changes a PostgreSQL, MySQL or MariaDB database.',
  description: `The database is named in \`application.yaml\`, with the environment variable that has its URL, so that no password is in
a flow: \`connections: { readings: { env: READINGS_URL } }\`. The URL begins with \`postgres://\` or \`mysql://\`. Ask for TLS as usual: \`?sslmode=require\`, and \`?ssl=true\` for MySQL.

Values are bound and never become part of the text: write \`$1\`, \`$2\` for PostgreSQL and \`?\` for MySQL in place of those in \`params\`. A missing value
fails the run, and \`null\` is \`NULL\`. A list is an array for PostgreSQL and JSON for MySQL; a map is JSON. The names of tables and columns cannot be bound.

The value at \`result\` is the list of rows, which may be empty. Dates and times are text, in UTC if they have a time zone; decimal
numbers and integers above 2^53 are text, since no number holds them exactly; bytes are Base64. A query is one statement, and a
transaction of its own.

\`else\` is taken with \`{ error: { type, message } }\` if the database cannot be reached, refuses the query, takes too long, or returns more than
10000 rows or 5 MB. Without an \`else\`, the run fails.`,
  config: Type.Object({
    connection: connectionField(),
    query: Code({
      description: 'One statement, without `<< >>`.',
      examples: ['select * from pots where owner = $1'],
    }),
    params: Type.Optional(Type.Array(Value(), { maxItems: 1000, description: 'The values to bind, in order.' })),
    timeoutSeconds: timeoutField,
    result: Type.Optional(PathTo({ description: 'Where the rows go, or the error.' })),
    countResult: Type.Optional(PathTo({ description: 'Where the number of returned or changed rows goes.' })),
    errorResult: Type.Optional(PathTo({ description: 'Where the error goes. Defaults to `result`.' })),
  }),
  check: checkQuery,
  ...leaving,
  writes: (config, output, actions) => [
    ...leaving.writes(config, output, actions),
    ...(output === 'then' ? written(config.countResult, scalar) : []),
  ],
  compile: ({ connection, query, params = [], timeoutSeconds, result, countResult, errorResult }, { wired }) => {
    return async (payload, run) => {
      const bound = params.map((param) => param(payload))
      const timeoutMs = (timeoutSeconds?.(payload) ?? 10) * 1000
      try {
        const request = { connection, query, params: bound, timeoutMs, signal: run.signal }
        const { rows, count } = await run.services.sql(request)
        result?.set(payload, rows)
        countResult?.set(payload, count)
        return 'then'
      } catch (error) {
        return failedEffect(error, { payload, result: errorResult ?? result, wired })
      }
    }
  },
  examples: [
    {
      title: 'The pots of an owner',
      yaml: `type: sql
connection: readings
query: select id, name from pots where owner = $1 limit $2
params: [ << data.query.owner >>, 10 ]
result: data.pots`,
      payload: { data: { query: { owner: "Ada' or '1'='1" } } },
      responses: [{ result: [{ id: 1, name: 'Fern' }] }],
      expect: {
        output: 'then',
        sent: [{ connection: 'readings', params: ["Ada' or '1'='1", 10] }],
        payload: { 'data.pots': [{ id: 1, name: 'Fern' }] },
      },
    },
    {
      title: 'An insert, and an else in case it fails',
      yaml: `type: sql
connection: readings
query: |
  insert into readings (pot, moisture, note) values (?, ?, ?)
params:
  - << data.pot >>
  - << data.moisture >>
  - << data.note >>
errorResult: data.failed
else:
  - type: reply
    status: 503
    body: { error: << data.failed.error.message >> }`,
      payload: { data: { pot: 'fern', moisture: 0.25, note: null } },
      responses: [{ error: 'The database of readings cannot be reached: it refuses connections.' }],
      expect: {
        output: 'else',
        sent: [{ params: ['fern', 0.25, null] }],
        payload: {
          'data.failed.error.message': 'The database of readings cannot be reached: it refuses connections.',
        },
      },
    },
  ],
})
