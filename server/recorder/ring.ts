/** Keeps the last runs of each flow in memory, bounded in their number per flow, in bytes and in age. */
import type { RunSummary } from './run-record.ts'

export interface KeptRun {
  readonly summary: RunSummary
  /** The whole record as JSON. */
  readonly json: string
}

export interface Bounds {
  readonly runsOfFlow: number
  readonly bytes: number
  readonly ms: number
}

export interface Ring {
  add(run: KeptRun): void
  /** The newest last. */
  list(): readonly KeptRun[]
  find(id: string): KeptRun | undefined
  countOf(flow: string): number
  /** Removes and returns all runs. */
  take(): readonly KeptRun[]
}

export function createRing({ runsOfFlow, bytes, ms }: Bounds, now: () => number): Ring {
  /** Runs by ID, in the order in which they were added. */
  const runs = new Map<string, KeptRun>()
  const idsOfFlow = new Map<string, Set<string>>()
  let held = 0

  const remove = (run: KeptRun): void => {
    const { id, flow } = run.summary
    runs.delete(id)
    idsOfFlow.get(flow)?.delete(id)
    if (idsOfFlow.get(flow)?.size === 0) idsOfFlow.delete(flow)
    held -= sizeOf(run)
  }

  const removeOldest = (ids: Iterable<string>): void => {
    for (const id of ids) {
      const run = runs.get(id)
      if (run) remove(run)
      return
    }
  }

  const removeExpired = (): void => {
    for (const run of runs.values()) {
      if (Date.parse(run.summary.time) >= now() - ms) return
      remove(run)
    }
  }

  return {
    add(run) {
      const { id, flow } = run.summary
      const before = runs.get(id)
      if (before) remove(before)
      if (sizeOf(run) > bytes) return
      runs.set(id, run)
      const ids = idsOfFlow.get(flow) ?? new Set()
      idsOfFlow.set(flow, ids.add(id))
      held += sizeOf(run)
      if (ids.size > runsOfFlow) removeOldest(ids)
      while (held > bytes) removeOldest(runs.keys())
      removeExpired()
    },
    list() {
      removeExpired()
      return [...runs.values()]
    },
    find(id) {
      removeExpired()
      return runs.get(id)
    },
    countOf: (flow) => idsOfFlow.get(flow)?.size ?? 0,
    take() {
      const taken = [...runs.values()]
      for (const run of taken) remove(run)
      return taken
    },
  }
}

/** Bytes in memory: V8 takes two for each character, unless all are Latin-1. */
function sizeOf({ json }: KeptRun): number {
  return json.length * 2
}
