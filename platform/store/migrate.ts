/** Brings the tables of a database up to date. */
import { type Kysely, sql } from 'kysely'
import { storeMigrationFailed, storeNewer } from './errors.ts'
import type { Dialect, Transaction } from './store.ts'

export interface Migration {
  /** `0001-platform`. Migrations are ordered by their number, which is never used again. */
  readonly name: string
  /**
   * Does in steps what is too much for one transaction: runs before `up`, each time in a transaction of its own, until it says that nothing is left. If
   * the process ends in between, the next start goes on. A migration before it must make older programs refuse the store.
   */
  step?(db: Kysely<unknown>, dialect: Dialect): Promise<{ readonly isDone: boolean }>
  /** Runs in a transaction, on both databases. */
  up(db: Kysely<unknown>, dialect: Dialect): Promise<void>
}

type MigrationTables = {
  flowpot_migrations: { name: string; applied_at: number }
}

/** An arbitrary number that never changes. The lock keeps two processes from migrating the same PostgreSQL database at once. */
const advisoryLock = 4_607_182_418_800

/**
 * Applies the migrations that are missing, each in its own transaction, or in several if it has steps. The snapshot of `transact` must not be older than the
 * lock, which on PostgreSQL means READ COMMITTED. Kysely's Migrator is not used: on SQLite it runs without a transaction, and it looks for its
 * tables in every schema.
 */
export async function migrate(
  transact: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>,
  dialect: Dialect,
  migrations: readonly Migration[],
): Promise<void> {
  let isBehind = true
  while (isBehind) isBehind = await transact((tx) => applyNext(tx, dialect, migrations))
}

async function applyNext(tx: Transaction, dialect: Dialect, migrations: readonly Migration[]): Promise<boolean> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${advisoryLock}::bigint)`.execute(tx)
  const own = tx.withTables<MigrationTables>()
  await own.schema
    .createTable('flowpot_migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute()
  const rows = await own.selectFrom('flowpot_migrations').select('name').execute()
  const applied = new Set(rows.map((row) => row.name))
  const known = new Set(migrations.map((migration) => migration.name))
  const unknown = [...applied].filter((name) => !known.has(name)).sort()
  if (unknown[0] !== undefined) throw storeNewer({ migration: unknown[0] })
  const next = migrations.find((migration) => !applied.has(migration.name))
  if (!next) return false
  try {
    // Boundary: a migration works on the tables of its own time, which `Tables` does not describe.
    const db = tx as unknown as Kysely<unknown>
    const step = await next.step?.(db, dialect)
    if (step?.isDone === false) return true
    await next.up(db, dialect)
  } catch (cause) {
    throw storeMigrationFailed({ migration: next.name }, { cause })
  }
  await own.insertInto('flowpot_migrations').values({ name: next.name, applied_at: Date.now() }).execute()
  return true
}
