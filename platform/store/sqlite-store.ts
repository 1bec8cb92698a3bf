/** The store on SQLite: one connection for writes, one for reads, and one for each scan, all in this process. */
import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { type QueryResult, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { createHandles } from './handles.ts'
import { isBusy, SqliteConnection, toStoreError } from './sqlite-connection.ts'
import { createSqliteScanner, type SqliteScannerSettings } from './sqlite-scanner.ts'
import { SqliteWriter, type SqliteWriterSettings } from './sqlite-writer.ts'
import type { Store } from './store.ts'

export interface SqliteStoreSettings extends SqliteWriterSettings, SqliteScannerSettings {
  readonly file: string
  /** `off` for data that need not survive a crash, as in tests and dry runs. */
  readonly durability: 'full' | 'off'
  /** How many statements a connection keeps prepared. For measuring. */
  readonly cachedStatements?: number
}

/** Throws what the driver throws. */
export function openSqliteStore(settings: SqliteStoreSettings): Store {
  createFile(settings.file)
  const writing = new Database(settings.file, { timeout: 0 })
  try {
    prepareToWrite(writing, settings.durability)
    return createStore(writing, openReader(settings.file), settings)
  } catch (error) {
    writing.close()
    throw error
  }
}

function openReader(file: string): Database.Database {
  const database = new Database(file, { timeout: 0, readonly: true })
  database.pragma('query_only = on')
  database.pragma('trusted_schema = off')
  return database
}

/** A scan reads every page once, so a small cache is enough. */
function openScanner(file: string): SqliteConnection {
  const database = openReader(file)
  database.pragma('cache_size = -2000')
  return new SqliteConnection(database)
}

/** SQLite would make the file readable by everyone. Its -wal and -shm files take over the mode of the file. */
function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function prepareToWrite(database: Database.Database, durability: 'full' | 'off'): void {
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${durability}`)
  database.pragma('foreign_keys = on')
  database.pragma('trusted_schema = off')
  database.pragma('temp_store = memory')
  // 32 MB instead of 4, so that pages that are written again and again, as by reporting devices, are copied to the database less often.
  // With fifty devices at once, a state takes 10 to 20 % less time.
  database.pragma('wal_autocheckpoint = 8000')
  // If a long read has made the WAL grow, the next checkpoint truncates it.
  database.pragma(`journal_size_limit = ${64 * 1024 * 1024}`)
}

function createStore(writing: Database.Database, reading: Database.Database, settings: SqliteStoreSettings): Store {
  const handles = createHandles({
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  })
  const writer = new SqliteWriter(new SqliteConnection(writing, settings.cachedStatements), handles, settings)
  const reader = new SqliteConnection(reading, settings.cachedStatements)
  const scanner = createSqliteScanner(() => openScanner(settings.file), settings)
  let closing: Promise<void> | undefined
  const close = async () => {
    await Promise.all([writer.close(), scanner.close()])
    // The connection that closes last copies the WAL into the database, so it has to be the one that may write.
    reading.close()
    writing.close()
  }
  return {
    dialect: 'sqlite',
    read: handles.readHandle((query) => whenFree(settings.busyLimitMs, async () => reader.run(query))),
    scan: handles.readHandle((query) => whenFree(settings.busyLimitMs, () => scanner.run(query))),
    write: (work) => writer.write(work),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** In WAL mode readers wait only for another process that recovers or truncates the log. */
async function whenFree(limitMs: number, run: () => Promise<QueryResult<unknown>>): Promise<QueryResult<unknown>> {
  const startedAt = performance.now()
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    try {
      return await run()
    } catch (error) {
      if (!isBusy(error) || performance.now() - startedAt > limitMs) throw toStoreError(error)
    }
    await pause(pauseMs)
  }
}
