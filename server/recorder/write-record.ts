/** Writes the record of a run that has ended: finds out which visit did what, and takes the secrets out. */

import { FlowpotError } from '../../contracts/errors.ts'
import { redacted, type SecretNames } from '../../engine/secret-names.ts'
import { pathOf } from '../../engine/values/path.ts'
import { encode, type Json } from './encoding.ts'
import { createRedactor, type Redactor } from './redact.ts'
import type { CapturedCall, CapturedLog, CapturedVisit, RunCapture } from './run-capture.ts'
import type {
  DebugMessage,
  RecordedAnswer,
  RecordedChange,
  RecordedError,
  RecordedLimits,
  RecordedLog,
  RecordedVisit,
  RunRecord,
} from './run-record.ts'
import { type Budget, isSnapshotMap, type Snapshot, takeText } from './snapshot.ts'

/** How much space the messages of a run's errors may take. */
const bytesOfErrors = 64 * 1024

export function writeRecord(capture: RunCapture, limits: RecordedLimits, names: SecretNames): RunRecord {
  const { request, visits, calls, logs, draws, outcome } = capture
  const visitOf = visitFinder(visits)
  const redactor = createRedactor(names)
  createLearning(capture, redactor)()
  const kept = (value: Snapshot): Json => encode(redactor.redact(value))
  const text = (value: Snapshot): string => String(kept(value))
  const errors: Budget = { bytes: bytesOfErrors, comparisons: 0, isCut: false }
  const error = (thrown: unknown): RecordedError => describeError(thrown, (message) => text(takeText(message, errors)))
  // Written before the errors of the visits, so that there is room for it.
  const failed = outcome?.error && { ...error(outcome.error), ...outcome.failedAt }

  const logsOf = new Map<number | undefined, RecordedLog[]>()
  for (const log of logs) {
    const { level, message, details } = log
    if (level === 'error') continue
    const visit = visitOf(log)
    const recorded = { level, message: text(message), ...(details === undefined ? {} : { details: kept(details) }) }
    const ofVisit = logsOf.get(visit)
    if (ofVisit) ofVisit.push(recorded)
    else logsOf.set(visit, [recorded])
  }
  const written = visits.map(({ visited, changes }, index): RecordedVisit => {
    const { nodeName, type, flow, file, line, output = null, began, ms } = visited
    return {
      node: nodeName,
      type,
      flow,
      file,
      line,
      output,
      at: round(began),
      ms: round(ms),
      changes: changes.map((change) => writeChange(change, redactor, text)),
      logs: logsOf.get(index) ?? [],
      ...(visited.error === undefined ? {} : { error: error(visited.error) }),
    }
  })
  const isSecret = written.map(makesSecret)
  return {
    version: 1,
    id: request.id,
    flow: request.trigger.flow.id,
    trigger: { id: request.trigger.id, type: request.trigger.type },
    time: new Date(capture.startedAt).toISOString(),
    ms: round(capture.ms),
    outcome: failed ? 'failed' : 'ok',
    ...(failed ? { error: failed } : {}),
    file: request.trigger.flow.file,
    reply: kept(outcome?.reply ? capture.reply : null),
    limits,
    payload: kept(capture.payload),
    visits: written,
    calls: calls.map((call) => ({
      visit: visitOf(call) ?? null,
      call: call.call,
      params: kept(call.params),
      answer: writeAnswer(call, kept, error),
      answered: call.answered ?? null,
    })),
    clock: capture.clockReadings,
    random: draws.map((draw) => ((isSecret[visitOf(draw) ?? -1] ?? true) ? redacted : draw.hex)),
    missing: [...capture.missingPaths].map(text),
    isRedacted: redactor.hasRedacted,
    isCut: capture.isCut || errors.isCut || redactor.isCut,
    isTraced: capture.isTraced,
  }
}

/** Writes what is logged in a run that goes on, without the secrets that it has shown by then. */
export function createLogWriter(capture: RunCapture, names: SecretNames) {
  const { request } = capture
  const redactor = createRedactor(names)
  const learn = createLearning(capture, redactor)
  return (log: CapturedLog, visit: CapturedVisit | undefined): DebugMessage => {
    learn()
    return {
      time: new Date(capture.startedAt + log.during).toISOString(),
      run: request.id,
      flow: request.trigger.flow.id,
      ...(visit ? { node: visit.visited.nodeName } : {}),
      level: log.level,
      message: String(encode(redactor.redact(log.message))),
      ...(log.details === undefined ? {} : { details: encode(redactor.redact(log.details)) }),
    }
  }
}

/** Finds the visit during which something was done. */
function visitFinder(visits: readonly CapturedVisit[]) {
  const byBegin = new Map(visits.map(({ visited }, index) => [visited.began, index]))
  return ({ during, visits: ended }: { readonly during: number; readonly visits: number }): number | undefined => {
    // Until its node waits, a visit is the last one that began. What is done later is attributed to the next visit that ends, which is wrong
    // only if several branches wait at the same time.
    const index = byBegin.get(during) ?? ended
    return index < visits.length ? index : undefined
  }
}

function makesSecret({ changes }: RecordedVisit): boolean {
  return JSON.stringify(changes).includes(redacted)
}

/** Returns a function that learns what is new since its last call, since a run may log ten thousand times. */
function createLearning(capture: RunCapture, redactor: Redactor): () => void {
  const learned = { isBegun: false, hasReply: false, visits: 0, calls: 0, answered: 0, logs: 0 }

  return () => {
    const { payload, reply, visits, calls, answered, logs } = capture
    if (!learned.isBegun) redactor.learn(payload)
    if (!learned.hasReply) redactor.learn(reply)
    for (const { changes } of visits.slice(learned.visits)) {
      for (const { path, value } of changes) redactor.learn(under(path, value))
    }
    for (const { params } of calls.slice(learned.calls)) redactor.learn(params)
    for (const { answer } of answered.slice(learned.answered)) {
      if (answer && 'value' in answer) redactor.learn(answer.value)
    }
    for (const { details } of logs.slice(learned.logs)) redactor.learn(details)
    learned.isBegun = true
    learned.hasReply = reply !== undefined
    learned.visits = visits.length
    learned.calls = calls.length
    learned.answered = answered.length
    learned.logs = logs.length
  }
}

/** The value nested in maps by its path, since any key on the path may name a secret. */
function under(path: readonly string[], value: Snapshot): Snapshot {
  return path.reduceRight<Snapshot>((held, key) => ({ [key]: held }), value)
}

function writeChange(
  change: CapturedVisit['changes'][number],
  redactor: Redactor,
  text: (value: string) => string,
): RecordedChange {
  const path = pathOf(change.path.map(text)).text
  if (!('value' in change)) return { path }
  let held: Snapshot = redactor.redact(under(change.path, change.value))
  for (let depth = 0; depth < change.path.length; depth++) held = isSnapshotMap(held) ? Object.values(held)[0] : held
  return { path, value: encode(held) }
}

function writeAnswer(
  { answer }: CapturedCall,
  kept: (value: Snapshot) => Json,
  error: (thrown: unknown) => RecordedError,
): RecordedAnswer | null {
  if (!answer) return null
  if ('thrown' in answer) {
    const { thrown } = answer
    return { thrown: { ...error(thrown), ...(thrown instanceof FlowpotError ? { statusCode: thrown.status } : {}) } }
  }
  const { value } = answer
  if (!isSnapshotMap(value)) return { result: kept(value) }
  return 'error' in value ? { error: kept(value.error) } : { result: kept(value.result) }
}

function describeError(thrown: unknown, text: (value: string) => string): RecordedError {
  if (thrown instanceof FlowpotError) return { code: thrown.code, message: text(thrown.message) }
  if (thrown instanceof Error) return { code: thrown.name, message: text(thrown.message) }
  return { code: 'Error', message: text(String(thrown)) }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
