/** `flowpot check`: everything that is wrong with an application, its flows and their tests. */

import { checkFolder } from '../workbench/check-folder.ts'
import { count } from '../workbench/count.ts'
import { describeProblems, print, printJson } from './output.ts'

export async function check(folder: string, options: { json?: boolean }): Promise<number> {
  const { sources, problems, isSound, flowCount, endpointCount, testCount } = await checkFolder(folder)
  if (options.json) printJson({ problems })
  else if (problems.length > 0) print(describeProblems(problems, sources))
  else {
    const counted = [count(flowCount, 'flow'), count(endpointCount, 'endpoint')]
    if (testCount > 0) counted.push(count(testCount, 'test'))
    print(`${counted.join(', ')}: no problems.`)
  }
  return isSound ? 0 : 1
}
