/** `flowpot check`: everything that is wrong with an application, its flows and their tests. */

import { checkFolder, checkStandardInput } from '../workbench/check-folder.ts'
import { count } from '../workbench/count.ts'
import { explainProblem } from '../workbench/explain-problem.ts'
import { describeProblems, print, printJson } from './output.ts'

export interface CheckOptions {
  readonly json?: boolean
  readonly explain?: string
}

export async function check(folder: string, options: CheckOptions): Promise<number> {
  if (options.explain !== undefined) {
    const explained = explainProblem(options.explain)
    if (options.json) printJson(explained)
    else print(`${explained.code}\n\n${explained.meaning}`)
    return 0
  }
  const { sources, problems, isSound, flowCount, endpointCount, testCount } = await (folder === '-'
    ? checkStandardInput()
    : checkFolder(folder))
  if (options.json) printJson({ problems })
  else if (problems.length > 0) print(describeProblems(problems, sources))
  else {
    const counted = [count(flowCount, 'flow'), count(endpointCount, 'endpoint')]
    if (testCount > 0) counted.push(count(testCount, 'test'))
    print(`${counted.join(', ')}: no problems.`)
  }
  return isSound ? 0 : 1
}
