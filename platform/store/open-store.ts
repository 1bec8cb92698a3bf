/** Opens the store of the settings and brings its tables up to date. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { storeCannotOpen, storeMigrationFailed, storeNewer } from './errors.ts'
import { type Migration, migrate } from './migrate.ts'
import { migrations as ownMigrations } from './migrations/index.ts'
import type { PostgresStoreSettings } from './postgres-store.ts'
import { openSqliteStore, type SqliteStoreSettings } from './sqlite-store.ts'
import type { Store } from './store.ts'

export interface StoreSettings
  extends Partial<Omit<SqliteStoreSettings, 'file'>>,
    Partial<Omit<PostgresStoreSettings, 'url'>> {
  /** `postgres://…`, or `undefined` for SQLite. */
  readonly url?: string | undefined
  /** The database file of SQLite. */
  readonly file: string
  readonly migrations?: readonly Migration[]
}

const defaults = {
  durability: 'full',
  busyLimitMs: 5000,
  queueLimit: 10_000,
  commitEach: false,
  poolSize: 10,
  workLimitMs: 10_000,
  scansAtOnce: 4,
  migrations: ownMigrations,
} as const

/** A migration may rewrite a large table, or wait for another process that does. */
const maxMigrationMs = 3_600_000

/** Throws `STORE_CANNOT_OPEN`, `STORE_NEWER` or `STORE_MIGRATION_FAILED`. */
export async function openStore(settings: StoreSettings): Promise<Store> {
  const { url, migrations, ...all } = { ...defaults, ...settings }
  try {
    if (url === undefined) return await openMigrated(openSqliteStore(all), migrations)
    // The driver takes 15 MB of memory, so it is loaded only if it is needed.
    const { openPostgresStore } = await import('./postgres-store.ts')
    const migrating = openPostgresStore({ ...all, url, workLimitMs: maxMigrationMs })
    await migrate(migrating.migrateIn, 'postgres', migrations).finally(migrating.close)
    return openPostgresStore({ ...all, url })
  } catch (cause) {
    if (storeNewer.is(cause) || storeMigrationFailed.is(cause)) throw cause
    const where = url === undefined ? all.file : withoutPassword(url)
    throw storeCannotOpen({ where, problem: rootMessage(cause) }, { cause })
  }
}

async function openMigrated(store: Store, migrations: readonly Migration[]): Promise<Store> {
  try {
    await migrate(store.write, store.dialect, migrations)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'in DATABASE_URL'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** The message of the database itself. The errors of the store that wrap it are for clients and say less. */
function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return rootMessage(error.cause)
  // If several addresses were tried, Node throws an AggregateError without a message.
  if (error instanceof AggregateError) return error.errors.map(rootMessage).join(', ')
  return error.message
}

/** A store on a temporary file, which is deleted when the store is closed. `copyOf` is the file of a closed store to start with. */
export async function openTemporaryStore({
  copyOf,
  ...settings
}: Partial<StoreSettings> & { readonly copyOf?: string | undefined } = {}): Promise<Store> {
  const folder = await mkdtemp(path.join(tmpdir(), 'flowpot-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const file = path.join(folder, 'store.db')
  try {
    if (copyOf !== undefined) await copyFile(copyOf, file)
    const store = await openStore({ durability: 'off', ...settings, file })
    return { ...store, close: () => store.close().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}
