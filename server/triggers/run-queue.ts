/**
 * Runs what something other than a request has started: takes the runs that the platform has written down, in the order in
 * which they are due, and crosses each out, puts it off or marks it as failed.
 */
import type { Application, CompiledTrigger, RunLog, RunOutcome } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import type { TriggeredRun } from '../../platform/base/triggered-run.ts'
import type { Platform } from '../../platform/platform.ts'
import { failRun, finishRun, nextDueAt, postponeRun, readDueRuns } from '../../platform/runs/triggered-runs.ts'

export interface RunQueueOptions {
  readonly platform: Platform
  /** The current application; another one after a reload. */
  readonly application: () => Application
  readonly services: Services
  readonly log: RunLog
  /** Runs at once; requests are to find room beside them. */
  readonly atOnce?: number
}

export interface RunQueue {
  /** Takes up what was left by the process before, and goes on with what comes. */
  start(): void
  /** Begins nothing more. Resolves once what was begun has ended and is crossed out; the rest waits for the next start. */
  stop(): Promise<void>
}

const defaultAtOnce = 100
/** What waits in memory; more stays in the store until there is room. */
const mostWaiting = 1000
/** How long to wait where the store or the application could not take any more. */
const pauseMs = 500
/** setTimeout takes no more. */
const longestTimeoutMs = 2 ** 31 - 1

export function createRunQueue(options: RunQueueOptions): RunQueue {
  const { platform, application, services, log, atOnce = defaultAtOnce } = options
  const waiting: TriggeredRun[] = []
  /** IDs of those that wait or run, so that none is read twice. */
  const known = new Set<string>()
  const running = new Set<Promise<void>>()
  const busy = new Set<string>()
  let isStarted = false
  /** Whether the store may hold runs that are due and not known. */
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

  /** The first that waits for none before it. */
  const next = (): TriggeredRun | undefined => {
    const index = busy.size === 0 ? 0 : waiting.findIndex((run) => !busy.has(serialKey(run) ?? ''))
    return index === -1 ? undefined : waiting.splice(index, 1)[0]
  }

  /** Runs with the same go one after another. */
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

  /** The sooner of two wins. */
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

  /** Never rejects: what cannot be settled stays in the store and is due again. */
  const work = async (run: TriggeredRun): Promise<void> => {
    const current = application()
    const trigger = triggerOf(run.trigger)
    try {
      if (!trigger) {
        await failRun(platform, run.id, run.attempts, { code: 'RUN_NO_TRIGGER', message: 'Its trigger is no more.' })
        return
      }
      await settle(run, trigger, await begin(current, trigger, run))
    } catch (err) {
      // Too many runs at once, or a store that does not answer.
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
