/** `flowpot test --from-run`: makes a test from a recorded run, next to its flow. */
import { dirname, join } from 'node:path'
import { loadFolder } from '../server/compose/load-folder.ts'
import type { RunRecord } from '../server/recorder/run-record.ts'
import { readSettings } from '../server/settings.ts'
import { flowIdOf, isTestFile, isYamlFile } from '../workbench/file-kinds.ts'
import { callWrong } from '../workbench/refusals.ts'
import { findTrigger } from '../workbench/replay/find-trigger.ts'
import { readRecord } from '../workbench/replay/read-record.ts'
import { placeTest } from '../workbench/testing/from-run/place-test.ts'
import { refuseChangedFlow } from '../workbench/testing/from-run/refuse-changed-flow.ts'
import { repeatRun } from '../workbench/testing/from-run/repeat-run.ts'
import { idsByFlow } from '../workbench/testing/read-test-files.ts'
import { withEmptyStore } from '../workbench/testing/run-tests.ts'
import { createStandIn } from '../workbench/testing/stand-in.ts'
import { print, printJson, reportProblems, shellQuoted } from './output.ts'

export interface FromRunOptions {
  /** A file with the record, `-`, or the ID of a run of `server`. */
  readonly fromRun: string
  readonly server?: string
  /** Name of the test. */
  readonly name?: string
  readonly json?: boolean
}

/** `path` is the application's folder or the flow; where the run was recorded unless it is given. Resolves with the exit code. */
export async function testFromRun(path: string | undefined, options: FromRunOptions): Promise<number> {
  const record = await readRecord(options.fromRun, options.server)
  refuseUnrepeatable(record)
  const settings = readSettings({}, process.env)
  const folder = folderOf(path, record)
  const standIn = createStandIn()
  const { application, ...loaded } = await loadFolder(folder, settings, standIn.wrapVisit)
  if (!application) return reportProblems(loaded, options.json)
  if (!application.flows.some(({ id }) => id === record.flow)) {
    throw callWrong({ problem: `${folder} has no flow ${record.flow}, which the run went through.` })
  }
  const trigger = findTrigger(application, record)
  await refuseChangedFlow(application, trigger, record, standIn)

  const existing = loaded.sources.find(({ file }) => isTestFile(file) && flowIdOf(file) === record.flow)
  const source = existing ?? { file: join(dirname(trigger.flow.file), `${record.flow}.test.yaml`), text: '' }
  const run = { record, trigger, file: source.file, name: options.name }
  const draft = await withEmptyStore((emptyStore) => repeatRun(run, { application, settings, standIn, emptyStore }))
  const { name, line } = await placeTest(source, draft, idsByFlow(standIn.nodes))
  if (options.json) printJson({ file: source.file, line, name })
  else {
    print(`${existing ? 'Added to' : 'Made'} ${source.file}:${line}  ${name}. It passes.

Next:
  flowpot test ${shellQuoted(source.file)}`)
  }
  return 0
}

function folderOf(path: string | undefined, { file }: RunRecord): string {
  if (path === undefined) return dirname(file)
  return isYamlFile(path) ? dirname(path) : path
}

function refuseUnrepeatable({ id, isCut, error }: RunRecord): void {
  if (isCut)
    throw callWrong({ problem: `Something of the run ${id} was too large for its record, so no test can repeat it.` })
  if (error?.code === 'RUN_TIMED_OUT')
    throw callWrong({ problem: `The run ${id} ran out of time, which no test does: nothing in one takes any.` })
}
