/** Does something at the start and then periodically, never twice at a time. */

/** `work` stops early if `isStopped` says so. Returns a function that stops it all, and resolves once the last `work` has ended. */
export function repeatWork(
  everyMs: number,
  work: (isStopped: () => boolean) => Promise<unknown>,
  onError: (err: unknown) => void,
): () => Promise<void> {
  let isStopped = false
  let running: Promise<unknown> | undefined
  const run = () => {
    running ??= work(() => isStopped)
      .catch(onError)
      .finally(() => {
        running = undefined
      })
  }
  run()
  const timer = setInterval(run, everyMs)
  return async () => {
    isStopped = true
    clearInterval(timer)
    await running
  }
}
