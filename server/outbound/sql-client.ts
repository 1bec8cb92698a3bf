/** Makes the queries of flows: on connections that the application names, within a time, and up to a size. */
import type { SqlRequest, SqlResult } from '../../engine/services.ts'
import type { UrlOf } from './connection-urls.ts'
import { withDeadline } from './deadline.ts'
import type { SqlDatabase } from './sql-database.ts'
import { sqlError, sqlTimedOut } from './sql-errors.ts'
import { createRowCollector, type RowLimits } from './sql-rows.ts'

export interface SqlClientOptions extends Partial<RowLimits> {
  readonly urlOf: UrlOf
  /** How long a query waits for a connection, which may be one that others have. */
  readonly connectTimeoutMs?: number
}

export interface SqlClient {
  /** Rejects with a `FlowpotError` whose code begins with `SQL_` or `CONNECTION_`, or with the signal's reason. */
  readonly send: (request: SqlRequest) => Promise<SqlResult>
  /** Ends the connections to every database. */
  close(): Promise<void>
}

const fiveMegabytes = 5 * 1024 * 1024

export function createSqlClient(options: SqlClientOptions): SqlClient {
  const { urlOf, connectTimeoutMs = 10_000, maxRows = 10_000, maxBytes = fiveMegabytes } = options
  /** By URL. */
  const opened = new Map<string, Promise<SqlDatabase>>()
  const databaseAt = (url: URL) => {
    const known = opened.get(url.href)
    if (known) return known
    const database = open(url, connectTimeoutMs)
    opened.set(url.href, database)
    database.catch(() => opened.delete(url.href))
    return database
  }

  return {
    async send({ connection, query, params, timeoutMs, signal }) {
      const url = urlOf(connection, ['postgres:', 'postgresql:', 'mysql:', 'mariadb:'])
      const timedOut = () => sqlTimedOut({ connection, seconds: timeoutMs / 1000 })
      const rows = createRowCollector({ maxRows, maxBytes })
      try {
        return await withDeadline({ timeoutMs, signal, timedOut }, async (stop) => {
          const database = await databaseAt(url)
          return database.run({ query, params, rows, stop })
        })
      } catch (error) {
        signal.throwIfAborted()
        throw sqlError(error, connection)
      }
    },
    async close() {
      const databases = await Promise.allSettled(opened.values())
      await Promise.all(databases.map((database) => database.status === 'fulfilled' && database.value.close()))
    },
  }
}

/** Most applications have no database besides their own, and need not hold what talks to one. */
async function open(url: URL, connectTimeoutMs: number): Promise<SqlDatabase> {
  if (url.protocol.startsWith('postgres')) {
    return (await import('./postgres-database.ts')).openPostgres(url, connectTimeoutMs)
  }
  return (await import('./mysql-database.ts')).openMysql(url, connectTimeoutMs)
}
