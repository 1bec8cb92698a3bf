/** A connection to SQLite: runs statements, keeps them prepared, and translates errors. */
import Database from 'better-sqlite3'
import type { CompiledQuery, QueryResult } from 'kysely'
import {
  storeBusy,
  storeClosed,
  storeConstraint,
  storeDamaged,
  storeFull,
  storeQueryFailed,
  storeReadCannotWrite,
  storeReadOnly,
  storeTextNul,
  storeUnavailable,
} from './errors.ts'
import type { RowByRow } from './row-by-row.ts'

/** Lists of different lengths make different statements. The flows of one application use about a hundred. */
const maxCachedStatements = 500

export class SqliteConnection {
  readonly database: Database.Database
  /** Prepared statements by their text, the least recently used first. */
  readonly #statements = new Map<string, Database.Statement>()
  readonly #cacheSize: number

  constructor(database: Database.Database, cacheSize = maxCachedStatements) {
    this.database = database
    // PostgreSQL gets the same function from a migration. SQLite's own lower() knows only ASCII.
    database.function('fold_case', { deterministic: true }, (text) =>
      typeof text === 'string' ? text.toLowerCase() : text,
    )
    this.#cacheSize = cacheSize
  }

  /** Throws what the driver throws: see `toStoreError`. */
  run(query: CompiledQuery | RowByRow): QueryResult<unknown> {
    if ('rows' in query) return this.#runRowByRow(query)
    const statement = this.#prepare(query)
    if (statement.reader) return { rows: statement.all(query.parameters) }
    return { rows: [], numAffectedRows: BigInt(statement.run(query.parameters).changes) }
  }

  /** Computes each row only when it is asked for. Throws what `run` throws, and if the query returns no rows. */
  iterate(query: CompiledQuery): Iterable<unknown> {
    return this.#prepare(query).iterate(query.parameters)
  }

  #runRowByRow({ sql, rows }: RowByRow): QueryResult<unknown> {
    const statement = this.#statement(sql)
    let changes = 0
    for (const row of rows) {
      refuseNul(row)
      // Passed as a list, the parameters take the driver a fifth longer.
      changes += statement.run(...row).changes
    }
    return { rows: [], numAffectedRows: BigInt(changes) }
  }

  #prepare({ sql, parameters }: CompiledQuery): Database.Statement {
    refuseNul(parameters)
    const statement = this.#statement(sql)
    if (this.database.readonly && !statement.readonly) throw storeReadCannotWrite({})
    return statement
  }

  /** Preparing costs more than running: see docs/performance.md. */
  #statement(sql: string): Database.Statement {
    const cached = this.#statements.get(sql)
    if (cached) {
      // The order matters only when statements have to be dropped soon.
      if (this.#statements.size > this.#cacheSize / 2) {
        this.#statements.delete(sql)
        this.#statements.set(sql, cached)
      }
      return cached
    }
    const statement = this.database.prepare(sql)
    this.#statements.set(sql, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > this.#cacheSize && oldest !== undefined) this.#statements.delete(oldest)
    return statement
  }
}

/** PostgreSQL cannot store U+0000. If SQLite accepted it, a later move to PostgreSQL would fail. */
function refuseNul(parameters: readonly unknown[]): void {
  for (const parameter of parameters) {
    if (typeof parameter === 'string' && parameter.includes('\0')) throw storeTextNul({})
  }
}

export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)
}

/** https://www.sqlite.org/rescode.html */
export function toStoreError(cause: unknown): unknown {
  if (cause instanceof TypeError && cause.message === 'The database connection is not open')
    return storeClosed({}, { cause })
  if (cause instanceof TypeError || cause instanceof RangeError) return storeQueryFailed({}, { cause })
  if (!(cause instanceof Database.SqliteError)) return cause
  const { code } = cause
  if (isBusy(cause)) return storeBusy('another process holds its lock. Try again.', cause)
  if (code.startsWith('SQLITE_FULL')) return storeFull({}, { cause })
  if (code.startsWith('SQLITE_READONLY')) return storeReadOnly({}, { cause })
  if (/^SQLITE_(IOERR|CANTOPEN|PROTOCOL|NOMEM|INTERRUPT)/.test(code)) return storeUnavailable({}, { cause })
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return storeDamaged({}, { cause })
  if (code.startsWith('SQLITE_CONSTRAINT')) return storeConstraint({}, { cause })
  return storeQueryFailed({}, { cause })
}
