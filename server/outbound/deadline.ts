/** Holds work to a time, also where what it waits for never answers. */

export interface Deadline {
  readonly timeoutMs: number
  /** The run's. */
  readonly signal: AbortSignal
  timedOut(): Error
}

/**
 * What `work` comes to. Rejects with `timedOut()` past the time, and with the signal's reason once that is aborted. `stop`
 * is aborted then too, with the same reason.
 */
export async function withDeadline<Result>(
  { timeoutMs, signal, timedOut }: Deadline,
  work: (stop: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted()
  const deadline = new AbortController()
  const stop = AbortSignal.any([signal, deadline.signal])
  const timer = setTimeout(() => deadline.abort(timedOut()), timeoutMs)
  const stopped = new Promise<never>((_, reject) => {
    stop.addEventListener('abort', () => reject(stop.reason), { once: true })
  })
  try {
    return await Promise.race([work(stop), stopped])
  } finally {
    clearTimeout(timer)
  }
}
