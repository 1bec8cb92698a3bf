/** The store on SQLite: one connection that writes, one that reads, in this process. */
import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { type CompiledQuery, type QueryResult, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { createHandles } from './handles.ts'
import { isBusy, SqliteConnection, toStoreError } from './sqlite-connection.ts'
import { SqliteWriter, type SqliteWriterSettings } from './sqlite-writer.ts'
import type { Store } from './store.ts'

export interface SqliteStoreSettings extends SqliteWriterSettings {
  readonly file: string
  readonly durability: 'full' | 'off'
  readonly cachedStatements?: number
}

/** Throws what the driver throws. */
export function openSqliteStore(settings: SqliteStoreSettings): Store {
  createFile(settings.file)
  const writing = new Database(settings.file, { timeout: 0 })
  try {
    prepareToWrite(writing, settings.durability)
    const reading = new Database(settings.file, { timeout: 0, readonly: true })
    reading.pragma('query_only = on')
    reading.pragma('trusted_schema = off')
    return createStore(writing, reading, settings)
  } catch (error) {
    writing.close()
    throw error
  }
}

/** SQLite would make it readable by all; its -wal and -shm files take their mode from it. */
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
  // A WAL that a long read made grow is cut back at the next checkpoint.
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
  let closing: Promise<void> | undefined
  const close = async () => {
    await writer.close()
    // The last connection to close empties the WAL into the database, which takes one that may write.
    reading.close()
    writing.close()
  }
  return {
    dialect: 'sqlite',
    read: handles.readHandle((query) => read(reader, query, settings.busyLimitMs)),
    write: (work) => writer.write(work),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** Readers wait for nobody in WAL mode, but for another process that recovers or empties the log. */
async function read(
  connection: SqliteConnection,
  query: CompiledQuery,
  limitMs: number,
): Promise<QueryResult<unknown>> {
  const startedAt = performance.now()
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    try {
      return connection.run(query)
    } catch (error) {
      if (!isBusy(error) || performance.now() - startedAt > limitMs) throw toStoreError(error)
    }
    await pause(pauseMs)
  }
}
