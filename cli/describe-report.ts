/** Describes the results of tests for people and for programs. */

import { alignColumns } from '../workbench/align-columns.ts'
import { count } from '../workbench/count.ts'
import { type FlowCoverage, type Missed, percentOf, type Share } from '../workbench/testing/coverage.ts'
import { describeFailure } from '../workbench/testing/describe-failure.ts'
import type { TestReport } from '../workbench/testing/run-tests.ts'

/** One line for each test, then the failures, then the counts. */
export function describeReport({ results, ms }: TestReport): string {
  const failed = results.filter(({ failure }) => failure !== undefined)
  const rows = results.map(({ test, failure, ms }) => [
    failure ? 'FAIL' : 'ok',
    `${test.file}:${test.line}`,
    test.name,
    `${Math.round(ms)} ms`,
  ])
  return [
    ...alignColumns(rows),
    ...(rows.length > 0 ? [''] : []),
    ...failed.flatMap((result) => [describeFailure(result), '']),
    `${count(results.length, 'test')}: ${failed.length === 0 ? 'all passed' : `${failed.length} failed`}, ${Math.round(ms)} ms.`,
  ].join('\n')
}

/** One line for each flow, then what was never reached. */
export function describeCoverage(coverage: readonly FlowCoverage[]): string {
  const rows = coverage.map(({ file, nodes, branches }) => [
    file,
    `${share(nodes)} nodes`,
    `${share(branches)} branches`,
  ])
  const missed = coverage.flatMap(({ file, missed }) => missed.map((one) => describeMissed(file, one)))
  return [...alignColumns(rows), ...missed, `Coverage: ${percentOf(coverage)} %.`].join('\n')
}

function share({ covered, total }: Share): string {
  return `${covered}/${total}`
}

function describeMissed(file: string, { node, line, output }: Missed): string {
  return `  ${file}:${line}  ${node} ${output === undefined ? 'is never visited' : `→ ${output} is never taken`}`
}

export function reportAsJson({ results, problems, ms }: TestReport, coverage: readonly FlowCoverage[] | undefined) {
  return {
    ok: results.length > 0 && results.every(({ failure }) => failure === undefined),
    tests: results.map(({ test, failure, ms }) => ({
      name: test.name,
      file: test.file,
      line: test.line,
      ok: failure === undefined,
      ms,
      ...(failure && { failure }),
    })),
    problems,
    ...(coverage && { coverage: { percent: percentOf(coverage), flows: coverage } }),
    ms,
  }
}
