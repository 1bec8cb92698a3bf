/**
 * Lets a few works run at a time and the rest wait, fairly: networks take turns, so whoever asks for much waits behind
 * nobody but themselves, and keeps nobody else waiting for more than a turn.
 */
import { tooManySignIns } from '../base/refusals.ts'

export interface FairQueueOptions {
  /** Works that run at a time. */
  readonly slots: number
  /** Works of one kind that wait, in all and of one network. */
  readonly maxWaiting: number
  readonly maxWaitingOfNetwork: number
}

/** `first` is served before `second`, but for one turn in four: neither is starved by the other. */
export type Priority = 'first' | 'second'

export interface FairQueue {
  /**
   * Runs `work` once its turn has come. Throws 503 where too many wait. A work without a `network` comes from within,
   * where the number that wait is bounded already: it is not refused.
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

/** Those who wait: a lane for each network. The first lane has the next turn, and goes to the end with it. */
function createLanes({ maxWaiting, maxWaitingOfNetwork }: Omit<FairQueueOptions, 'slots'>) {
  const lanes = new Map<string, Waiting[]>()
  let size = 0

  /** Makes room by refusing the last of the longest lane, unless the lane of `length` would then be the longest. */
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
