/** What starts flows besides requests: devices, topics and clocks. */
import type { Application } from '../../engine/application.ts'
import { createClockwork } from './clockwork.ts'
import { createRunQueue, type RunQueueOptions } from './run-queue.ts'
import { watchesOf } from './watches-of.ts'

export interface Triggers {
  /** Has the platform write down the runs that this application's triggers ask for, from now on. */
  watch(application: Application): void
  /** Runs what is written down, what was left by the process before first, and starts the application's clocks. */
  start(application: Application): Promise<void>
  /** Follows an application that takes the place of the one before. */
  follow(application: Application): Promise<void>
  /** Begins nothing more. Resolves once what was begun has ended. */
  stop(): Promise<void>
}

export function createTriggers(options: RunQueueOptions): Triggers {
  const { platform } = options
  const queue = createRunQueue(options)
  const clockwork = createClockwork(platform)
  const watch = (application: Application) => platform.watches.replace(watchesOf(application))
  return {
    watch,
    async start(application) {
      queue.start()
      await clockwork.follow(application)
    },
    async follow(application) {
      watch(application)
      await clockwork.follow(application)
    },
    stop() {
      clockwork.stop()
      return queue.stop()
    },
  }
}
