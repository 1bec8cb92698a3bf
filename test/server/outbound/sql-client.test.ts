/** Queries of flows, on the real servers of this machine. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import type { SqlRequest } from '../../../engine/services.ts'
import { createUrlOf } from '../../../server/outbound/connection-urls.ts'
import { createSqlClient, type SqlClientOptions } from '../../../server/outbound/sql-client.ts'
import { patienceMs } from '../../patience.ts'
import { describePostgres } from '../../platform/store/databases.ts'
import { describeOn, mysqlUrl, postgresUrl, serveTcp, urlTo } from './connections.ts'

function openClient(url: string, options: Partial<SqlClientOptions> = {}) {
  const client = createSqlClient({ urlOf: urlTo(url), ...options })
  onTestFinished(() => client.close())
  const ask = (query: string, params: readonly unknown[] = [], request: Partial<SqlRequest> = {}) => {
    const { signal } = new AbortController()
    return client.send({ connection: 'readings', query, params, timeoutMs: patienceMs, signal, ...request })
  }
  return { ask, close: client.close }
}

function refused(code: string, message = '') {
  return { name: 'FlowpotError', code, status: 500, message: expect.stringContaining(message) }
}

interface Dialect {
  readonly url: string
  /** The nth placeholder. */
  readonly bound: (n: number) => string
  /** A column that is quoted as a name. */
  readonly named: (name: string) => string
  readonly sleep: string
  readonly endSelf: string
  /** How many queries run that have this text in them. */
  readonly running: (mark: string) => string
}

const postgres: Dialect = {
  url: postgresUrl,
  bound: (n) => `$${n}`,
  named: (name) => `"${name}"`,
  sleep: 'select pg_sleep(20)',
  endSelf: 'select pg_terminate_backend(pg_backend_pid())',
  running: (mark) =>
    `select count(*) as n from pg_stat_activity where state = 'active' and query like '%${mark}%' and pid <> pg_backend_pid()`,
}
const mariadb: Dialect = {
  url: mysqlUrl,
  bound: () => '?',
  named: (name) => `\`${name}\``,
  sleep: 'select sleep(20)',
  endSelf: 'kill connection_id()',
  running: (mark) =>
    `select count(*) as n from information_schema.processlist where info like '%${mark}%' and id <> connection_id()`,
}

function behaves({ url, bound, named, sleep, endSelf, running }: Dialect) {
  async function withTable(columns: string) {
    const { ask } = openClient(url)
    const table = `flowpot_${randomUUID().replaceAll('-', '')}`
    await ask(`create table ${table} (${columns})`)
    onTestFinished(async () => {
      const cleaner = createSqlClient({ urlOf: urlTo(url) })
      const { signal } = new AbortController()
      await cleaner.send({
        connection: 'readings',
        query: `drop table ${table}`,
        params: [],
        timeoutMs: patienceMs,
        signal,
      })
      await cleaner.close()
    })
    return { ask, table }
  }

  it('writes and reads rows, and counts those that were changed', async () => {
    const { ask, table } = await withTable('id int, name varchar(100), wet boolean')
    const insert = `insert into ${table} values (${bound(1)}, ${bound(2)}, ${bound(3)})`
    expect(await ask(insert, [1, 'Fern 🌱', true])).toEqual({ rows: [], count: 1 })
    await ask(insert, [2, null, false])
    expect(await ask(`update ${table} set name = ${bound(1)}`, ['x'])).toMatchObject({ count: 2 })
    const { rows, count } = await ask(`select id, name from ${table} order by id limit ${bound(1)}`, [1])
    expect({ rows, count }).toEqual({ rows: [{ id: 1, name: 'x' }], count: 1 })
    expect(await ask(`select id from ${table} where id = ${bound(1)}`, [9])).toEqual({ rows: [], count: 0 })
  })

  it.each(["'; drop table pots; --", "' or '1'='1", '\\" or 1=1 #', "\\'; delete from pots", '$1 ? {{x}} << y >>'])(
    'keeps a bound value a value: %s',
    async (hostile) => {
      const { ask, table } = await withTable('name varchar(100)')
      await ask(`insert into ${table} values (${bound(1)})`, ['Fern'])
      await ask(`insert into ${table} values (${bound(1)})`, [hostile])
      const { rows } = await ask(`select name from ${table} where name = ${bound(1)}`, [hostile])
      expect(rows).toEqual([{ name: hostile }])
    },
  )

  it.each(['select 1; select 2', 'select 1; drop table x'])('takes one statement alone: %s', async (query) => {
    await expect(openClient(url).ask(query)).rejects.toMatchObject(refused('SQL_QUERY_FAILED'))
  })

  it('passes on what the database says of a query that is wrong, and goes on with the next', async () => {
    const { ask } = openClient(url)
    await expect(ask('selct 1')).rejects.toMatchObject(refused('SQL_QUERY_FAILED', 'selct'))
    await expect(ask(`select ${bound(1)}`, [])).rejects.toMatchObject(refused('SQL_QUERY_FAILED'))
    expect((await ask('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('refuses a column that would reach into every object, and goes on with the next', async () => {
    const { ask } = openClient(url)
    const query = (name: string) => `select 'x' as ${named(name)}`
    await expect(ask(query('__proto__'))).rejects.toMatchObject(refused('SQL_QUERY_FAILED', '__proto__'))
    expect((await ask(query('name'))).rows).toEqual([{ name: 'x' }])
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  it('stops at a result that is too large, in rows or in bytes, and goes on with the next', async () => {
    const { ask } = openClient(url, { maxRows: 100, maxBytes: 10_000 })
    const numbers = (count: number) =>
      `with recursive n as (select 1 as i union all select i + 1 from n where i < ${count}) select i from n`
    expect((await ask(numbers(100))).rows).toHaveLength(100)
    await expect(ask(numbers(900))).rejects.toMatchObject(refused('SQL_RESULT_TOO_LARGE', '100 rows'))
    await expect(ask("select repeat('x', 10001) as x")).rejects.toMatchObject(
      refused('SQL_RESULT_TOO_LARGE', '10000 bytes'),
    )
    expect((await ask('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('ends a query that takes too long or that nobody waits for, on the server too', async () => {
    const { ask } = openClient(url)
    const mark = `mark_${randomUUID()}`
    const slow = `${sleep} /* ${mark} */`
    const countRunning = async () => (await ask(running(mark))).rows
    const controller = new AbortController()
    const asked = ask(slow, [], { signal: controller.signal })
    const seen = expect(asked).rejects.toThrow('The run is over')
    await expect.poll(countRunning).toEqual([{ n: 1 }])
    controller.abort(new Error('The run is over'))
    await seen
    await expect(ask(slow, [], { timeoutMs: 300 })).rejects.toMatchObject(refused('SQL_TIMED_OUT', 'within 0.3 s'))
    await expect.poll(countRunning).toEqual([{ n: 0 }])
  })

  it('tells of a connection that breaks under a query, and takes another for the next', async () => {
    const { ask } = openClient(url)
    await expect(ask(endSelf)).rejects.toMatchObject(refused('SQL_NO_CONNECTION'))
    expect((await ask('select 1 as one')).rows).toEqual([{ one: 1 }])
  })

  it('answers a hundred queries at once, each with its own', async () => {
    const { ask } = openClient(url)
    const asked = Array.from({ length: 100 }, (_, n) => ask(`select ${bound(1)} as n`, [String(n)]))
    expect((await Promise.all(asked)).map(({ rows }) => rows[0]?.n)).toEqual(asked.map((_, n) => String(n)))
  })

  it('says that nobody is let in, and never the password', async () => {
    const wrong = new URL(url)
    wrong.pathname = '/no_such_database'
    wrong.password = 'hunter2'
    const error = await openClient(wrong.href)
      .ask('select 1')
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject(refused('SQL_LOGIN_REFUSED'))
    expect(String(error)).not.toContain('hunter2')
  })

  it.each([
    ['accepts and never answers', () => undefined, 'SQL_TIMED_OUT', 200],
    ['hangs up', (socket: import('node:net').Socket) => socket.destroy(), 'SQL_NO_CONNECTION', patienceMs],
  ])('tells of a server that %s', async (_, onConnection, code, timeoutMs) => {
    const silent = new URL(url)
    silent.port = String(await serveTcp(onConnection))
    const { ask } = openClient(silent.href, { connectTimeoutMs: 400 })
    await expect(ask('select 1', [], { timeoutMs })).rejects.toMatchObject(refused(code))
    await expect(ask('select 1')).rejects.toMatchObject(refused('SQL_NO_CONNECTION'))
  })
}

describePostgres(() => {
  behaves(postgres)

  it('makes of each type what a payload can hold', async () => {
    const { rows } = await openClient(
      postgresUrl,
    ).ask(`select 9007199254740991::int8 as safe, 9007199254740993::int8 as big,
      1.10::numeric as decimal, 'NaN'::float8 as nan, '\\x00ff'::bytea as bytes, date '2026-01-31' as day,
      timestamp '2026-01-31 10:00' as local, timestamptz '2026-01-31 10:00+02' as instant, '{"a":[1]}'::jsonb as json,
      array[1,2] as list, null as nothing, true as yes`)
    expect(rows).toEqual([
      {
        safe: 9007199254740991,
        big: '9007199254740993',
        decimal: '1.10',
        nan: null,
        bytes: 'AP8=',
        day: '2026-01-31',
        local: '2026-01-31 10:00:00',
        instant: '2026-01-31T08:00:00.000Z',
        json: { a: [1] },
        list: [1, 2],
        nothing: null,
        yes: true,
      },
    ])
  })

  it.each([
    [`select '{"__proto__": {"x": 1}}'::json as j`, [], 'not allowed'],
    ['select $1::int', ['abc'], 'invalid input syntax for type integer: "abc"'],
    ['select $1::text', ['a\0b'], 'invalid byte sequence'],
    ['select $1::int', [{ a: 1 }], 'invalid input syntax'],
  ])('refuses what does not fit: %s of %j', async (query, params, message) => {
    await expect(openClient(postgresUrl).ask(query, params)).rejects.toMatchObject(refused('SQL_QUERY_FAILED', message))
  })

  it('binds a list as an array, and a map as JSON', async () => {
    const { ask } = openClient(postgresUrl)
    const query = `select $1::text[] as list, $2::jsonb ->> 'a' as a, 'x"' = any($1) as has`
    expect((await ask(query, [['x"', "',"], { a: "'" }])).rows).toEqual([{ list: ['x"', "',"], a: "'", has: true }])
  })
})

describeOn('MariaDB', () => {
  behaves(mariadb)

  it('makes of each type what a payload can hold', async () => {
    const { rows } = await openClient(mysqlUrl).ask(`select cast(9007199254740991 as signed) as safe,
      cast(9007199254740993 as signed) as big, cast(1.10 as decimal(5,2)) as deci, x'00ff' as bytes,
      cast('2026-01-31' as date) as day, cast('2026-01-31 10:00' as datetime) as local, null as nothing`)
    expect(rows).toEqual([
      {
        safe: 9007199254740991,
        big: '9007199254740993',
        deci: '1.10',
        bytes: 'AP8=',
        day: '2026-01-31',
        local: '2026-01-31 10:00:00',
        nothing: null,
      },
    ])
  })

  it('binds lists and maps as JSON', async () => {
    const { rows } = await openClient(mysqlUrl).ask(`select json_value(?, '$[1]') as a, json_value(?, '$.a') as b`, [
      [1, "'"],
      { a: '\\"' },
    ])
    expect(rows).toEqual([{ a: "'", b: '\\"' }])
  })
})

describe('a connection that cannot be used', () => {
  const urlOf = (env: Readonly<Record<string, string>>) =>
    createUrlOf({ connections: () => ({ readings: { env: 'READINGS_URL' } }), env })
  test.each([
    ['readings', {}, 'CONNECTION_NOT_SET', 'the environment variable READINGS_URL is not set'],
    ['toString', {}, 'CONNECTION_INVALID', 'application.yaml does not name it'],
    ['readings', { READINGS_URL: 'hunter2' }, 'CONNECTION_INVALID', 'READINGS_URL is not a URL'],
    ['readings', { READINGS_URL: 'mysql://u:hunter2%@h/x' }, 'CONNECTION_INVALID', 'written as %25'],
    ['readings', { READINGS_URL: 'redis://u:hunter2@h' }, 'CONNECTION_INVALID', 'begins with none of postgres://host'],
    ['readings', { READINGS_URL: 'postgres://u:hunter2@127.0.0.1:1/x' }, 'SQL_NO_CONNECTION', 'it refuses connections'],
    ['readings', { READINGS_URL: 'mysql://u:hunter2@127.0.0.1:1/x' }, 'SQL_NO_CONNECTION', 'it refuses connections'],
  ])('is told of without its URL: %s of %j', async (connection, env, code, message) => {
    const client = createSqlClient({ urlOf: urlOf(env) })
    onTestFinished(() => client.close())
    const { signal } = new AbortController()
    const error = await client
      .send({ connection, query: 'select 1', params: [], timeoutMs: 5000, signal })
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject(refused(code, message))
    expect(String(error)).not.toContain('hunter2')
  })
})
