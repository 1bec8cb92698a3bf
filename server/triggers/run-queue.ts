/**
 * Carries out the runs that were not started by requests: takes the runs that the platform has stored, in the order in which they are due, and
 * deletes each, postpones it or marks it as failed.
 */
import type { Application, CompiledTrigger, RunLog, RunOutcome } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import type { TriggeredRun } from '../../platform/base/triggered-run.ts'
import type { Platform } from '../../platform/platform.ts'
import { failRun, finishRun, nextDueAt, postponeRun, readDueRuns } from '../../platform/runs/triggered-runs.ts'

export interface RunQueueOptions {
  readonly platform: Platform
  /** Returns the application that is being served. */
  readonly application: () => Application
  readonly services: Services
  readonly log: RunLog
  /** How many runs are in progress at most, so that there is room for requests. */
  readonly atOnce?: number
}

export interface RunQueue {
  /** Begins with the runs that an earlier process left. */
  start(): void
  /** Begins no more runs. Resolves once those in progress have ended and that is stored. The rest waits for the next start. */
  stop(): Promise<void>
}

const defaultAtOnce = 100
/** How many runs wait in memory. Further ones stay in the store until there is room. */
const mostWaiting = 1000
/** How long to wait if the store does not answer or the application has too many runs. */
const pauseMs = 500
/** The longest delay that setTimeout supports. */
const longestTimeoutMs = 2 ** 31 - 1

export function createRunQueue(options: RunQueueOptions): RunQueue {
  const { platform, application, services, log, atOnce = defaultAtOnce } = options
  const waiting: TriggeredRun[] = []
  /** IDs of runs that wait or are in progress, so that none is read twice. */
  const known = new Set<string>()
  const running = new Set<Promise<void>>()
  const busy = new Set<string>()
  let isStarted = false
  /** Whether the store may hold due runs that are not in `known`. */
  let hasMore = false
  let reading: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let wakesAt = Number.POSITIVE_INFINITY

  const add = (runs: readonly TriggeredRun[]): void => {
    for (const run of runs) {
      if (known.has(run.id)) continue
      if (waiting.length >= mostWaiting) {
        hasMore = true
        return
      }
      known.add(run.id)
      waiting.push(run)
    }
  }

  const goOn = (): void => {
    while (isStarted && running.size < atOnce) {
      const run = next()
      if (!run) break
      const key = serialKey(run)
      if (key !== undefined) busy.add(key)
      const done = work(run)
        .finally(() => {
          running.delete(done)
          known.delete(run.id)
          if (key !== undefined) busy.delete(key)
          goOn()
        })
        .catch(failed)
      running.add(done)
    }
    if (isStarted && hasMore && waiting.length === 0) readMore()
  }

  const failed = (err: unknown): void => platform.log.error({ err }, 'The queue of runs failed')

  /** The first run that need not wait for an earlier one. */
  const next = (): TriggeredRun | undefined => {
    const index = busy.size === 0 ? 0 : waiting.findIndex((run) => !busy.has(serialKey(run) ?? ''))
    return index === -1 ? undefined : waiting.splice(index, 1)[0]
  }

  /** Runs with the same key are carried out one after another. */
  const serialKey = ({ trigger, begin }: TriggeredRun): string | undefined =>
    triggerOf(trigger)?.flow.inOrder ? `${trigger} ${begin.triggerId ?? ''}` : undefined

  const triggerOf = (trigger: string) => application().triggers.find(({ id }) => id === trigger)

  const readMore = (): void => {
    reading ??= read()
      .finally(() => {
        reading = undefined
        goOn()
      })
      .catch(failed)
  }

  const read = async (): Promise<void> => {
    hasMore = false
    try {
      const limit = mostWaiting + known.size
      const due = await readDueRuns(platform, limit)
      add(due)
      hasMore ||= due.length === limit
      const next = await nextDueAt(platform)
      if (next !== undefined) wakeIn(next - platform.clock.now())
    } catch (err) {
      platform.log.error({ err }, 'Runs that are due could not be read')
      wakeIn(pauseMs)
    }
  }

  /** If it is called several times, the soonest time counts. */
  const wakeIn = (ms: number): void => {
    const at = performance.now() + ms
    if (!isStarted || at >= wakesAt) return
    clearTimeout(timer)
    wakesAt = at
    timer = setTimeout(
      () => {
        wakesAt = Number.POSITIVE_INFINITY
        readMore()
      },
      Math.min(Math.max(ms, 0), longestTimeoutMs),
    )
  }

  /** Never rejects: a run that cannot be settled stays in the store and will be due again. */
  const work = async (run: TriggeredRun): Promise<void> => {
    const current = application()
    const trigger = triggerOf(run.trigger)
    try {
      if (!trigger) {
        await failRun(platform, run.id, run.attempts, {
          code: 'RUN_NO_TRIGGER',
          message: 'Its trigger does not exist any more.',
        })
        return
      }
      await settle(run, trigger, await begin(current, trigger, run))
    } catch (err) {
      // There are too many runs at once, or the store does not answer.
      log('warn', `A run of ${run.flowId} was put off: ${err instanceof Error ? err.message : String(err)}`)
      wakeIn(pauseMs)
    }
  }

  const begin = (current: Application, trigger: CompiledTrigger, run: TriggeredRun): Promise<RunOutcome> => {
    const { begin } = run
    return current.start({
      trigger,
      id: run.id,
      applicationId: platform.applicationId,
      ...begin,
      services,
      log,
    }).done
  }

  const settle = async (run: TriggeredRun, trigger: CompiledTrigger, outcome: RunOutcome): Promise<void> => {
    const { error, failedAt } = outcome
    if (error === undefined) return finishRun(platform, run.id)
    const attempts = run.attempts + 1
    const { retry } = trigger.flow
    if (retry === undefined || attempts > retry.times) {
      const message = application().secretNames.hide(error.message)
      return failRun(platform, run.id, attempts, { code: error.code, message, ...failedAt })
    }
    const waitMs = Math.round(retry.seconds * 1000 * 2 ** run.attempts)
    await postponeRun(platform, run.id, attempts, platform.clock.now() + waitMs)
    wakeIn(waitMs)
  }

  const stopListening = [
    platform.events.on('runsQueued', (runs) => {
      add(runs)
      goOn()
    }),
    platform.events.on('runsPutOff', ({ dueAt }) => wakeIn(dueAt - platform.clock.now())),
  ]

  return {
    start() {
      isStarted = true
      hasMore = true
      goOn()
    },
    async stop() {
      isStarted = false
      for (const stop of stopListening) stop()
      clearTimeout(timer)
      await reading
      await Promise.all(running)
    },
  }
}
