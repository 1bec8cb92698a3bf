/** Queries of flows to a PostgreSQL database. */
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
  // A connection that breaks while nobody uses it leaves the pool by itself; one that is used fails its query.
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
        // After any other error the connection is in the midst of a result, or at its end.
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
  // In this mode the server takes one statement alone, also where nothing is bound.
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

/** The server would otherwise go on with a query whose connection is gone. */
function cancel(pool: Pool, client: PoolClient): void {
  // It is there, but not in the types.
  const processId: unknown = Reflect.get(client, 'processID')
  if (typeof processId === 'number') pool.query('select pg_cancel_backend($1)', [processId]).catch(() => undefined)
}

/** `int8`, and the types of dates, times and spans that the driver would read in the server's own time zone. */
const int8 = 20
const keptAsText: ReadonlySet<number> = new Set([1082, 1083, 1114, 1186, 1266])

function typesFor(types: typeof import('pg').types): CustomTypesConfig {
  const getTypeParser: CustomTypesConfig['getTypeParser'] = (id: number, format?: 'text' | 'binary') => {
    if (id === int8) return BigInt
    return keptAsText.has(id) ? String : types.getTypeParser(id, format === 'binary' ? 'binary' : 'text')
  }
  return { getTypeParser }
}
