/** The interface of a database for the SQL client, and what both implementations share. */
import type { SqlResult } from '../../engine/services.ts'
import type { RowCollector } from './sql-rows.ts'

export interface Statement {
  readonly query: string
  readonly params: readonly unknown[]
  /** Receives each row as it comes. */
  readonly rows: RowCollector
  /** Aborted when nobody waits for the result any more. The query is ended then, and its connection with it. */
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
/** How long an idle connection is kept. */
export const idleMs = 30_000

/** Resolves with the connection. If nobody waits for it any more when it comes, gives it back and rejects. */
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
