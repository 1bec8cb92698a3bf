/** `flowpot replay`: runs a recorded run again, offline, and compares every step with the record. */
import type { LoadedFolder } from '../server/compose/load-folder.ts'
import { compareRuns, type Difference } from '../server/recorder/compare-runs.ts'
import { replayRun } from '../server/recorder/replay-run.ts'
import type { RunRecord } from '../server/recorder/run-record.ts'
import { count } from '../workbench/count.ts'
import { describeDifference } from '../workbench/replay/describe-difference.ts'
import { findTrigger } from '../workbench/replay/find-trigger.ts'
import { loadRecordedFlow } from '../workbench/replay/load-recorded-flow.ts'
import { readRecord } from '../workbench/replay/read-record.ts'
import { describeProblems, print, printError, printJson } from './output.ts'

export interface ReplayOptions {
  readonly folder?: string
  readonly against?: string
  /** Address of the application at the server that recorded the run. */
  readonly server?: string
  readonly json?: boolean
}

export async function replay(file: string, options: ReplayOptions): Promise<number> {
  const record = await readRecord(file, options.server)
  const loaded = await loadRecordedFlow(record, options)
  const trigger = loaded.application && findTrigger(loaded.application, record)
  if (!loaded.application || !trigger) return reportBroken(loaded, options.json ?? false)
  const replayed = await replayRun(loaded.application, trigger, record)
  const visits = replayed.visits.map(loaded.shown)
  const difference = compareRuns(record, { ...replayed, visits })
  if (options.json)
    printJson({ ok: difference === undefined, steps: record.visits.length, difference: difference ?? null })
  else report(record, difference)
  return difference ? 1 : 0
}

function reportBroken({ problems, sources }: LoadedFolder, isJson: boolean): number {
  if (isJson) printJson({ ok: false, problems })
  else printError(describeProblems(problems, sources))
  return 2
}

function report(record: RunRecord, difference: Difference | undefined): void {
  if (difference) print(describeDifference(difference))
  else print(`Equal: ${count(record.visits.length, 'step')} of ${record.flow}, ${count(record.calls.length, 'call')}.`)
  if (record.isRedacted) {
    printError('Secrets were taken out of the record: a node that computes with one computes with "[redacted]" now.')
  }
  if (record.isCut)
    printError('Something was too large for the record, and is cut in it: what follows from it may differ.')
}
