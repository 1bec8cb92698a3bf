import { describe, expect, it } from 'vitest'
import { sql } from '../../../nodes/data/sql.ts'
import { problemsOf, runNode } from '../run-node.ts'

const node = (query: string, connection = 'readings') =>
  `type: sql\nconnection: ${connection}\nquery: ${JSON.stringify(query)}`

describe('an sql node', () => {
  it.each([
    ["select * from a where b = '<< data.x >>'", '<< data.x >>', 27],
    ['select * from {{data.table}}', '{{data.table}}', 14],
    ['select * from a where b = {{{ data.x }}}', '{{{ data.x }}}', 26],
    ['select 1 {{#if data.x}} where true {{/if}}', '{{#if data.x}}', 9],
  ])('takes no template in its query: %s', (query, template, offset) => {
    expect(problemsOf(node(query))).toEqual([
      expect.objectContaining({
        code: 'FLOW_WRONG_TYPE',
        line: 6,
        column: 'query: "'.length + 5 + offset,
        length: template.length,
        hint: expect.stringContaining(`params: [ ${template} ]`),
      }),
    ])
  })

  it.each([
    'select 1 << 2, (8 >> 1)',
    `select '{{1,2},{3,4}}'::int[]`,
    `select tags->>'a' from t where net << inet '10.0.0.0/8'`,
    'with x as (select 1) select setting from x -- begin',
  ])('takes what only looks like one, or like a transaction: %s', (query) => {
    expect(problemsOf(node(query))).toEqual([])
  })

  it.each(['BEGIN', ' start transaction', 'commit', 'Rollback', "set role 'x'", 'use mysql', 'lock tables a write'])(
    'leaves nothing behind on a connection that others have after it: %s',
    (query) => {
      expect(problemsOf(node(query))).toEqual([expect.objectContaining({ code: 'FLOW_WRONG_TYPE' })])
    },
  )

  it.each([
    ['reading', 'Did you mean "readings"?'],
    ['warehouse', 'connections: {'],
    ['toString', 'connections: {'],
  ])('names a connection that there is: %s', (connection, hint) => {
    expect(problemsOf(node('select 1', connection))).toEqual([
      expect.objectContaining({
        code: 'FLOW_UNKNOWN_CONNECTION',
        message: `There is no connection "${connection}" in application.yaml.`,
        hint: expect.stringContaining(hint),
      }),
    ])
  })

  it('fails the run where a value is missing, before anything is asked', async () => {
    const run = await runNode({ yaml: `${node('select $1')}\nparams: [ << data.x >> ]`, payload: { data: {} } })
    expect(String(run.error)).toContain('<< data.x >> is missing')
    expect(run.sent).toEqual([])
  })

  it('fails the run with what the database says where no way leads on', async () => {
    const error = 'The query of readings failed: relation "a" does not exist.'
    const run = await runNode({ yaml: node('select * from a'), payload: { data: {} }, responses: [{ error }] })
    expect(String(run.error)).toContain(error)
  })

  it('puts the rows and how many they are where it is told, and asks within its time', async () => {
    const run = await runNode({
      yaml: `${node('select 1')}\ntimeoutSeconds: "2.5"\nresult: data.rows\ncountResult: data.count`,
      payload: { data: {} },
      responses: [{ result: [{ a: 1 }, { a: 2 }] }],
    })
    expect(run.payload.data).toEqual({ rows: [{ a: 1 }, { a: 2 }], count: 2 })
    expect(run.sent).toEqual([{ connection: 'readings', query: 'select 1', params: [], timeoutMs: 2500 }])
  })
})

describe("Losant's SqlNode", () => {
  const translate = (config: Readonly<Record<string, unknown>>) => sql.losant?.translate?.(config)
  const database = { systemTemplate: 'pg', hostTemplate: 'db.example.com', databaseTemplate: 'my db' }

  it.each([
    ["select * from a where id = '{{data.id}}'", 'select * from a where id = $1', ['{{data.id}}']],
    [
      'select * from a where n >= {{data.n}} limit {{x}}',
      'select * from a where n >= $1 limit $2',
      ['{{data.n}}', '{{x}}'],
    ],
    ["select * from a where b like '%{{q}}%'", 'select * from a where b like $1', ['%{{q}}%']],
    [
      "insert into a values ('it''s {{x}}', 1), ({{y}}, {{z}})",
      'insert into a values ($1, 1), ($2, $3)',
      ["it's {{x}}", '{{y}}', '{{z}}'],
    ],
    [
      'update a set b = {{b}} where c between {{c}} and {{d}}',
      'update a set b = $1 where c between $2 and $3',
      ['{{b}}', '{{c}}', '{{d}}'],
    ],
    ['select \'x\', "y" from a -- {{', 'select \'x\', "y" from a -- {{', undefined],
  ])('has its templates bound: %s', (query, expected, params) => {
    const translated = { connection: 'my-db', query: expected, ...(params ? { params } : {}), result: 'working.rows' }
    if (query.endsWith('{{')) return expect(() => translate({ ...database, query })).toThrow('in a comment')
    expect(translate({ ...database, query, resultPath: 'working.rows' })).toEqual(translated)
  })

  it.each([
    ['select * from {{data.table}}'],
    ['select {{data.column}} from a'],
    ['select * from a order by {{data.by}}'],
    ['select * from a where {{data.where}}'],
    ['select * from "{{data.table}}"'],
    ['select * from a where {{#if data.x}}b = 1{{/if}}'],
    [`select * from a where b = E'\\'{{data.x}}'`],
    ["select now() - interval '{{data.n}} days'"],
    ['select f({{data.x}})'],
    ['insert into a ({{data.columns}}) values (1)'],
  ])('is refused, with a reason, where more than a value may come of a template: %s', (query) => {
    expect(() => translate({ ...database, query })).toThrow('cannot be bound as a value')
  })

  it('takes the name of its credential, and the placeholders of its database', () => {
    const query = 'select * from a where b = {{b}}'
    expect(translate({ credentialNameTemplate: 'my-sql', query: 'select 1' })).toEqual({
      connection: 'my-sql',
      query: 'select 1',
    })
    expect(translate({ ...database, systemTemplate: 'mysql', query })).toMatchObject({
      query: 'select * from a where b = ?',
    })
    expect(() => translate({ credentialNameTemplate: 'my-sql', query })).toThrow('does not say')
  })

  it.each([
    [{ ...database, systemTemplate: 'mssql' }, 'mssql'],
    [{ databaseTemplate: 'x' }, 'mssql'],
    [{ ...database, systemTemplate: 'sqlite3' }, 'sqlite3'],
    [{ ...database, databaseTemplate: '{{globals.db}}' }, 'is a template'],
    [{ systemTemplate: 'pg' }, 'has no database'],
  ])('is refused where there is no counterpart: %j', (config, message) => {
    expect(() => translate({ ...config, query: 'select 1' })).toThrow(message)
  })
})
