/** `flowpot runs`: what a running server has recorded, as a list, or one run node by node. */
import type { RunRecord } from '../server/recorder/run-record.ts'
import { alignColumns } from '../workbench/align-columns.ts'
import { count } from '../workbench/count.ts'
import {
  fetchRecord,
  type ListedRun,
  listRuns,
  type RunChoice,
  showRecordedRun,
} from '../workbench/remote/recorded-runs.ts'
import { findServer, type RemoteServer, type ServerOptions } from '../workbench/remote/remote-server.ts'
import { describeDryRun } from './describe-dry-run.ts'
import { print, printJson } from './output.ts'

export interface RunsOptions extends ServerOptions, RunChoice {
  readonly failed?: boolean
  readonly json?: boolean
}

export async function runs(id: string | undefined, options: RunsOptions): Promise<number> {
  const server = await findServer(options)
  if (id !== undefined) return showRun(server, id, options.json ?? false)
  const listed = await listRuns(server, options)
  const shown = options.failed ? listed.filter(({ outcome }) => outcome === 'failed') : listed
  if (options.json) printJson({ runs: shown })
  else if (shown.length > 0) print(describeRuns(shown))
  else print(`No ${options.failed ? 'failed run' : 'run'} is recorded. ${whatIsRecorded}`)
  return 0
}

const whatIsRecorded =
  'A server records runs that fail; with --record all, or while somebody watches, it records every run.'

/** Prints what the run did, node by node. Returns the exit code: 1 if it has failed. */
export async function showRun(server: RemoteServer, id: string, isJson: boolean): Promise<number> {
  const record = await fetchRecord(server, id)
  if (isJson) printJson(record)
  else print(describeRecord(record))
  return record.outcome === 'failed' ? 1 : 0
}

function describeRecord(record: RunRecord): string {
  const { time, ms, isTraced, id } = record
  return [
    `${time}  ${ms.toFixed(1)} ms  ${id}`,
    ...(isTraced ? [] : ['Nobody watched this run: only its end is known.']),
    describeDryRun(showRecordedRun(record)),
  ].join('\n')
}

function describeRuns(runs: readonly ListedRun[]): string {
  const rows = alignColumns(
    runs.map(({ time, flow, label, outcome, ms, id }) => [time, flow, label, outcome, `${ms.toFixed(1)} ms`, id]),
  )
  const failed = runs.filter(({ outcome }) => outcome === 'failed').length
  return [
    ...rows.flatMap((row, index) => {
      const { error } = runs[index] ?? {}
      return error ? [row, `  ${error.code}: ${error.message}`] : [row]
    }),
    '',
    `${count(runs.length, 'run')}, ${failed} failed. What one did: flowpot runs ID`,
  ].join('\n')
}
