/** Starts flows for everything besides requests: devices, topics and clocks. */
import type { Application } from '../../engine/application.ts'
import type { CompiledWatch } from '../../platform/runs/watches.ts'
import { createClockwork } from './clockwork.ts'
import { createRunQueue, type RunQueueOptions } from './run-queue.ts'

export interface Triggers {
  /** From now on the platform stores the runs that these watches start. */
  watch(watches: readonly CompiledWatch[]): void
  /** Carries out stored runs, beginning with those that an earlier process left, and starts the application's clocks. */
  start(application: Application): Promise<void>
  /** Switches to an application that replaces the one before. */
  follow(application: Application, watches: readonly CompiledWatch[]): Promise<void>
  /** Begins no more runs. Resolves once those in progress have ended. */
  stop(): Promise<void>
}

export function createTriggers(options: RunQueueOptions): Triggers {
  const { platform } = options
  const queue = createRunQueue(options)
  const clockwork = createClockwork(platform)
  const watch: Triggers['watch'] = (watches) => platform.watches.replace(watches)
  return {
    watch,
    async start(application) {
      queue.start()
      await clockwork.follow(application)
    },
    async follow(application, watches) {
      watch(watches)
      await clockwork.follow(application)
    },
    stop() {
      clockwork.stop()
      return queue.stop()
    },
  }
}
