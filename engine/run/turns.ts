/**
 * Turns of the event loop. What computes for long, such as a loop, gives up its turn now and then, so that others, and the timeout of its own run, get
 * theirs. To wait for a promise that is settled already, such as that of a query of SQLite, gives nobody a turn.
 */

/** How long a turn may take before others get theirs. */
const maxTurnMs = 10

export interface Turn {
  /** Whether this one should wait for `next`. Time that was spent waiting for something else does not count. */
  isOver(): boolean
  /** Those who wait go on one after another, one in each turn of the event loop. */
  next(): Promise<void>
  /** Counts from now on. */
  begin(): void
}

export function createTurn(): Turn {
  let number = numberOfTurn()
  let began = performance.now()
  const begin = (): void => {
    number = numberOfTurn()
    began = performance.now()
  }
  return {
    begin,
    isOver() {
      if (number !== numberOfTurn()) begin()
      return performance.now() - began > maxTurnMs
    },
    async next() {
      await new Promise<void>((resolve) => {
        if (waiting.push(resolve) === 1) setImmediate(resumeFirst)
      })
      begin()
    },
  }
}

let turns = 0
let isCounting = false

/** Changes with every turn of the event loop in which somebody asks. */
function numberOfTurn(): number {
  if (!isCounting) {
    isCounting = true
    setImmediate(() => {
      isCounting = false
      turns++
    })
  }
  return turns
}

const waiting: (() => void)[] = []

function resumeFirst(): void {
  const resume = waiting.shift()
  if (waiting.length > 0) setImmediate(resumeFirst)
  resume?.()
}
