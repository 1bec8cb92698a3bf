/** What came of the tests, as a person reads it and as programs do. */

import type { RecordedVisit } from '../workbench/dry-run/recording.ts'
import { type FlowCoverage, type Missed, percentOf, type Share } from '../workbench/testing/coverage.ts'
import type { TestResult } from '../workbench/testing/run-test.ts'
import type { TestReport } from '../workbench/testing/run-tests.ts'
import type { Failure, PlacedDifference } from '../workbench/testing/step-outcome.ts'
import { count } from './output.ts'
import { alignColumns } from './routes.ts'

/** A line a test, what failed, and how many. */
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

export function describeFailure({ test, failure }: TestResult): string {
  const { step, message, hint, differences = [], repliedBy, way = [] }: Partial<Failure> = failure ?? {}
  const where = step === undefined ? '' : `, step ${step}`
  return [
    `FAIL  ${test.file}:${test.line}  ${test.name}${where}`,
    ...(message === undefined ? [] : [indent(message, 2)]),
    ...(hint === undefined ? [] : [indent(`hint: ${hint}`, 2)]),
    ...differences.flatMap((difference) => describeDifference(difference, test.file)),
    ...(repliedBy === undefined ? [] : [`  replied by ${repliedBy}`]),
    ...(way.length === 0 ? [] : ['  the way taken:', ...describeWay(way)]),
  ].join('\n')
}

function describeDifference({ path, expected, actual, line }: PlacedDifference, file: string): string[] {
  return [`  ${path}  (${file}:${line})`, indent(`expected  ${expected}`, 4), indent(`actual    ${actual}`, 4)]
}

function describeWay(way: readonly RecordedVisit[]): string[] {
  return alignColumns(
    way.map(({ node, type, output, file, line }) => [
      `    ${node}`,
      type,
      output === null ? 'failed' : `→ ${output}`,
      `${file}:${line}`,
    ]),
  )
}

function indent(text: string, columns: number): string {
  return text.replace(/^/gm, ' '.repeat(columns))
}

/** Flow by flow, then what was never reached. */
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
