/** Runs at most `limit` tasks at a time. The others wait in the order in which they came. */

export interface Gate {
  /** Runs `work` once there is room for it. */
  pass<T>(work: () => Promise<T>): Promise<T>
}

export function createGate(limit: number): Gate {
  let inside = 0
  const waiting: (() => void)[] = []
  return {
    async pass(work) {
      // The place goes straight to the task that has waited longest.
      if (inside >= limit) await new Promise<void>((enter) => waiting.push(enter))
      else inside++
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else inside--
      }
    },
  }
}
