/** Runs the iterations of a loop, synchronously until one of their nodes returns a promise. */

import type { Repetition, Run } from '../node.ts'
import type { Payload } from '../values/payload.ts'
import { payloadTooLarge } from './errors.ts'
import { passageOf } from './inner-run.ts'
import type { LinkedNode } from './linked-flow.ts'
import { payloadSize } from './payload-size.ts'
import { ended, IterationFailed } from './stretch.ts'

/** How many iterations of a parallel loop run at the same time: about as many as Losant runs. */
const lanesOfParallelLoop = 5

/** How long iterations may block the process before other runs, and the run's own timeout, get their turn. */
const maxTurnMs = 10

/**
 * All iterations of a parallel loop end, even after one has failed; then the loop throws the first failure. Any other loop
 * throws a failure at once.
 */
export function repeat(
  loop: LinkedNode,
  payload: Payload,
  run: Run,
  { count, isParallel, begin, collect }: Repetition,
): unknown[] | Promise<unknown[]> {
  const passage = passageOf(run)
  const collected: unknown[] = []
  let collectedBytes = 0
  let next = 0
  let isOver = false
  let failed: { readonly error: unknown } | undefined
  let turnBegan = performance.now()

  const keep = (value: unknown, index: number): void => {
    const { maxPayloadBytes } = passage.limits
    collectedBytes += payloadSize(value, maxPayloadBytes)
    if (collectedBytes > maxPayloadBytes) {
      isOver = true
      throw payloadTooLarge({ max: maxPayloadBytes })
    }
    // A copy, since the next iteration may change what this one leaves on the payload.
    collected[index] = isParallel ? value : structuredClone(value)
  }

  function* lane(): Generator<Promise<void>, void> {
    while (next < count && !isOver && !passage.failure) {
      const index = next++
      let own = payload
      try {
        if (isParallel) own = passage.copy(payload)
        begin(own, index)
        const iteration = passage.iterate(loop, own, run)
        if (iteration.waiting > 0 && !iteration.failure) {
          yield ended(iteration)
          // Others had their turn. The time spent waiting must not decide the order of what follows, since a replay waits less.
          turnBegan = performance.now()
        }
        if (iteration.failure) throw new IterationFailed(iteration.failure)
        if (iteration.isBroken) isOver = true
        if (collect) keep(collect(own), index)
      } catch (error) {
        failed ??= { error }
        if (!isParallel) isOver = true
      }
      if (performance.now() - turnBegan > maxTurnMs && passage.mayGoOn(loop, own)) {
        yield nextTurn()
        turnBegan = performance.now()
      }
    }
  }

  const finish = (): unknown[] => {
    passage.mayGoOn(loop, payload)
    if (passage.failure) throw new IterationFailed(passage.failure)
    if (failed) throw failed.error
    return collected
  }

  const lanes = Array.from({ length: isParallel ? lanesOfParallelLoop : 1 }, () => drive(lane()))
  const waits = lanes.filter((wait) => wait !== undefined)
  return waits.length === 0 ? finish() : Promise.all(waits).then(finish)
}

/** Takes the steps one after another, synchronously until one has to wait. */
function drive(steps: Generator<Promise<void>, void>): undefined | Promise<void> {
  const first = steps.next()
  return first.done ? undefined : goOn(first.value, steps)
}

async function goOn(wait: Promise<void>, steps: Generator<Promise<void>, void>): Promise<void> {
  await wait
  for (const next of steps) await next
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
