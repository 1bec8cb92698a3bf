/**
 * Records the runs of an application, whatever started them: the last runs of each flow in memory, the failed ones in the store.
 *
 * Watching a run node by node takes ten times as long as running six nodes, and a third of the time of a request. So a run is only watched if
 * its record is likely to be read: always in the mode `all`, while somebody watches, and in the mode `failed` once a run of the same flow has
 * failed. The first failure of a flow is recorded from what the engine knows at the end of the run.
 */
import type { Application, RunEnded, RunObserver, RunRequest } from '../../engine/application.ts'
import type { SecretNames } from '../../engine/secret-names.ts'
import type { Platform } from '../../platform/platform.ts'
import {
  type KeepBounds,
  keepRuns,
  listKeptRuns,
  readKeptRun,
  type StoredRun,
} from '../../platform/runs/recorded-runs.ts'
import { createRing, type KeptRun } from './ring.ts'
import { type OnLog, RunCapture } from './run-capture.ts'
import type { DebugMessage, RecordedLimits, RunRecord, RunSummary } from './run-record.ts'
import { createLogWriter, writeRecord } from './write-record.ts'

export const recordModes = ['off', 'failed', 'all'] as const
export type RecordMode = (typeof recordModes)[number]

export interface RecorderOptions {
  readonly platform: Pick<Platform, 'store' | 'clock' | 'log'>
  readonly mode: RecordMode
  readonly bounds: KeepBounds
  readonly settings: RecordedLimits
}

export interface Recorder {
  /** The same application; its runs are recorded. */
  record(application: Application): Application
  /** The newest first. */
  list(query: { readonly flowId?: string | undefined; readonly limit: number }): Promise<RunSummary[]>
  /** The whole record, as JSON. */
  find(id: string): Promise<string | undefined>
  /** Tells the watcher of every run from now on, once the run has ended. Returns a function that stops this. */
  watchRuns(watcher: (run: KeptRun) => void): () => void
  /** Tells the watcher what runs log that begin from now on. Returns a function that stops this. */
  watchLogs(watcher: (message: DebugMessage) => void): () => void
  /** Writes the failed runs that still wait to the store. */
  close(): Promise<void>
}

/** How long the runs of a flow are watched after one of them has failed. */
const alertMs = 3_600_000
/** Failed runs are written together. Of each flow, no more are written than are kept. */
const writeEveryMs = 1000

export function createRecorder({ platform, mode, bounds, settings }: RecorderOptions): Recorder {
  const { runTimeoutMs, maxVisits, maxPayloadBytes } = settings
  // `settings` holds more than the limits, secrets among it, so it is not kept as it is.
  const limits = { runTimeoutMs, maxVisits, maxPayloadBytes }
  const ring = createRing(bounds, () => platform.clock.now())
  const runWatchers = new Set<(run: KeptRun) => void>()
  const logWatchers = new Set<(message: DebugMessage) => void>()
  /** By flow, until when its runs are watched. */
  const alerts = new Map<string, number>()
  const failed = createFailedRuns(platform, bounds)

  /** While more runs of a flow fail than are kept, the surplus is not recorded and costs nothing. */
  const isFull = ({ trigger }: RunRequest): boolean =>
    mode !== 'all' && runWatchers.size === 0 && failed.countOf(trigger.flow.id) >= bounds.runsOfFlow

  const isWatched = ({ trigger }: RunRequest): boolean => {
    if (mode === 'all' || runWatchers.size > 0 || logWatchers.size > 0) return true
    const until = mode === 'failed' ? alerts.get(trigger.flow.id) : undefined
    return until !== undefined && until > performance.now()
  }

  const keep = (capture: RunCapture, names: SecretNames): void => {
    const record = writeRecord(capture, limits, names)
    const run = { summary: summaryOf(record), json: JSON.stringify(record) }
    ring.add(run)
    for (const watcher of runWatchers) watcher(run)
    if (record.outcome === 'ok' || mode === 'off') return
    alerts.set(record.flow, performance.now() + alertMs)
    failed.add(run)
  }

  /** Makes what tells the watchers of the logs of one run. */
  const logTeller = (names: SecretNames): OnLog => {
    let write: ReturnType<typeof createLogWriter> | undefined
    return (capture, log, visit) => {
      write ??= createLogWriter(capture, names)
      const message = write(log, visit)
      for (const watcher of logWatchers) watcher(message)
    }
  }

  const observe = (request: RunRequest, names: SecretNames): readonly RunObserver[] => {
    const isWanted = mode !== 'off' || runWatchers.size > 0 || logWatchers.size > 0
    if (!isWanted || (isFull(request) && logWatchers.size === 0)) return []
    if (!isWatched(request)) {
      // Of a run that nobody watched, how it failed and its last payload can still be recorded.
      return [{ ended: (end) => end.outcome.error && keep(captureEnd(request, end), names) }]
    }
    const capture = new RunCapture(request, { onLog: logWatchers.size > 0 ? logTeller(names) : undefined })
    const isKept = (hasFailed: boolean) => mode === 'all' || runWatchers.size > 0 || (mode === 'failed' && hasFailed)
    return [capture, { ended: ({ outcome }) => isKept(outcome.error !== undefined) && keep(capture, names) }]
  }

  return {
    record: (application) => ({
      ...application,
      start(request, observers) {
        const own = observe(request, application.secretNames)
        return application.start(request, observers ? [...observers, ...own] : own)
      },
    }),
    async list({ flowId, limit }) {
      const stored = await listKeptRuns(platform, { ms: bounds.ms, limit, flowId })
      const summaries = new Map<string, RunSummary>()
      for (const json of stored) {
        const summary: RunSummary = JSON.parse(json)
        summaries.set(summary.id, summary)
      }
      for (const { summary } of ring.list()) summaries.set(summary.id, summary)
      return [...summaries.values()]
        .filter(({ flow }) => flowId === undefined || flow === flowId)
        .sort((a, b) => b.time.localeCompare(a.time))
        .slice(0, limit)
    },
    find: async (id) => ring.find(id)?.json ?? readKeptRun(platform, id, bounds.ms),
    watchRuns(watcher) {
      runWatchers.add(watcher)
      return () => runWatchers.delete(watcher)
    },
    watchLogs(watcher) {
      logWatchers.add(watcher)
      return () => logWatchers.delete(watcher)
    },
    close: failed.close,
  }
}

function captureEnd(request: RunRequest, end: RunEnded): RunCapture {
  const capture = new RunCapture(request)
  capture.ended(end)
  return capture
}

function summaryOf({ id, flow, trigger, time, ms, outcome, error }: RunRecord): RunSummary {
  return { id, flow, trigger, time, ms, outcome, ...(error ? { error } : {}) }
}

/** The failed runs that wait to be written: of each flow, no more than would be kept. */
function createFailedRuns(platform: RecorderOptions['platform'], bounds: KeepBounds) {
  const waiting = createRing({ ...bounds, ms: Number.POSITIVE_INFINITY }, () => 0)
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  const write = async (): Promise<void> => {
    timer = undefined
    const runs = waiting.take().map(
      ({ summary, json }): StoredRun => ({
        id: summary.id,
        flowId: summary.flow,
        time: Date.parse(summary.time),
        summary: JSON.stringify(summary),
        record: json,
      }),
    )
    if (runs.length === 0) return
    try {
      await keepRuns(platform, runs, bounds)
    } catch (err) {
      platform.log.error({ err }, 'Failed runs could not be recorded')
    }
  }

  return {
    add(run: KeptRun): void {
      waiting.add(run)
      timer ??= setTimeout(() => {
        writing = write()
      }, writeEveryMs)
    },
    countOf: waiting.countOf,
    async close(): Promise<void> {
      clearTimeout(timer)
      await writing
      await write()
    },
  }
}
