/**
 * The folder in which one process keeps its data: its lock, its secrets, SQLite's file.
 *
 * The lock is SQLite's on a database of its own, not a file that says "taken". The operating system holds it for the process, so it
 * is gone with the process however that ended: there is no stale lock to judge by a process ID that may have a new owner, or mean
 * another process in another container, and no moment between judging and taking. It is the lock of one that is about to write
 * (RESERVED), so that others can read there whose it is: `user_version` holds the process ID.
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
  /** The secret that is kept under this name; made and kept, readable by its owner alone, if there is none. */
  secret(name: string, make: () => string): string
  /** Lets another process use the folder. */
  close(): void
}

const LOCK = 'lock'

/** Creates the folder if it does not exist. Throws `DATA_FOLDER_IN_USE` or `DATA_FOLDER_UNUSABLE`. */
export function openDataFolder(folder: string): DataFolder {
  const root = path.resolve(folder)
  const file = (name: string) => path.join(root, name)
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
    const lock = takeLock(file(LOCK), root)
    return { path: root, file, secret: (name, make) => readOrMakeSecret(root, name, make), close: () => lock.close() }
  } catch (cause) {
    if (dataFolderInUse.is(cause)) throw cause
    throw dataFolderUnusable(
      { folder: root, problem: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    )
  }
}

/** Nothing else in this process may open the file: POSIX drops a process's locks on a file when it closes any handle of it. */
function takeLock(file: string, folder: string): Database.Database {
  const lock = new Database(file, { timeout: 0 })
  try {
    lock.exec('BEGIN IMMEDIATE')
    // Whoever was refused meanwhile reads for a moment, which would fail the commit.
    lock.pragma('busy_timeout = 1000')
    lock.pragma(`user_version = ${process.pid}`)
    lock.exec('COMMIT')
    lock.pragma('busy_timeout = 0')
    // Another process may take the lock between the two. Then it is the one that is named, and this one is refused.
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
  // The owner writes its ID just after it has taken the lock, and for that moment shuts readers out.
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
  // To make a new one would silently refuse every token that was signed with the old one.
  if (secret.trim() === '') throw dataFolderUnusable({ folder, problem: `the secret ${path.basename(file)} is empty.` })
  // Restored from a backup, say.
  chmodSync(file, 0o600)
  return secret
}

/** The name of a new file survives a power cut only once its folder is on disk. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
