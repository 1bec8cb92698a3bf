/** Runs the queries of flows, on connections that the application names, with limits of time and size. */
import type { UrlOf } from './connection-urls.ts'
import { withDeadline } from './deadline.ts'
import { createOpenedByUrl } from './opened-by-url.ts'
import { defaultMaxBytes, type Sender } from './sender.ts'
import type { SqlDatabase } from './sql-database.ts'
import { sqlError, sqlTimedOut } from './sql-errors.ts'
import { createRowCollector, type RowLimits } from './sql-rows.ts'

export interface SqlClientOptions extends Partial<RowLimits> {
  readonly urlOf: UrlOf
  /** How long a query waits for a connection, which other queries may be using. */
  readonly connectTimeoutMs?: number
}

export function createSqlClient(options: SqlClientOptions): Sender<'sql'> {
  const { urlOf, connectTimeoutMs = 10_000, maxRows = 10_000, maxBytes = defaultMaxBytes } = options
  const databases = createOpenedByUrl((database: SqlDatabase) => database.close())
  return {
    async send({ connection, query, params, timeoutMs, signal }) {
      const url = urlOf(connection, ['postgres:', 'postgresql:', 'mysql:', 'mariadb:'])
      const timedOut = () => sqlTimedOut({ connection, seconds: timeoutMs / 1000 })
      const failed = (error: unknown) => sqlError(error, connection)
      const rows = createRowCollector({ maxRows, maxBytes })
      return withDeadline({ timeoutMs, signal, timedOut, failed }, async (stop) => {
        const database = await databases.of(url.href, () => open(url, connectTimeoutMs))
        return database.run({ query, params, rows, stop })
      })
    },
    close: databases.close,
  }
}

/** Loads a driver only when it is needed, since most applications have no database besides their own. */
async function open(url: URL, connectTimeoutMs: number): Promise<SqlDatabase> {
  if (url.protocol.startsWith('postgres')) {
    return (await import('./postgres-database.ts')).openPostgres(url, connectTimeoutMs)
  }
  return (await import('./mysql-database.ts')).openMysql(url, connectTimeoutMs)
}
