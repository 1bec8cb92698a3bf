/** Services that report what a run asks of them and what they answer. They answer at the same moment as without a listener. */
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
      // The caller waits for the same promise, but is called after this listener.
      answer.then(
        (result) => answering.answered(followed?.tell() ?? tell?.(result, ...args) ?? { result }),
        (error: unknown) => answering.failed(error),
      )
      return answer
    }
  })
  return {
    ...effects,
    clock: {
      now() {
        const ms = services.clock.now()
        for (const readings of listener.clockReadings) if (readings.length < mostReadings) readings.push(ms)
        return ms
      },
    },
    random: {
      bytes(length) {
        const bytes = services.random.bytes(length)
        listener.drew(bytes)
        return bytes
      },
    },
  }
}

/** A flow may read the clock any number of times. */
const mostReadings = 10_000
