/** The errors of the store, which are the same for both databases. */
import { defineError } from '../../contracts/errors.ts'

const later = { headers: { 'retry-after': '1' } }

const busy = defineError<{ reason: string }>('STORE_BUSY', 503, ({ reason }) => `The database is busy: ${reason}`)
/** Another process holds the lock of the database, too many writes wait, or writes keep colliding. */
export const storeBusy = Object.assign((reason: string, cause?: unknown) => busy({ reason }, { ...later, cause }), {
  code: busy.code,
  is: busy.is,
})
export const storeFull = defineError('STORE_FULL', 503, () => 'The database has no space left.')
export const storeReadOnly = defineError('STORE_READ_ONLY', 503, () => 'The database cannot be written.')
export const storeUnavailable = defineError('STORE_UNAVAILABLE', 503, () => 'The database does not answer.')
export const storeClosed = defineError('STORE_CLOSED', 503, () => 'The store is closed.')
export const storeDamaged = defineError('STORE_DAMAGED', 500, () => 'The database file is damaged.')
export const storeConstraint = defineError('STORE_CONSTRAINT', 500, () => 'A row breaks a constraint of the database.')
export const storeQueryFailed = defineError('STORE_QUERY_FAILED', 500, () => 'The database refused a query.')
export const storeQueryTooLong = defineError<{ seconds: number }>(
  'STORE_QUERY_TOO_LONG',
  503,
  ({ seconds }) => `A query took longer than ${seconds} s.`,
)
export const storeTextNul = defineError('STORE_TEXT_NUL', 400, () => 'Text must not contain the character U+0000.')

export const storeCannotOpen = defineError<{ where: string; problem: string }>(
  'STORE_CANNOT_OPEN',
  500,
  ({ where, problem }) => `The store ${where} cannot be opened: ${problem}`,
)
export const storeNewer = defineError<{ migration: string }>(
  'STORE_NEWER',
  500,
  ({ migration }) => `The store was written by a newer Flowpot: this one does not know its migration ${migration}.`,
)
export const storeMigrationFailed = defineError<{ migration: string }>(
  'STORE_MIGRATION_FAILED',
  500,
  ({ migration }) => `The migration ${migration} failed. The store is as it was before.`,
)

export const storeTransactionEnded = defineError(
  'STORE_TRANSACTION_ENDED',
  500,
  () => 'A statement ran outside its write: the write had ended, or ended before the statement did.',
)
export const storeWriteStalled = defineError(
  'STORE_WRITE_STALLED',
  500,
  () => 'A write awaited something other than its own queries: another write, a timer or I/O.',
)
export const storeReadCannotWrite = defineError(
  'STORE_READ_CANNOT_WRITE',
  500,
  () => 'store.read takes single statements that read; what writes, or needs a transaction, goes through store.write.',
)
