/** Runs the tests of an application's folder, several at a time. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flowIdOf } from '../../engine/load/file-kinds.ts'
import { readFolder } from '../../engine/load/read-folder.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { hasErrors, type Problem } from '../../engine/source/problem.ts'
import { openStore } from '../../platform/store/open-store.ts'
import { loadSources } from '../../server/compose/load-folder.ts'
import type { Settings } from '../../server/settings.ts'
import { type FlowCoverage, measureCoverage } from './coverage.ts'
import { readTestFiles } from './read-test-files.ts'
import type { Test } from './read-tests.ts'
import { runTest, type TestResult } from './run-test.ts'
import type { TestScope } from './stage.ts'
import { createStandIn } from './stand-in.ts'

export interface TestChoice {
  readonly folder: string
  /** Only the tests of this flow. */
  readonly flowId: string | undefined
  /** Only tests whose name contains this text, ignoring case. */
  readonly filter: string | undefined
}

export interface TestReport {
  readonly problems: readonly Problem[]
  readonly sources: readonly SourceFile[]
  /** In the order of the files. Empty where a problem is an error. */
  readonly results: readonly TestResult[]
  readonly coverage: readonly FlowCoverage[]
  readonly ms: number
}

/** How many tests run at a time. More would not be faster, since tests mostly wait for the store and the event loop. */
const atOnce = 8

export async function runTests(choice: TestChoice, settings: Settings, signal?: AbortSignal): Promise<TestReport> {
  const began = performance.now()
  const standIn = createStandIn()
  const sources = await readFolder(choice.folder)
  const loaded = loadSources(sources, settings, standIn.wrapVisit)
  const isChosen = ({ file }: SourceFile) => choice.flowId === undefined || flowIdOf(file) === choice.flowId
  // If a flow is broken, names in the tests cannot be checked.
  const read = loaded.application ? readTestFiles(sources.filter(isChosen), standIn) : { tests: [], problems: [] }
  const problems = [...loaded.problems, ...read.problems]
  const end = (results: readonly TestResult[], coverage: readonly FlowCoverage[]): TestReport => ({
    problems,
    sources,
    results,
    coverage,
    ms: performance.now() - began,
  })
  if (!loaded.application || hasErrors(problems)) return end([], [])
  const { application } = loaded
  const tests = read.tests.filter((test) => isAskedFor(test, choice.filter))
  const results = await withEmptyStore((emptyStore) =>
    runAll(tests, { application, settings, standIn, emptyStore }, signal),
  )
  const nodes = standIn.nodes.filter(({ flow }) => choice.flowId === undefined || flow.id === choice.flowId)
  const runs = results.flatMap(({ visits }) => visits)
  return end(results, measureCoverage(nodes, runs))
}

function isAskedFor({ name }: Test, filter: string | undefined): boolean {
  return filter === undefined || name.toLowerCase().includes(filter.toLowerCase())
}

/** Creating the tables takes most of the time of opening a store, so they are created once, and the file is copied. */
export async function withEmptyStore<Result>(work: (file: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'flowpot-test-'))
  try {
    const file = join(folder, 'empty.db')
    const store = await openStore({ file, durability: 'off' })
    await store.close()
    return await work(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Once the signal is aborted no further test begins. */
async function runAll(
  tests: readonly Test[],
  scope: TestScope,
  signal: AbortSignal | undefined,
): Promise<readonly TestResult[]> {
  const results: TestResult[] = []
  let next = 0
  const lane = async () => {
    for (let index = next++; index < tests.length && !signal?.aborted; index = next++) {
      const test = tests[index]
      if (test) results[index] = await runTest(test, scope)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results.filter((result) => result !== undefined)
}
