/** Records the run that an application begins next, and shows the record as `flowpot run` and tests do. */
import type { Application, RunOutcome } from '../../engine/application.ts'
import type { Told } from '../../engine/effect.ts'
import { effectNamed, effects } from '../../engine/effects.ts'
import type { SecretNames } from '../../engine/secret-names.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { decode } from '../../server/recorder/encoding.ts'
import { boundsOfAuthor, RunCapture } from '../../server/recorder/run-capture.ts'
import type {
  RecordedAnswer,
  RecordedCall,
  RecordedLimits,
  RecordedVisit,
  RunRecord,
} from '../../server/recorder/run-record.ts'
import { writeRecord } from '../../server/recorder/write-record.ts'
import { plain, plainOf } from './plain-value.ts'

export interface ShownVisit extends Pick<RecordedVisit, 'node' | 'type' | 'output' | 'ms' | 'file' | 'line'> {
  readonly id: string | null
  readonly logs: readonly ShownLog[]
}

export interface ShownLog {
  readonly level: string
  readonly message: string
  /** As they were at that moment. */
  readonly details?: unknown
}

export interface ShownCall {
  /** Which visit made it, counted from 0; `null` if the run ended before that visit did. */
  readonly visit: number | null
  /** An action of the platform, or the name of an effect that goes to somebody else: `http`, `mail`, `flow`. */
  readonly call: string
  readonly params: unknown
  readonly outcome: Told
  /** For what goes to somebody else: whether it was really sent, or at least tried. */
  readonly sent?: boolean
}

/** What one run did, without secrets. */
export interface ShownRun {
  readonly outcome: RunOutcome
  readonly visits: readonly ShownVisit[]
  readonly calls: readonly ShownCall[]
  readonly missing: readonly string[]
}

export interface Recording {
  /** The application; a run that it starts is recorded. */
  readonly application: Application
  /** The run that was started last, once it has ended; `undefined` if none was started. */
  ended(): Promise<ShownRun | undefined>
}

export interface RecordingOptions {
  readonly limits: RecordedLimits
  /** Whether effects are real. */
  readonly isLive?: boolean
  /** Changes the payload before the first node sees it. */
  readonly prepare?: (payload: Payload) => Payload
}

export function recordRuns(application: Application, { limits, isLive = false, prepare }: RecordingOptions): Recording {
  let last: { readonly capture: RunCapture; readonly done: Promise<RunOutcome> } | undefined
  return {
    application: {
      ...application,
      start(request, observers = []) {
        const capture = new RunCapture(request, { bounds: boundsOfAuthor })
        const running = application.start({ ...request, ...(prepare && { prepare }) }, [...observers, capture])
        last = { capture, done: running.done }
        return running
      },
    },
    async ended() {
      if (!last) return undefined
      const outcome = await last.done
      return show(last.capture, outcome, { limits, isLive, names: application.secretNames })
    },
  }
}

interface Showing {
  readonly limits: RecordedLimits
  readonly isLive: boolean
  readonly names: SecretNames
}

function show(capture: RunCapture, outcome: RunOutcome, { limits, isLive, names }: Showing): ShownRun {
  const ids = capture.visits.map(({ visited }) => visited.id ?? null)
  return { outcome, ...showRecord(writeRecord(capture, limits, names), { isLive, ids }) }
}

/** `ids` are those of the nodes that were visited, by index; a record does not tell them from places. */
export function showRecord(
  { visits, calls, missing }: Pick<RunRecord, 'visits' | 'calls' | 'missing'>,
  { isLive, ids = [] }: { readonly isLive: boolean; readonly ids?: readonly (string | null)[] },
): Omit<ShownRun, 'outcome'> {
  return {
    visits: visits.map(({ node, type, output, ms, file, line, logs }, index) => ({
      id: ids[index] ?? null,
      node,
      type,
      output,
      ms,
      file,
      line,
      logs: logs.map(({ details, ...log }) => (details === undefined ? log : { ...log, details: plainOf(details) })),
    })),
    calls: calls.flatMap((call) => showCall(call, isLive)),
    missing,
  }
}

/** Nothing for a call that was never answered, and for what a flow does within the process. */
function showCall({ visit, call, params, answer }: RecordedCall, isLive: boolean): readonly ShownCall[] {
  const effect = effectNamed(call)
  const { sent } = effect
  if (answer === null || (!sent && effect !== effects.api)) return []
  if (!sent) return [{ visit, call, params: plainOf(params), outcome: outcomeOf(answer) }]
  const isSent = isLive && !sent.takesServer
  return [
    {
      visit,
      call,
      params: plain(sent.show(decode(params))),
      outcome: outcomeOf(answer, sent.showResult),
      sent: isSent,
    },
  ]
}

function outcomeOf(answer: RecordedAnswer, showResult = (result: unknown): unknown => result): Told {
  if ('result' in answer) return { result: plain(showResult(decode(answer.result))) ?? null }
  if ('error' in answer) return { error: plainOf(answer.error) }
  const { code, message, statusCode = 500 } = answer.thrown
  return { error: { type: code, statusCode, message } }
}
