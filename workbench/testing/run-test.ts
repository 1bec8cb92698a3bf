/** Runs one test, on a store of its own. */

import { FlowpotError } from '../../contracts/errors.ts'
import { hideValues } from '../../engine/secret-names.ts'
import type { ShownVisit } from '../dry-run/record-run.ts'
import { compareStep } from './compare-step.ts'
import type { Test } from './read-tests.ts'
import { openStage, type TestScope } from './stage.ts'
import type { Failure } from './step-outcome.ts'

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
  const visits: (readonly ShownVisit[])[] = []
  const { secretNames } = scope.application
  const end = (failure: Failure | undefined) => ({
    test,
    ms: performance.now() - began,
    failure: hideValues(failure, secretNames),
    visits,
  })
  try {
    const stage = await openStage(test, scope)
    try {
      for (const step of test.steps) {
        const result = await stage.take(step)
        visits.push(result.visits)
        const failure = compareStep(step, result, stage.known(step)) ?? stage.save(step, result)
        if (failure) return end(failure)
      }
      return end(unusedStub(test, stage.unusedStubs()))
    } finally {
      await stage.close()
    }
  } catch (error) {
    return end(failureOf(error, test))
  }
}

/** An unused stub fails the test, since it describes something that the flow does not do. */
function unusedStub({ file, stubLine }: Test, [name]: readonly string[]): Failure | undefined {
  if (name === undefined) return undefined
  const line = stubLine(name)
  const message = `The stub of ${name} (${file}:${line}) is not used, or not all of it.`
  return { line, message, hint: 'Take out what nothing asks for, or say optional: true in it.' }
}

/** Why a test could not be run: the platform refused a seed or the address of a user, for example. */
function failureOf(error: unknown, { line }: Test): Failure {
  const isOurs = error instanceof FlowpotError
  const message = isOurs ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { line, message, ...(isOurs && error.hint !== undefined ? { hint: error.hint } : {}) }
}
