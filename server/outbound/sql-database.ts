/** What a database is to the SQL client, and what those of both kinds have in common. */
import type { SqlResult } from '../../engine/services.ts'
import type { RowCollector } from './sql-rows.ts'

export interface Statement {
  readonly query: string
  readonly params: readonly unknown[]
  /** Is given each row as it comes. */
  readonly rows: RowCollector
  /** Whoever waits is gone once it is aborted: the query is then ended, and its connection with it. */
  readonly stop: AbortSignal
}

export interface SqlDatabase {
  /** Rejects as the driver does, or with what `rows` throws. */
  run(statement: Statement): Promise<SqlResult>
  /** Ends the connections. */
  close(): Promise<void>
}

/** How many connections are open at most; further queries wait for one. */
export const poolSize = 10
/** When a connection that nobody uses is ended. */
export const idleMs = 30_000

/** The connection that was asked for, or, where nobody waits for it any more, gives it back once it comes. */
export async function acquire<Connection>(
  connecting: Promise<Connection>,
  stop: AbortSignal,
  giveBack: (connection: Connection) => void,
): Promise<Connection> {
  const connection = await connecting
  if (!stop.aborted) return connection
  giveBack(connection)
  throw stop.reason
}
