/** `flowpot test`: runs the tests beside the flows. */
import { readSettings } from '../server/settings.ts'
import { callWrong } from '../workbench/refusals.ts'
import { chooseTests } from '../workbench/testing/choose-tests.ts'
import { percentOf } from '../workbench/testing/coverage.ts'
import { toJunit } from '../workbench/testing/junit.ts'
import { runTests, type TestChoice, type TestReport } from '../workbench/testing/run-tests.ts'
import { writeText } from '../workbench/write-text.ts'
import { describeCoverage, describeReport, reportAsJson } from './describe-report.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { describeProblems, print, printError, printJson } from './output.ts'
import { testFromRun } from './test-from-run.ts'
import { watchFolder } from './watch-folder.ts'

export interface TestOptions {
  readonly filter?: string
  readonly coverage?: boolean
  /** The least percentage that must be covered. */
  readonly threshold?: string
  /** A file to write the results to, as JUnit XML. */
  readonly junit?: string
  readonly watch?: boolean
  /** A recorded run to make a test from. No test is run then. */
  readonly fromRun?: string
  /** With `fromRun`: where it was recorded, and what the test is called. */
  readonly server?: string
  readonly name?: string
  readonly json?: boolean
}

/** Options that make sense only if tests are run. */
const ofRunning = ['filter', 'coverage', 'threshold', 'junit', 'watch'] as const

/** Resolves with the exit code: 0 where every test passed and enough was covered. */
export async function test(path: string | undefined, options: TestOptions): Promise<number> {
  const { fromRun, server, name } = options
  if (fromRun !== undefined) {
    const other = ofRunning.find((option) => options[option] !== undefined)
    if (other !== undefined)
      throw callWrong({ problem: `--from-run makes a test and runs no others, so --${other} has no effect.` })
    return testFromRun(path, { ...options, fromRun })
  }
  if (server !== undefined || name !== undefined)
    throw callWrong({ problem: '--server and --name go with --from-run.' })
  const choice = await chooseTests(path ?? 'flows', options.filter)
  const threshold = readThreshold(options)
  const stopped = new AbortController()
  // The running tests still remove their stores.
  const stop = () => stopped.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  // From before the files are read, so that no change is missed.
  const watched = options.watch ? await watchFolder(choice.folder) : undefined
  try {
    const run = () => runOnce(choice, options, threshold, stopped.signal)
    const code = await run()
    if (!watched) return stopped.signal.aborted ? 130 : code
    await new Promise<void>((resolve) => {
      stopped.signal.addEventListener('abort', () => resolve())
      if (stopped.signal.aborted) resolve()
      const again = async () => {
        await run().catch(tellFailure)
      }
      watched.onChange(oneAtATime(again))
    })
    return 0
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    await watched?.close()
  }
}

/** A folder that cannot be read does not end the watching, since it may come back. */
function tellFailure(error: unknown): void {
  printError(error instanceof Error ? error.message : String(error))
}

function readThreshold({ threshold, coverage }: TestOptions): number | undefined {
  if (threshold === undefined) return undefined
  if (!coverage) throw callWrong({ problem: '--threshold goes with --coverage.' })
  const percent = Number(threshold)
  if (threshold.trim() !== '' && percent >= 0 && percent <= 100) return percent
  throw callWrong({ problem: `--threshold is "${threshold}", but it must be a number from 0 to 100.` })
}

async function runOnce(
  choice: TestChoice,
  options: TestOptions,
  threshold: number | undefined,
  signal: AbortSignal,
): Promise<number> {
  const report = await runTests(choice, readSettings({}, process.env), signal)
  const { results, problems, coverage, ms } = report
  if (options.junit !== undefined) await writeText(options.junit, toJunit(results, ms))
  const json = reportAsJson(report, options.coverage ? coverage : undefined)
  const isCovered = threshold === undefined || (results.length > 0 && percentOf(coverage) >= threshold)
  const isGood = json.ok && isCovered
  if (options.json) printJson({ ...json, ok: isGood })
  else printReport(report, choice, options, isCovered ? undefined : threshold)
  return isGood && !problems.some(({ severity }) => severity === 'error') ? 0 : 1
}

function printReport(
  report: TestReport,
  { folder, flowId, filter }: TestChoice,
  { coverage }: TestOptions,
  missedThreshold: number | undefined,
): void {
  const { problems, sources, results } = report
  if (problems.length > 0) printError(describeProblems(problems, sources))
  if (problems.some(({ severity }) => severity === 'error')) return
  if (results.length === 0) {
    const what = filter === undefined ? 'test' : `test whose name contains "${filter}"`
    printError(`There is no ${what} in ${folder}${flowId === undefined ? '' : ` for ${flowId}`}.`)
    printError('  hint: The tests of flows/NAME.yaml stand in flows/NAME.test.yaml.')
    return
  }
  print(describeReport(report))
  if (!coverage) return
  print()
  print(describeCoverage(report.coverage))
  if (missedThreshold !== undefined) printError(`Less than ${missedThreshold} % is covered.`)
}
