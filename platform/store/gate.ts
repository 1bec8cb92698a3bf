/** Lets so many through at once; the others wait in the order in which they came. */

export interface Gate {
  /** Runs `work` once there is room for it. */
  pass<T>(work: () => Promise<T>): Promise<T>
}

export function createGate(limit: number): Gate {
  let inside = 0
  const waiting: (() => void)[] = []
  return {
    async pass(work) {
      // Who leaves hands the place to who has waited longest.
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
