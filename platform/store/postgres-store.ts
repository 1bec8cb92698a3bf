/** The store on PostgreSQL: a pool of connections. Each write is a serializable transaction on one of them. */
import { setTimeout as pause } from 'node:timers/promises'
import {
  type CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import pg from 'pg'
import { storeBusy, storeClosed, storeQueryTooLong, storeReadCannotWrite, storeUnavailable } from './errors.ts'
import { createGate } from './gate.ts'
import { createHandles, type RunQuery } from './handles.ts'
import { isCanceled, isCollision, toStoreError } from './postgres-errors.ts'
import { startWork } from './start-work.ts'
import type { Store, Transaction } from './store.ts'

export interface PostgresStoreSettings {
  readonly url: string
  /** Connections for reads and writes together. */
  readonly poolSize: number
  /** How many reads and writes may wait for a connection. Further ones are refused. */
  readonly queueLimit: number
  /** How long a write that collides with others is retried. */
  readonly busyLimitMs: number
  /** How long any query may take, and the work of a write with its queries. */
  readonly workLimitMs: number
  readonly scansAtOnce: number
}

/**
 * SERIALIZABLE lets a write rely on what it has read, as on SQLite, where writes run one after another. If two collide, PostgreSQL ends
 * one of them, which then runs again.
 */
const beginWrite = 'begin isolation level serializable'
const beginMigration = 'begin isolation level read committed'
const maxPauseMs = 200
const maxConnectMs = 5000

export interface PostgresStore extends Store {
  /** A write for migrations, which takes its snapshot only after it has waited for locks. */
  migrateIn<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

export function openPostgresStore(settings: PostgresStoreSettings): PostgresStore {
  const pool = createPool(settings)
  const handles = createHandles({
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  })
  const gate = createGate(settings.scansAtOnce)
  const open = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  async function withConnection<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (pool.waitingCount >= settings.queueLimit) throw storeBusy('too many queries wait. Try again.')
    const client = await pool.connect().catch((error) => {
      throw toStoreError(error)
    })
    // Without a listener, losing a connection ends the process. Whoever uses the connection learns of the loss from its query.
    let lost: Error | undefined
    const onError = (error: Error) => {
      lost = error
    }
    client.on('error', onError)
    try {
      return await use(client)
    } catch (error) {
      // A connection that did not answer may still be busy or within a transaction, so it is closed.
      if (storeUnavailable.is(error)) lost ??= error
      throw error
    } finally {
      client.off('error', onError)
      client.release(lost)
    }
  }

  function attempt<T>(begin: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return withConnection(async (client) => {
      const run = runOn(client)
      await run({ sql: begin, parameters: [] })
      const started = startWork(handles, run, work)
      const timer = setTimeout(started.stall, settings.workLimitMs)
      try {
        const value = await started.result
        await run({ sql: 'commit', parameters: [] })
        return value
      } catch (error) {
        // After a failed commit there is nothing to roll back, which PostgreSQL answers with a warning.
        await run({ sql: 'rollback', parameters: [] })
        throw error
      } finally {
        clearTimeout(timer)
      }
    })
  }

  async function write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
      try {
        return await attempt(beginWrite, work)
      } catch (error) {
        if (!isCollision(error)) throw error
        if (performance.now() - startedAt > settings.busyLimitMs) throw error
      }
      await pause(Math.random() * pauseMs)
    }
  }

  /** Lets `close` wait for what has begun. */
  function tracked<T>(start: () => Promise<T>): Promise<T> {
    if (closing) return Promise.reject(storeClosed({}))
    const running = start().finally(() => open.delete(running))
    open.add(running)
    return running
  }

  const read: RunQuery = (query) => {
    if (!isReading(query)) return Promise.reject(storeReadCannotWrite({}))
    return tracked(() => withConnection((client) => runOn(client)(query)))
  }

  const scan: RunQuery = (query) =>
    gate
      .pass(() => read(query))
      .catch((error) => {
        throw isCanceled(error) ? storeQueryTooLong({ seconds: settings.workLimitMs / 1000 }, { cause: error }) : error
      })

  async function close(): Promise<void> {
    await Promise.allSettled(open)
    await pool.end()
  }

  return {
    dialect: 'postgres',
    read: handles.readHandle(read),
    scan: handles.readHandle(scan),
    write: (work) => tracked(() => write(work)),
    migrateIn: (work) => tracked(() => attempt(beginMigration, work)),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

function createPool({ url, poolSize, workLimitMs }: PostgresStoreSettings): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'flowpot',
    max: poolSize,
    connectionTimeoutMillis: maxConnectMs,
    keepAlive: true,
    types: { getTypeParser: toTypeParser },
    // The server gives up first. The timeout of the driver is for a server that can no longer be reached.
    statement_timeout: workLimitMs,
    query_timeout: workLimitMs + maxConnectMs,
    // Frees the locks of a process that has died.
    idle_in_transaction_session_timeout: workLimitMs + maxConnectMs,
    onConnect: async (client) => {
      // Compiling a query over time takes 20 to 400 ms of processor time, and saves less than that.
      await client.query('set jit = off')
    },
  })
  // Without a listener, losing an idle connection ends the process. The pool has already removed the connection.
  pool.on('error', () => {})
  return pool
}

/** Gives the same JavaScript values as SQLite: see columns.ts. */
function toTypeParser(oid: number, format?: 'text' | 'binary') {
  const { builtins } = pg.types
  if (oid === builtins.INT8 || oid === builtins.NUMERIC) return Number
  if (oid === builtins.BOOL) return (text: string) => (text === 't' ? 1 : 0)
  if (oid === builtins.JSON || oid === builtins.JSONB) return (text: string) => text
  return pg.types.getTypeParser(oid, format)
}

const writing = /^\s*(insert|update|delete|merge|create|drop|alter|refresh|truncate)/i

/** Checks the tree, since a writing statement may begin with `with`, and the text, since kept statements have no tree. */
function isReading({ sql, query }: CompiledQuery): boolean {
  return !writing.test(query.kind) && !writing.test(sql)
}

function runOn(client: pg.PoolClient): (query: Pick<CompiledQuery, 'sql' | 'parameters'>) => ReturnType<RunQuery> {
  return async ({ sql, parameters }): Promise<QueryResult<unknown>> => {
    try {
      const { command, rowCount, rows } = await client.query(sql, [...parameters])
      return command === 'SELECT' ? { rows } : { rows, numAffectedRows: BigInt(rowCount ?? 0) }
    } catch (error) {
      throw toStoreError(error)
    }
  }
}
