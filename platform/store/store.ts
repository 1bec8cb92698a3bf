/** The database behind the platform, as everything else sees it: what reads, what writes, and nothing of which database it is. */
import type { Kysely, Transaction as KyselyTransaction } from 'kysely'
import type { Tables } from './tables.ts'

export type Dialect = 'sqlite' | 'postgres'

/** Queries of one write. Valid until the write's work settles; a statement after that is refused. */
export type Transaction = KyselyTransaction<Tables>

export interface Store {
  readonly dialect: Dialect
  /** Reads what is committed, one statement at a time; it can neither write nor open a transaction. */
  readonly read: Kysely<Tables>
  /**
   * As `read`, for what reads so much that it would hold others up: a few at a time, and on SQLite other requests are served between its
   * rows, so each of them should be soon computed. Rejects with `STORE_QUERY_TOO_LONG` (503) past the limit of the settings.
   */
  readonly scan: Kysely<Tables>
  /**
   * Runs `work` as though no other write ran at the same time, and answers once what it wrote is on disk. If it throws,
   * or any of its statements failed (even when the error was caught: PostgreSQL has ended the transaction by then), nothing is kept and
   * the promise rejects.
   *
   * `work` awaits nothing but queries on its `tx`: other writes wait for it. Hashing, randomness and I/O come before; what is
   * to happen after, after. It has no other effect, since PostgreSQL may run it again. A write inside a write is an error.
   *
   * Rejects with `STORE_BUSY`, `STORE_FULL`, `STORE_READ_ONLY`, `STORE_UNAVAILABLE` or `STORE_CLOSED` (503) for what may pass.
   */
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Finishes the writes that wait, then closes. */
  close(): Promise<void>
}
