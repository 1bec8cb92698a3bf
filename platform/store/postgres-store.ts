/** The store on PostgreSQL: a pool of connections, and each write a serializable transaction on one of them. */
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
  readonly poolSize: number
  /** How many reads and writes may wait for a connection. */
  readonly queueLimit: number
  /** How long a write that collides with others is tried again. */
  readonly busyLimitMs: number
  /** How long the work of a write may take, its queries included. */
  readonly workLimitMs: number
  readonly scansAtOnce: number
}

/**
 * SERIALIZABLE, so that a write may decide by what it read, as it may on SQLite, where writes run one by one. PostgreSQL ends one of
 * two that collide, which then runs again.
 */
const BEGIN = 'begin isolation level serializable'
const BEGIN_MIGRATION = 'begin isolation level read committed'
const LONGEST_PAUSE_MS = 200
const CONNECT_LIMIT_MS = 5000

const INT8 = 20
const NUMERIC = 1700
const BOOL = 16
const JSON_TYPE = 114
const JSONB = 3802

export interface PostgresStore extends Store {
  /** A write that waits for locks before it takes its snapshot; what migrations need. */
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
    // Without a listener the loss of a connection in use ends the process; whoever uses it learns of it from its query.
    let lost: Error | undefined
    const onError = (error: Error) => {
      lost = error
    }
    client.on('error', onError)
    try {
      return await use(client)
    } catch (error) {
      // A connection that did not answer may still be busy, or within a transaction.
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
        // After a commit that failed this is a warning of PostgreSQL and nothing else.
        await run({ sql: 'rollback', parameters: [] })
        throw error
      } finally {
        clearTimeout(timer)
      }
    })
  }

  async function write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await attempt(BEGIN, work)
      } catch (error) {
        if (!isCollision(error)) throw error
        if (performance.now() - startedAt > settings.busyLimitMs) throw error
      }
      await pause(Math.random() * pauseMs)
    }
  }

  /** So that `close` finishes what has begun. */
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
    migrateIn: (work) => tracked(() => attempt(BEGIN_MIGRATION, work)),
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
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    keepAlive: true,
    types: { getTypeParser: toTypeParser },
    // The server gives up first; ours is for a server that cannot be reached any more.
    statement_timeout: workLimitMs,
    query_timeout: workLimitMs + CONNECT_LIMIT_MS,
    // Frees the locks of a process that is gone.
    idle_in_transaction_session_timeout: workLimitMs + CONNECT_LIMIT_MS,
    onConnect: async (client) => {
      // To compile a query over time takes 20 to 400 ms of the processor, and saves less than that.
      await client.query('set jit = off')
    },
  })
  // An idle connection was lost: the pool has dropped it already, and without a listener the process would end.
  pool.on('error', () => {})
  return pool
}

/** The same JavaScript values as SQLite gives: see columns.ts. */
function toTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8 || oid === NUMERIC) return Number
  if (oid === BOOL) return (text: string) => (text === 't' ? 1 : 0)
  if (oid === JSON_TYPE || oid === JSONB) return (text: string) => text
  return pg.types.getTypeParser(oid, format)
}

const writing = /^\s*(insert|update|delete|merge|create|drop|alter|refresh|truncate)/i

/** By the tree, which says so of a statement that begins with `with`, and by the text, which is all that there is of one that was kept. */
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
