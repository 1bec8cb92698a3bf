/** Runs queries of flows on a PostgreSQL database. */
import type { CustomTypesConfig, Pool, PoolClient, Query } from 'pg'
import type { SqlResult } from '../../engine/services.ts'
import { acquire, idleMs, poolSize, type SqlDatabase, type Statement } from './sql-database.ts'
import { isLost } from './sql-errors.ts'

export async function openPostgres(url: URL, connectTimeoutMs: number): Promise<SqlDatabase> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    connectionString: url.href,
    max: poolSize,
    idleTimeoutMillis: idleMs,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    allowExitOnIdle: true,
    application_name: 'flowpot',
  })
  // An idle connection that breaks leaves the pool by itself, and one that is in use makes its query fail.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const types = typesFor(pg.types)

  return {
    async run(statement) {
      const client = await acquire(pool.connect(), statement.stop, (late) => late.release())
      try {
        const query = new pg.Query<unknown[]>(configOf(statement, types))
        const result = await runOn(client, query, statement)
        client.release()
        return result
      } catch (error) {
        // After any other error the connection is still reading a result, or has ended.
        const isAnswer = error instanceof pg.DatabaseError && !isLost(error)
        client.release(!isAnswer)
        if (statement.stop.aborted) cancel(pool, client)
        throw error
      }
    },
    close: () => pool.end(),
  }
}

function configOf({ query, params }: Statement, types: CustomTypesConfig) {
  // In this mode the server only takes a single statement, even without parameters.
  const queryMode = 'extended'
  return { text: query, values: [...params], rowMode: 'array' as const, queryMode, types }
}

function runOn(client: PoolClient, query: Query<unknown[]>, { rows, stop }: Statement): Promise<SqlResult> {
  return new Promise((resolve, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason), { once: true })
    query.on('error', reject)
    query.on('row', (values, result) => {
      try {
        rows.add(result?.fields.map(({ name }) => name) ?? [], values)
      } catch (error) {
        reject(error)
      }
    })
    query.on('end', ({ rowCount }) => resolve({ rows: rows.rows, count: rowCount ?? 0 }))
    client.query(query)
  })
}

/** Otherwise the server would go on with the query after its connection is gone. */
function cancel(pool: Pool, client: PoolClient): void {
  // The types leave it out.
  const processId: unknown = Reflect.get(client, 'processID')
  if (typeof processId === 'number') pool.query('select pg_cancel_backend($1)', [processId]).catch(() => undefined)
}

/** `int8`, and the types of dates, times and intervals, which the driver would read in the server's time zone. */
const int8 = 20
const keptAsText: ReadonlySet<number> = new Set([1082, 1083, 1114, 1186, 1266])

function typesFor(types: typeof import('pg').types): CustomTypesConfig {
  const getTypeParser: CustomTypesConfig['getTypeParser'] = (id: number, format?: 'text' | 'binary') => {
    if (id === int8) return BigInt
    return keptAsText.has(id) ? String : types.getTypeParser(id, format === 'binary' ? 'binary' : 'text')
  }
  return { getTypeParser }
}
