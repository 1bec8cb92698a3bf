/** Closes what a server has opened: all parts drain at the same time, and then they are closed one by one, the newest first. */
export interface Part {
  /** Accepts nothing more. Resolves once what is in progress has ended. */
  drain?(): Promise<unknown>
  /** Ends what is still open after draining. */
  cut?(): void
  close?(): unknown
}

export interface Parts {
  add(part: Part): void
  /** Waits for at most `drainMs` until every part has drained. */
  close(drainMs: number): Promise<void>
}

export function createParts(): Parts {
  const parts: Part[] = []
  return {
    add: (part) => void parts.unshift(part),
    async close(drainMs) {
      await withinTime(Promise.all(parts.map((part) => part.drain?.())), drainMs)
      for (const part of parts) part.cut?.()
      for (const part of parts) await part.close?.()
    },
  }
}

async function withinTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const outOfTime = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, outOfTime])
  clearTimeout(timer)
}
