/** For work that several may ask for at any moment, such as a reload. */

/** Runs `work` when it is called; called while it runs, it runs once more after that, however often it was called. */
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
