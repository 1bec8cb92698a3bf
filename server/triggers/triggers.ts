/** What starts flows besides requests: devices, topics and clocks. */
import type { Application } from '../../engine/application.ts'
import type { CompiledWatch } from '../../platform/runs/watches.ts'
import { createClockwork } from './clockwork.ts'
import { createRunQueue, type RunQueueOptions } from './run-queue.ts'

export interface Triggers {
  /** From now on the platform writes down the runs that these watches ask for. */
  watch(watches: readonly CompiledWatch[]): void
  /** Runs what is written down, what was left by the process before first, and starts the application's clocks. */
  start(application: Application): Promise<void>
  /** Follows an application that replaces the one before. */
  follow(application: Application, watches: readonly CompiledWatch[]): Promise<void>
  /** Begins nothing more. Resolves once what was begun has ended. */
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
