/** Services that tell of what a run asks them for and what they answer. They answer in the same moment as if nobody listened. */
import type { Clock } from '../../contracts/clock.ts'
import type { Random } from '../../contracts/random.ts'
import type { Answering } from '../application.ts'
import { callEffect, makeEffects, nameOf } from '../effects.ts'
import type { Services } from '../services.ts'

interface Listener {
  called(name: string, params: unknown): Answering
  drew(bytes: Uint8Array): void
  readonly clockReadings: readonly number[][]
}

export function observeServices(services: Services, listener: Listener): Services {
  const effects = makeEffects((row) => {
    const { describe, follow, tell } = row.effect
    return (...args) => {
      const answering = listener.called(nameOf(row, args), describe(...args))
      const followed = follow?.(...args)
      const answer = callEffect(services, row, followed?.args ?? args)
      // Whoever asked waits for the same promise, and hears after this.
      answer.then(
        (result) => answering.answered(followed?.tell() ?? tell?.(result, ...args) ?? { result }),
        (error: unknown) => answering.failed(error),
      )
      return answer
    }
  })
  return {
    ...effects,
    clock: observeClock(services.clock, listener.clockReadings),
    random: observeRandom(services.random, listener),
  }
}

/** The system's clock could be read for ever. */
const mostReadings = 10_000

function observeClock(clock: Clock, lists: readonly number[][]): Clock {
  return {
    now() {
      const ms = clock.now()
      for (const readings of lists) if (readings.length < mostReadings) readings.push(ms)
      return ms
    },
  }
}

function observeRandom(random: Random, listener: Listener): Random {
  return {
    bytes(length) {
      const bytes = random.bytes(length)
      listener.drew(bytes)
      return bytes
    },
  }
}
