/** Why a test failed, for people. */

import { alignColumns } from '../align-columns.ts'
import type { ShownVisit } from '../dry-run/record-run.ts'
import type { TestResult } from './run-test.ts'
import type { Failure, PlacedDifference } from './step-outcome.ts'

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

function describeWay(way: readonly ShownVisit[]): string[] {
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
