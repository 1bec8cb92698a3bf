/** Runs long reads on SQLite, which computes within the event loop. Other requests are served between the rows. */
import type { CompiledQuery, QueryResult } from 'kysely'
import { storeClosed, storeQueryTooLong } from './errors.ts'
import { createGate } from './gate.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** How long a scan computes before it lets the event loop turn. Each running scan takes as long in each turn. */
const turnMs = 5

export interface SqliteScannerSettings {
  readonly scansAtOnce: number
  /** How long a scan may take. The work of a write has no limit of its own: it ends with the turn of the event loop. */
  readonly workLimitMs: number
}

/** Each scan has its own connection, since a prepared statement can serve only one reader at a time. */
export function createSqliteScanner(open: () => SqliteConnection, { scansAtOnce, workLimitMs }: SqliteScannerSettings) {
  const gate = createGate(scansAtOnce)
  const running = new Set<Promise<unknown>>()
  let isClosed = false

  async function scan(query: CompiledQuery): Promise<QueryResult<unknown>> {
    if (isClosed) throw storeClosed({})
    const connection = open()
    try {
      const startedAt = performance.now()
      let turnedAt = startedAt
      const rows: unknown[] = []
      for (const row of connection.iterate(query)) {
        rows.push(row)
        const now = performance.now()
        if (now - turnedAt < turnMs) continue
        if (now - startedAt > workLimitMs) throw storeQueryTooLong({ seconds: workLimitMs / 1000 })
        await new Promise<void>((turn) => setImmediate(turn))
        if (isClosed) throw storeClosed({})
        turnedAt = performance.now()
      }
      return { rows }
    } finally {
      connection.database.close()
    }
  }

  return {
    /** Throws what the driver throws: see `toStoreError`. */
    run(query: CompiledQuery): Promise<QueryResult<unknown>> {
      const result = gate.pass(() => scan(query))
      const settled = result.catch(() => {}).finally(() => running.delete(settled))
      running.add(settled)
      return result
    },
    /** Ends running scans with `STORE_CLOSED`. */
    async close(): Promise<void> {
      isClosed = true
      await Promise.all(running)
    },
  }
}
