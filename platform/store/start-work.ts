/** Runs the work of one write on statements that it alone may use, and watches that it keeps the rules of `Store.write`. */
import { storeTransactionEnded, storeWriteStalled } from './errors.ts'
import type { Handles, RunQuery } from './handles.ts'
import type { Transaction } from './store.ts'

export interface StartedWork<T> {
  /** Settles when the work does; its `tx` is closed by then. */
  readonly result: Promise<T>
  /** Gives the work up, which then rejects, and closes its `tx`. */
  stall(): void
}

export function startWork<T>(handles: Handles, run: RunQuery, work: (tx: Transaction) => Promise<T>): StartedWork<T> {
  let isOpen = true
  let runningCount = 0
  let failed: { readonly error: unknown } | undefined
  const tx = handles.writeHandle(async (query) => {
    if (!isOpen) throw storeTransactionEnded({})
    if (failed) throw failed.error
    runningCount++
    try {
      return await run(query)
    } catch (error) {
      failed ??= { error }
      throw error
    } finally {
      runningCount--
    }
  })
  let stall = () => {}
  const settle = async () => {
    try {
      const value = await new Promise<T>((resolve, reject) => {
        stall = () => reject(storeWriteStalled({}))
        work(tx).then(resolve, reject)
      })
      if (failed) throw failed.error
      if (runningCount > 0) throw storeTransactionEnded({})
      return value
    } finally {
      isOpen = false
    }
  }
  const result = settle()
  return { result, stall: () => stall() }
}
