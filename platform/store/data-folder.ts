/**
 * The folder in which one process keeps its data: a lock, secrets, and the database of SQLite.
 *
 * The lock is SQLite's lock on a database that holds nothing else, not a file that says "taken". The operating system holds it, so it
 * is gone with the process however that ended. A lock file would have to be judged by a process ID, which may have a new owner, or mean
 * another process in another container, and another process could take it in between. The lock is the one of a writer
 * (RESERVED), so that others can read who holds it: `user_version` is the process ID.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { defineError } from '../../contracts/errors.ts'

export const dataFolderInUse = defineError<{ folder: string; processId: number }>(
  'DATA_FOLDER_IN_USE',
  500,
  ({ folder, processId }) => `The data folder ${folder} is in use by process ${processId}.`,
)
export const dataFolderUnusable = defineError<{ folder: string; problem: string }>(
  'DATA_FOLDER_UNUSABLE',
  500,
  ({ folder, problem }) => `The data folder ${folder} cannot be used: ${problem}`,
)

export interface DataFolder {
  /** Absolute. */
  readonly path: string
  /** Absolute path of a file in it. */
  file(name: string): string
  /** The secret that is stored under this name. If there is none, `make` creates it, and only the owner of the file can read it. */
  secret(name: string, make: () => string): string
  /** Releases the lock, so that another process can use the folder. */
  close(): void
}

const lockFile = 'lock'

/** Creates the folder if it does not exist. Throws `DATA_FOLDER_IN_USE` or `DATA_FOLDER_UNUSABLE`. */
export function openDataFolder(folder: string): DataFolder {
  const root = path.resolve(folder)
  const file = (name: string) => path.join(root, name)
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
    const lock = takeLock(file(lockFile), root)
    return { path: root, file, secret: (name, make) => readOrMakeSecret(root, name, make), close: () => lock.close() }
  } catch (cause) {
    if (dataFolderInUse.is(cause)) throw cause
    throw dataFolderUnusable(
      { folder: root, problem: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    )
  }
}

/** Nothing else in this process may open the file: POSIX releases all locks of a process on a file when it closes any handle of it. */
function takeLock(file: string, folder: string): Database.Database {
  const lock = new Database(file, { timeout: 0 })
  try {
    lock.exec('BEGIN IMMEDIATE')
    // Wait for a process that was refused in the meantime and is reading, or the commit would fail.
    lock.pragma('busy_timeout = 1000')
    lock.pragma(`user_version = ${process.pid}`)
    lock.exec('COMMIT')
    lock.pragma('busy_timeout = 0')
    // Another process may take the lock between the two transactions. This process is then refused, and the error names the other.
    lock.exec('BEGIN IMMEDIATE')
    return lock
  } catch (error) {
    const isTaken = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
    const thrown = isTaken ? dataFolderInUse({ folder, processId: readOwner(lock) }, { cause: error }) : error
    lock.close()
    throw thrown
  }
}

function readOwner(lock: Database.Database): number {
  // The owner writes its ID right after taking the lock, and readers have to wait for that.
  lock.pragma('busy_timeout = 1000')
  return Number(lock.pragma('user_version', { simple: true }))
}

function readOrMakeSecret(root: string, name: string, make: () => string): string {
  const file = path.join(root, name)
  const kept = readSecret(file, root)
  if (kept !== undefined) return kept
  const temporary = `${file}.${process.pid}.tmp`
  rmSync(temporary, { force: true })
  const secret = make()
  writeFileSync(temporary, secret, { mode: 0o600, flag: 'wx', flush: true })
  renameSync(temporary, file)
  syncFolder(root)
  return secret
}

function readSecret(file: string, folder: string): string | undefined {
  let secret: string
  try {
    secret = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw dataFolderUnusable({ folder, problem: `the secret ${path.basename(file)} cannot be read.` }, { cause: error })
  }
  // A new secret would silently invalidate every token that was signed with the old one.
  if (secret.trim() === '') throw dataFolderUnusable({ folder, problem: `the secret ${path.basename(file)} is empty.` })
  // A file that was restored from a backup may be readable by others.
  chmodSync(file, 0o600)
  return secret
}

/** A new file survives a power cut only if its folder has been written to disk. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
