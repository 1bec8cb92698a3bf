/** Ends work that takes too long, even if what it waits for never answers. */

export interface Deadline {
  readonly timeoutMs: number
  /** The signal of the run. */
  readonly signal: AbortSignal
  timedOut(): Error
  /** Words what `work` rejected with. */
  failed(error: unknown): Error
}

/**
 * Resolves with the result of `work`. Rejects with `timedOut()` once the time is over, with the signal's reason once that is aborted, and
 * otherwise as `failed` says. In the first two cases `stop` is aborted too, with the same reason.
 */
export async function withDeadline<Result>(
  { timeoutMs, signal, timedOut, failed }: Deadline,
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
  } catch (error) {
    stop.throwIfAborted()
    throw failed(error)
  } finally {
    clearTimeout(timer)
  }
}
