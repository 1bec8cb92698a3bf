/** `flowpot replay`: runs a recorded run again, offline, and compares every step with the record. */
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { folderUnreadable, readFolder } from '../engine/load/read-folder.ts'
import { type LoadedFolder, loadSources } from '../server/compose/load-folder.ts'
import { compareRuns, type Difference } from '../server/recorder/compare-runs.ts'
import { replayRun } from '../server/recorder/replay-run.ts'
import type { RunRecord } from '../server/recorder/run-record.ts'
import { callWrong } from '../workbench/refusals.ts'
import { describeDifference } from '../workbench/replay/describe-difference.ts'
import { findTrigger } from '../workbench/replay/find-trigger.ts'
import { readRecord } from '../workbench/replay/read-record.ts'
import { count, describeProblems, print, printError, printJson } from './output.ts'

export interface ReplayOptions {
  readonly folder?: string
  readonly against?: string
  /** Address of the application at the server that recorded the run. */
  readonly server?: string
  readonly json?: boolean
}

export async function replay(file: string, options: ReplayOptions): Promise<number> {
  const record = await readRecord(file, options.server)
  const loaded = await loadFlow(record, options)
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

interface LoadedFlow extends LoadedFolder {
  /** Places a thing in the file that was named, where the flow stands in for another. */
  readonly shown: <Placed extends { readonly file: string }>(placed: Placed) => Placed
}

/** The folder that the flow was recorded from, with `against` in place of the flow. */
async function loadFlow(record: RunRecord, { folder, against }: ReplayOptions): Promise<LoadedFlow> {
  const from = folder ?? dirname(record.file)
  const sources = await readFolder(from).catch((cause: unknown) => {
    if (folder !== undefined || !folderUnreadable.is(cause)) throw cause
    throw callWrong({ problem: `${from}, from where the run was recorded, is not here: say --folder.` }, { cause })
  })
  const isFlow = ({ file }: { readonly file: string }) => basename(file).replace(/\.ya?ml$/, '') === record.flow
  const standsAt = sources.find(isFlow)?.file ?? join(from, `${record.flow}.yaml`)
  if (against === undefined) {
    if (!sources.some(isFlow)) throw callWrong({ problem: `${from} has no flow ${record.flow}.` })
    return { ...loadSources(sources, record.limits), shown: (placed) => placed }
  }
  // Under the flow's own name, which is its ID.
  const text = await readFlow(against)
  const loaded = loadSources([...sources.filter((source) => !isFlow(source)), { file: standsAt, text }], record.limits)
  const shown: LoadedFlow['shown'] = (placed) => (placed.file === standsAt ? { ...placed, file: against } : placed)
  return { ...loaded, shown, problems: loaded.problems.map(shown), sources: loaded.sources.map(shown) }
}

async function readFlow(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `${file} cannot be read: ${reason}` }, { cause })
  }
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
