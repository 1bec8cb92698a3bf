/** Runs work that may be asked for at any moment, such as a reload, one at a time. */

/** Returns a function that runs `work`. If it is called while `work` runs, `work` runs once more afterwards, however often it was called. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let isAsked = false
  let isWorking = false
  return async () => {
    isAsked = true
    if (isWorking) return
    isWorking = true
    try {
      while (isAsked) {
        isAsked = false
        await work()
      }
    } finally {
      isWorking = false
    }
  }
}
