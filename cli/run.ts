/** `flowpot run`: one dry run of a flow, node by node, against a sample. */
import type { LoadedFolder } from '../server/compose/load-folder.ts'
import { openPlatform, openTemporaryPlatform } from '../server/compose/open-platform.ts'
import { readSettings } from '../server/settings.ts'
import { dryEffects, liveEffects } from '../workbench/dry-run/dry-effects.ts'
import { dryRun } from '../workbench/dry-run/dry-run.ts'
import { loadFlow } from '../workbench/dry-run/load-flow.ts'
import { readSample, type SampleOptions } from '../workbench/dry-run/read-sample.ts'
import { flowIdOf } from '../workbench/file-kinds.ts'
import { describeDryRun } from './describe-dry-run.ts'
import { describeProblems, print, printError, printJson } from './output.ts'

export interface RunOptions extends SampleOptions {
  readonly live?: boolean
  readonly data?: string
  readonly json?: boolean
}

export async function run(flowFile: string, options: RunOptions): Promise<number> {
  const settings = readSettings(options.data === undefined ? {} : { data: options.data }, process.env)
  const sample = await readSample(options)
  const { leftOut, ...loaded } = await loadFlow(flowFile, settings)
  for (const file of leftOut) printError(`Left out, since broken: ${file}`)
  if (!loaded.application) return reportBroken(loaded, options.json ?? false)
  const { application } = loaded
  const { live: isLive = false } = options
  const opened = await (isLive ? openPlatform(application, settings) : openTemporaryPlatform(application, settings))
  const { effects, close } = isLive ? liveEffects(application, settings, opened) : dryEffects(application)
  // Leaves no temporary store behind.
  const interrupted = () => opened.close().finally(() => process.exit(130))
  process.once('SIGINT', interrupted)
  try {
    const flowId = flowIdOf(flowFile)
    const result = await dryRun({ application, flowId, opened, effects, isLive, limits: settings }, sample)
    if (options.json) printJson(result)
    else print(describeDryRun(result))
    return result.ok ? 0 : 1
  } finally {
    process.off('SIGINT', interrupted)
    await close()
    await opened.close()
  }
}

function reportBroken({ problems, sources }: LoadedFolder, isJson: boolean): number {
  if (!isJson) {
    printError(describeProblems(problems, sources))
    return 1
  }
  const first = problems.find(({ severity }) => severity === 'error')
  const error = first && { code: first.code, message: first.message, file: first.file, line: first.line }
  printJson({ ok: false, reply: null, visits: [], calls: [], missing: [], payload: null, error, problems })
  return 1
}
