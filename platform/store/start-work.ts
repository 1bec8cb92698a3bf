/** Runs the work of one write on its own `tx`, and enforces the rules of `Store.write`. */
import type { QueryResult } from 'kysely'
import { storeTransactionEnded, storeWriteStalled } from './errors.ts'
import type { Handles, RunQuery } from './handles.ts'
import type { Transaction } from './store.ts'

export interface StartedWork<T> {
  /** Settles when the work does. Its `tx` is closed by then. */
  readonly result: Promise<T>
  /** Gives the work up: rejects `result` and closes its `tx`. */
  stall(): void
}

export function startWork<T>(handles: Handles, run: RunQuery, work: (tx: Transaction) => Promise<T>): StartedWork<T> {
  let isOpen = true
  let runningCount = 0
  let failed: { readonly error: unknown } | undefined
  // These are plain functions, created once for each write, because every statement passes them.
  const answered = (result: QueryResult<unknown>) => {
    runningCount--
    return result
  }
  const refused = (error: unknown) => {
    runningCount--
    failed ??= { error }
    throw error
  }
  const tx = handles.writeHandle((query) => {
    if (!isOpen) return Promise.reject(storeTransactionEnded({}))
    if (failed) return Promise.reject(failed.error)
    runningCount++
    return run(query).then(answered, refused)
  })
  let stall = () => {}
  const result = new Promise<T>((resolve, reject) => {
    const fail = (error: unknown) => {
      isOpen = false
      reject(error)
    }
    stall = () => fail(storeWriteStalled({}))
    const finish = (value: T) => {
      if (failed) fail(failed.error)
      else if (runningCount > 0) fail(storeTransactionEnded({}))
      else resolve(value)
      isOpen = false
    }
    try {
      work(tx).then(finish, fail)
    } catch (error) {
      fail(error)
    }
  })
  return { result, stall: () => stall() }
}
