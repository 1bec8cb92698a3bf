/**
 * Runs a few tasks at a time and makes the others wait. Networks take turns, so a network that asks for much waits mostly for itself,
 * and delays every other network by one turn at most.
 */
import { tooManySignIns } from '../base/refusals.ts'

export interface FairQueueOptions {
  /** Tasks that run at a time. */
  readonly slots: number
  /** Tasks of one priority that may wait, in total and for each network. */
  readonly maxWaiting: number
  readonly maxWaitingOfNetwork: number
}

/** `first` is served before `second`, except in one turn of four, so that neither starves. */
export type Priority = 'first' | 'second'

export interface FairQueue {
  /**
   * Runs `work` once its turn has come. Throws 503 if too many wait. Work without a `network` comes from within the process,
   * where its number is already limited, so it is never refused.
   */
  run<T>(priority: Priority, network: string | undefined, work: () => Promise<T>): Promise<T>
}

interface Waiting {
  start(): void
  refuse(error: Error): void
}

const turnsInARow = 3

export function createFairQueue({ slots, ...limits }: FairQueueOptions): FairQueue {
  const lanes = { first: createLanes(limits), second: createLanes(limits) }
  let free = slots
  let firsts = 0

  const next = (): Waiting | undefined => {
    const isTurnOfSecond = firsts >= turnsInARow || lanes.first.isEmpty()
    const found = isTurnOfSecond ? (lanes.second.shift() ?? lanes.first.shift()) : lanes.first.shift()
    firsts = isTurnOfSecond ? 0 : firsts + 1
    return found
  }

  return {
    async run(priority, network, work) {
      if (free > 0) free--
      else await new Promise<void>((start, refuse) => lanes[priority].push(network, { start, refuse }))
      try {
        return await work()
      } finally {
        const waiting = next()
        if (waiting) waiting.start()
        else free++
      }
    },
  }
}

/** The waiting tasks, in a lane for each network. The first lane has the next turn, and then moves to the end. */
function createLanes({ maxWaiting, maxWaitingOfNetwork }: Omit<FairQueueOptions, 'slots'>) {
  const lanes = new Map<string, Waiting[]>()
  let size = 0

  /** Makes room by refusing the last task of the longest lane, unless the lane of `length` would then be the longest. */
  const makeRoom = (length: number): boolean => {
    let longest: Waiting[] = []
    for (const lane of lanes.values()) if (lane.length > longest.length) longest = lane
    if (longest.length <= length + 1) return false
    longest.pop()?.refuse(tooMany())
    size--
    return true
  }

  return {
    isEmpty: () => size === 0,
    push(network: string | undefined, waiting: Waiting): void {
      const lane = lanes.get(network ?? '') ?? []
      const isRefused =
        network !== undefined && (lane.length >= maxWaitingOfNetwork || (size >= maxWaiting && !makeRoom(lane.length)))
      if (isRefused) return waiting.refuse(tooMany())
      lane.push(waiting)
      lanes.set(network ?? '', lane)
      size++
    },
    shift(): Waiting | undefined {
      const [first] = lanes
      if (!first) return undefined
      const [network, lane] = first
      const waiting = lane.shift()
      lanes.delete(network)
      if (lane.length > 0) lanes.set(network, lane)
      size--
      return waiting
    },
  }
}

function tooMany(): Error {
  return tooManySignIns({}, { headers: { 'retry-after': '5' } })
}
