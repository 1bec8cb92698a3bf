/** Runs the iterations of a loop, synchronously until one of their nodes returns a promise. */

import type { Repetition, Run } from '../node.ts'
import { copyValue } from '../values/copy.ts'
import type { Payload } from '../values/payload.ts'
import { payloadTooLarge } from './errors.ts'
import { passageOf } from './inner-run.ts'
import { breaking, type LinkedNode, stopping } from './linked-flow.ts'
import { payloadSize } from './payload-size.ts'
import { ended, IterationFailed, RunStopped } from './stretch.ts'
import { createTurn } from './turns.ts'

/** How many iterations of a parallel loop run at the same time: about as many as Losant runs. */
const lanesOfParallelLoop = 5

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
  const turn = createTurn()
  let others: Promise<void> | undefined

  const keep = (value: unknown, index: number): void => {
    const { maxPayloadBytes } = passage.limits
    collectedBytes += payloadSize(value, maxPayloadBytes)
    if (collectedBytes > maxPayloadBytes) {
      isOver = true
      throw payloadTooLarge({ max: maxPayloadBytes })
    }
    // A copy, since the next iteration may change what this one leaves on the payload.
    collected[index] = isParallel ? value : copyValue(value)
  }

  function* lane(): Generator<Promise<void>, void> {
    while (next < count && !isOver && !passage.failure && !passage.isStopped) {
      const index = next++
      let own = payload
      try {
        if (isParallel) own = passage.copy(payload)
        begin(own, index)
        const iteration = passage.iterate(loop, own, run)
        if (iteration.waiting > 0 && !iteration.failure) {
          yield ended(iteration)
          // The time spent waiting must not decide the order of what follows, since a replay waits less.
          turn.begin()
        }
        if (passage.isStopped) return
        if (iteration.failure) throw new IterationFailed(iteration.failure)
        if (iteration.isBroken) isOver = true
        if (collect) keep(collect(own), index)
      } catch (error) {
        failed ??= { error }
        if (!isParallel) isOver = true
      }
      while (turn.isOver() && passage.mayGoOn(loop, own)) yield othersTurn()
    }
  }

  /** All lanes wait for the same turn: with one each, others would wait for all of them. */
  const othersTurn = (): Promise<void> => {
    others ??= turn.next().then(() => {
      others = undefined
    })
    return others
  }

  const finish = (): unknown[] => {
    passage.mayGoOn(loop, payload)
    if (passage.isStopped) throw new RunStopped()
    if (passage.failure) throw new IterationFailed(passage.failure)
    if (failed) throw failed.error
    return collected
  }

  // As many visits as are certain. What is refused now has done nothing yet.
  const body = loop.targets.do ?? []
  if (!mayBreak(body) && !passage.hasVisitsLeft(count * (1 + body.length), loop, payload)) return finish()
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

/** Whether a loop with this body may end before its last iteration. */
function mayBreak(body: readonly LinkedNode[]): boolean {
  const known = breaks.get(body)
  if (known !== undefined) return known
  const seen = new Set(body)
  let found = body === breaking || body === stopping
  for (const node of seen) {
    for (const targets of Object.values(node.targets)) {
      found ||= targets === breaking || targets === stopping
      for (const target of targets) seen.add(target)
    }
  }
  breaks.set(body, found)
  return found
}

const breaks = new WeakMap<readonly LinkedNode[], boolean>()
