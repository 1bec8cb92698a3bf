/** Runs one test, on a store of its own. */

import { FlowpotError } from '../../contracts/errors.ts'
import { hideValues } from '../../engine/secret-names.ts'
import type { ShownVisit } from '../dry-run/record-run.ts'
import type { Test } from './read-tests.ts'
import { playTest, type TestScope } from './stage.ts'
import type { Failure, StepOutcome } from './step-outcome.ts'

export interface TestResult {
  readonly test: Test
  readonly ms: number
  /** Why the first step that failed did so. */
  readonly failure: Failure | undefined
  /** The visits of each step. */
  readonly visits: readonly (readonly ShownVisit[])[]
}

export async function runTest(test: Test, scope: TestScope): Promise<TestResult> {
  const began = performance.now()
  const results: StepOutcome[] = []
  const failure = await playTest(test, scope, results).catch((error: unknown) => failureOf(error, test))
  return {
    test,
    ms: performance.now() - began,
    failure: hideValues(failure, scope.application.secretNames),
    visits: results.map(({ visits }) => visits),
  }
}

/** Why a test could not be run: the platform refused a seed or the address of a user, for example. */
function failureOf(error: unknown, { line }: Test): Failure {
  const isOurs = error instanceof FlowpotError
  const message = isOurs ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { line, message, ...(isOurs && error.hint !== undefined ? { hint: error.hint } : {}) }
}
