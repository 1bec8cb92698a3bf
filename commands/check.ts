/** `flowpot check`: everything that is wrong with an application. */
import { loadFolder } from '../composition/load-folder.ts'
import { count, describeProblems, print, printJson } from './output.ts'

export async function check(folder: string, options: { json?: boolean }): Promise<number> {
  const { application, problems, sources } = await loadFolder(folder)
  if (options.json) printJson({ problems })
  else if (problems.length > 0) print(describeProblems(problems, sources))
  if (application && problems.length === 0 && !options.json) {
    const { flows, endpoints } = application
    print(`${count(flows.length, 'flow')}, ${count(endpoints.length, 'endpoint')}: no problems.`)
  }
  return application ? 0 : 1
}
