/** The database of the platform. Nothing outside this folder needs to know which one it is. */
import type { Kysely, Transaction as KyselyTransaction } from 'kysely'
import type { Tables } from './tables.ts'

export type Dialect = 'sqlite' | 'postgres'

/** Runs the queries of one write. Once the work of the write has settled, further statements are refused. */
export type Transaction = KyselyTransaction<Tables>

export interface Store {
  readonly dialect: Dialect
  /** Reads what is committed, one statement at a time. It can neither write nor open a transaction. */
  readonly read: Kysely<Tables>
  /**
   * Like `read`, for queries that read so much that they would delay others. Only a few run at a time. On SQLite, other requests are served
   * between the rows, so each row should be quick to compute. Rejects with `STORE_QUERY_TOO_LONG` (503) after the limit of the settings.
   */
  readonly scan: Kysely<Tables>
  /**
   * Runs `work` as if no other write ran at the same time, and resolves once what it has written is on disk. If it throws,
   * or if any of its statements fails (even if the error is caught, since PostgreSQL has then ended the transaction), nothing is kept and
   * the promise rejects.
   *
   * `work` must await only queries on its `tx`, since other writes wait for it. Do hashing and I/O before the write, and whatever is
   * to follow after it. `work` must not have other effects, since PostgreSQL may run it again. A write within a write is an error.
   *
   * Rejects with `STORE_BUSY`, `STORE_FULL`, `STORE_READ_ONLY`, `STORE_UNAVAILABLE` or `STORE_CLOSED` (503) for conditions that may pass.
   */
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Finishes the waiting writes, then closes. */
  close(): Promise<void>
}
