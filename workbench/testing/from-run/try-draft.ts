/** Runs a test before it is written to its file. */
import { FlowpotError } from '../../../contracts/errors.ts'
import { idsByFlow } from '../read-test-files.ts'
import { readTests } from '../read-tests.ts'
import { playTest, type TestScope } from '../stage.ts'
import type { StepOutcome } from '../step-outcome.ts'
import { type Draft, writeDraft } from './write-draft.ts'

/** The outcome of the last step, and why the test fails, if it does. */
export interface Trial {
  readonly result?: StepOutcome
  readonly failure?: string
}

/** `file` is where the test is to stand. */
export async function tryDraft(draft: Draft, file: string, scope: TestScope): Promise<Trial> {
  const source = { file, text: writeDraft(draft) }
  const { tests, problems } = readTests(source, idsByFlow(scope.standIn.nodes))
  const [test] = tests
  const [problem] = problems
  if (!test || problem) return { failure: problem?.message ?? 'There is no test.' }
  try {
    const results: StepOutcome[] = []
    const failed = await playTest(test, scope, results)
    const failure = failed && (failed.message ?? failed.differences?.map(({ path }) => path).join(', ') ?? '')
    const result = results.at(-1)
    return { ...(result && { result }), ...(failure !== undefined && { failure }) }
  } catch (error) {
    // The platform may refuse a seed, for example.
    if (error instanceof FlowpotError) return { failure: error.message }
    throw error
  }
}
