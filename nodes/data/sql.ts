import { Type } from 'typebox'
import { listShape, objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { Code, PathTo, Value } from '../../engine/schema.ts'
import { connectionField, timeoutField } from '../parts/connection-fields.ts'
import { failedEffect } from '../parts/failed-effect.ts'
import { translateSql } from '../parts/losant-sql.ts'
import { typedRefusalShape } from '../parts/refuse.ts'
import { checkQuery } from '../parts/sql-check.ts'

export const sql = defineNode({
  type: 'sql',
  losant: { type: 'SqlNode', translate: translateSql },
  summary: 'Queries or changes a PostgreSQL, MySQL or MariaDB database.',
  description: `The database is named in \`application.yaml\`, with the environment variable that has its URL, so that no password stands in
a flow: \`connections: { readings: { env: READINGS_URL } }\`. The URL begins with \`postgres://\` or \`mysql://\`. TLS is asked for as is usual
there: \`?sslmode=require\`, and \`?ssl=true\` for MySQL.

Values are bound, and never part of the text: \`$1\`, \`$2\` for PostgreSQL, \`?\` for MySQL stand for those of \`params\`. What is missing fails
the run, and \`null\` is \`NULL\`. A list is an array of PostgreSQL, and JSON for MySQL; a map is JSON. The names of tables and columns cannot be bound.

At \`result\` stands a list of rows, which is empty where the query gives none. Dates and times are text, with a time zone in UTC; decimal
numbers and whole ones above 2^53 are text, since no number holds them exactly; bytes are Base64. A query is one statement, and a
transaction of its own.

\`else\` is taken with \`{ error: { type, message } }\` where the database cannot be reached, refuses the query, takes too long, or gives more than
10000 rows or 5 MB. Without an \`else\` that fails the run.`,
  config: Type.Object({
    connection: connectionField,
    query: Code({
      description: 'One statement. `<< >>` cannot stand in it.',
      examples: ['select * from pots where owner = $1'],
    }),
    params: Type.Optional(Type.Array(Value(), { maxItems: 1000, description: 'What is bound, in order.' })),
    timeoutSeconds: timeoutField,
    result: Type.Optional(PathTo({ description: 'Where the rows go, or the error.' })),
    countResult: Type.Optional(PathTo({ description: 'Where it goes how many rows were given, or changed.' })),
    errorResult: Type.Optional(PathTo({ description: 'Where the error goes, if not to `result`.' })),
  }),
  outputs: ['else', 'then'],
  throwsUnlessWired: ['else'],
  check: checkQuery,
  writes: ({ result, countResult, errorResult = result }, output) => {
    const written =
      output === 'else'
        ? [{ path: errorResult, shape: typedRefusalShape }]
        : [
            { path: result, shape: listShape(objectShape({}, true)) },
            { path: countResult, shape: scalar },
          ]
    return written.flatMap(({ path, shape }) => (typeof path === 'string' ? [{ path, shape }] : []))
  },
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
      title: 'A row is written, and a way for when it cannot be',
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
