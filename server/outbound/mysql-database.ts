/** Runs queries of flows on a MySQL or MariaDB database. */
import type { Pool, PoolConnection } from 'mysql2'
import type { SqlResult } from '../../engine/services.ts'
import { acquire, idleMs, poolSize, type SqlDatabase, type Statement } from './sql-database.ts'
import { isLost } from './sql-errors.ts'

export async function openMysql(url: URL, connectTimeoutMs: number): Promise<SqlDatabase> {
  const { createPool } = await import('mysql2')
  const pool = createPool({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(hasTls(url) ? { ssl: {} } : {}),
    connectionLimit: poolSize,
    // The pool only applies `idleTimeout` if `maxIdle` is smaller than the limit.
    maxIdle: poolSize - 1,
    idleTimeout: idleMs,
    connectTimeout: connectTimeoutMs,
    dateStrings: true,
    supportBigNumbers: true,
    timezone: 'Z',
  })
  const connect = () =>
    new Promise<PoolConnection>((resolve, reject) => {
      pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)))
    })

  return {
    async run(statement) {
      const connection = await acquire(connect(), statement.stop, (late) => late.release())
      try {
        const result = await runOn(connection, statement)
        connection.release()
        return result
      } catch (error) {
        // After any other error the connection is still reading a result, or is broken.
        if (isAnswer(error)) connection.release()
        else connection.destroy()
        if (statement.stop.aborted) cancel(pool, connection)
        throw error
      }
    },
    close: () => new Promise((resolve) => pool.end(() => resolve())),
  }
}

/** The ways in which other clients write it: `ssl-mode=required`, `sslmode=require` or `ssl=true`. */
function hasTls({ searchParams }: URL): boolean {
  const mode = searchParams.get('ssl-mode') ?? searchParams.get('sslmode') ?? searchParams.get('ssl') ?? 'false'
  return !/^(false|0|disabled?)$/i.test(mode)
}

async function runOn(connection: PoolConnection, { query, params, rows, stop }: Statement): Promise<SqlResult> {
  let fail: (error: unknown) => void = () => undefined
  const ended = new Promise<SqlResult>((resolve, reject) => {
    fail = reject
    let columns: readonly string[] = []
    let changed = 0
    connection
      .execute({ sql: query, values: params.map(boundValue), rowsAsArray: true })
      .on('error', reject)
      // It is a list, although the types say otherwise.
      .on('fields', (fields: unknown) => {
        columns = Array.isArray(fields) ? fields.map(({ name }) => String(name)) : []
      })
      // A row, or the header with the result of a statement without rows.
      .on('result', (values: unknown) => {
        if (!Array.isArray(values)) changed = countOf(values)
        else {
          try {
            rows.add(columns, values)
          } catch (error) {
            reject(error)
          }
        }
      })
      .on('end', () => resolve({ rows: rows.rows, count: rows.rows.length || changed }))
  })
  stop.addEventListener('abort', () => fail(stop.reason), { once: true })
  // If the driver cannot read something, it emits the error on the connection, not on the command.
  connection.on('error', fail)
  return ended.finally(() => connection.off('error', fail))
}

function countOf(header: unknown): number {
  const isHeader = typeof header === 'object' && header !== null && 'affectedRows' in header
  return isHeader ? Number(header.affectedRows) : 0
}

/** Lists and maps are sent as JSON. */
function boundValue(value: unknown): string | number | bigint | boolean | Date | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (value === undefined || value === null) return null
  return value instanceof Date ? value : JSON.stringify(value)
}

/** Whether the server has refused the query, so that the connection can still be used. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'sqlState' in error && !isLost(error)
}

/** Otherwise the server would go on with the query after its connection is gone. */
function cancel(pool: Pool, { threadId }: PoolConnection): void {
  pool.query(`kill query ${threadId}`, () => undefined)
}
