/** `flowpot check`: everything that is wrong with an application, its flows and their tests. */

import { loadFolder } from '../server/compose/load-folder.ts'
import { count } from '../workbench/count.ts'
import { readTestFiles } from '../workbench/testing/read-test-files.ts'
import { createStandIn } from '../workbench/testing/stand-in.ts'
import { describeProblems, print, printJson } from './output.ts'

export async function check(folder: string, options: { json?: boolean }): Promise<number> {
  const standIn = createStandIn()
  const { application, sources, problems: ofFlows } = await loadFolder(folder, {}, standIn.wrapVisit)
  // What tests name of a flow that is not whole cannot be told.
  const { tests, problems: ofTests } = application ? readTestFiles(sources, standIn) : { tests: [], problems: [] }
  const problems = [...ofFlows, ...ofTests]
  if (options.json) printJson({ problems })
  else if (problems.length > 0) print(describeProblems(problems, sources))
  if (application && problems.length === 0 && !options.json) {
    const { flows, endpoints } = application
    const counted = [count(flows.length, 'flow'), count(endpoints.length, 'endpoint')]
    if (tests.length > 0) counted.push(count(tests.length, 'test'))
    print(`${counted.join(', ')}: no problems.`)
  }
  return application && !ofTests.some(({ severity }) => severity === 'error') ? 0 : 1
}
