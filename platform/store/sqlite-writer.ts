/**
 * Queues the writes of a SQLite store and commits them together.
 *
 *   idle ── a write comes ──▸ scheduled ── the event loop turns ──▸ locking ── BEGIN IMMEDIATE ──▸ running ── COMMIT ──▸ idle
 *                                                                    │  ▴ busy: a pause             or scheduled, if more wait
 *                                                                    └──┘
 *
 * While it runs, each write has a savepoint, one after another; all are answered after the commit. One commit costs one
 * fsync, whether it holds one write or five hundred.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import type { CompiledQuery, QueryResult } from 'kysely'
import { FlowpotError } from '../../contracts/errors.ts'
import { storeBusy, storeClosed, storeUnavailable } from './errors.ts'
import type { Handles } from './handles.ts'
import { isBusy, type SqliteConnection, toStoreError } from './sqlite-connection.ts'
import { type StartedWork, startWork } from './start-work.ts'
import type { Transaction } from './store.ts'

export interface SqliteWriterSettings {
  /** How long a write waits for a lock that another process holds. */
  readonly busyLimitMs: number
  /** How many writes may wait. */
  readonly queueLimit: number
  /** A commit for each write, for measuring what sharing is worth. */
  readonly commitEach: boolean
}

interface WaitingWrite {
  readonly queuedAt: number
  /** Runs the work; gives what answers it after the commit. Throws only where the whole transaction is lost. */
  run(): Promise<() => void>
  reject(error: unknown): void
}

/** Statements run inside the event loop, so a batch takes no further write after this long and lets requests through. */
const BATCH_LIMIT_MS = 20
const LONGEST_PAUSE_MS = 50
/**
 * Turns of the event loop whose writes share a commit. The second brings what clients send upon the answers of the commit before:
 * from fifty connections a registration takes 8 to 12 % less than with one turn, a state 2 to 6 %.
 */
const GATHERING_TURNS = 2

export class SqliteWriter {
  readonly #connection: SqliteConnection
  readonly #handles: Handles
  readonly #settings: SqliteWriterSettings
  readonly #statements: Readonly<
    Record<'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'undo', Database.Statement>
  >
  #waiting: WaitingWrite[] = []
  #current: { readonly startedAt: number; readonly work: StartedWork<unknown> } | undefined
  #draining: Promise<void> | undefined
  #isClosed = false

  constructor(connection: SqliteConnection, handles: Handles, settings: SqliteWriterSettings) {
    this.#connection = connection
    this.#handles = handles
    this.#settings = settings
    const { database } = connection
    this.#statements = {
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
      rollback: database.prepare('ROLLBACK'),
      savepoint: database.prepare('SAVEPOINT write'),
      release: database.prepare('RELEASE write'),
      undo: database.prepare('ROLLBACK TO write'),
    }
  }

  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(storeClosed({}))
    if (this.#waiting.length >= this.#settings.queueLimit)
      return Promise.reject(storeBusy('too many writes wait. Try again.'))
    return new Promise<T>((resolve, reject) => {
      const run = () => this.#runOne(work, resolve, reject)
      this.#waiting.push({ queuedAt: performance.now(), run, reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Refuses further writes and waits for those that are queued. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#draining
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      for (let turns = 0; turns < GATHERING_TURNS; turns++) await new Promise<void>((turn) => setImmediate(turn))
      if (await this.#begin()) await this.#runBatch()
    }
    this.#draining = undefined
  }

  /** Opens a transaction; false if nothing waits for it any more. */
  async #begin(): Promise<boolean> {
    for (let pauseMs = 1; this.#waiting.length > 0; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        this.#rollBack()
        this.#statements.begin.run()
        return true
      } catch (error) {
        const since = isBusy(error) ? performance.now() - this.#settings.busyLimitMs : Number.POSITIVE_INFINITY
        this.#giveUp((write) => write.queuedAt <= since, toStoreError(error))
      }
      await pause(pauseMs)
    }
    return false
  }

  async #runBatch(): Promise<void> {
    const batchedAt = performance.now()
    const started: WaitingWrite[] = []
    const answers: (() => void)[] = []
    const watch = this.#watch()
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        started.push(next)
        answers.push(await next.run())
        if (this.#settings.commitEach || performance.now() - batchedAt > BATCH_LIMIT_MS) break
      }
      this.#statements.commit.run()
    } catch (error) {
      this.#rollBack()
      const lost = toLostBatch(error)
      for (const write of started) write.reject(lost)
      return
    } finally {
      watch.stop()
    }
    for (const answer of answers) answer()
  }

  async #runOne<T>(
    work: (tx: Transaction) => Promise<T>,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): Promise<() => void> {
    this.#statements.savepoint.run()
    const startedAt = performance.now()
    const started = startWork(this.#handles, (query) => this.#runQuery(query), work)
    this.#current = { startedAt, work: started }
    try {
      const value = await started.result
      this.#statements.release.run()
      return () => resolve(value)
    } catch (error) {
      // SQLite ends the whole transaction on some errors (full, I/O): https://www.sqlite.org/lang_transaction.html
      if (!this.#connection.database.inTransaction) throw error
      this.#statements.undo.run()
      this.#statements.release.run()
      // Answered after the commit as well: it may have failed over what another write of the batch did.
      return () => reject(error)
    } finally {
      this.#current = undefined
    }
  }

  #runQuery(query: CompiledQuery): Promise<QueryResult<unknown>> {
    // A statement after SQLite has ended the transaction would commit by itself.
    if (!this.#connection.database.inTransaction) return Promise.reject(storeUnavailable({}))
    try {
      return Promise.resolve(this.#connection.run(query))
    } catch (error) {
      return Promise.reject(toStoreError(error))
    }
  }

  /**
   * Statements are synchronous, so work that awaits nothing else settles before the event loop turns. What has not is given up, and so
   * is what was queued meanwhile: that may be the write inside it for which it waits. An AsyncLocalStorage would tell exactly, but costs
   * every `await` of the process 50 to 170 ns (Node 20), some 5 µs a request.
   */
  #watch(): { stop(): void } {
    const onTurn = () => {
      const current = this.#current
      if (current) {
        this.#giveUp(
          (write) => write.queuedAt >= current.startedAt,
          storeBusy('the write before had to be given up. Try again.'),
        )
        current.work.stall()
      }
      immediate = setImmediate(onTurn)
    }
    let immediate = setImmediate(onTurn)
    return { stop: () => clearImmediate(immediate) }
  }

  #giveUp(isGivenUp: (write: WaitingWrite) => boolean, error: unknown): void {
    const waiting = this.#waiting
    this.#waiting = waiting.filter((write) => !isGivenUp(write))
    for (const write of waiting) if (isGivenUp(write)) write.reject(error)
  }

  #rollBack(): void {
    if (this.#connection.database.inTransaction) this.#statements.rollback.run()
  }
}

/** Why a write that did nothing wrong is not kept: always something that may pass. */
function toLostBatch(error: unknown): unknown {
  const known = toStoreError(error)
  return known instanceof FlowpotError && known.status === 503 ? known : storeUnavailable({}, { cause: error })
}
